"""`--watch`: what counts as a change, and the loop around the check."""

from __future__ import annotations

import io
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from grader.cli.watch import LOOK_S, SETTLE_S, snapshot, watch
from grader.model.errors import UsageError
from tests.cli import hand_ins
from tests.cli.grade_command import Checkout

DEADLINE_S = 90


class Clock:
    """Stands for sleeping: each call does the next thing that happens meanwhile; after the last one comes Ctrl-C."""

    def __init__(self, *happenings: Callable[[], object] | None):
        self._happenings = iter(happenings)
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        try:
            happening = next(self._happenings)
        except StopIteration:
            raise KeyboardInterrupt from None
        if happening is not None:
            happening()


def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def said(where: Console) -> str:
    assert isinstance(where.file, io.StringIO)
    return where.file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Utils").mkdir()
    (tmp_path / "Utils" / "layer_utils.py").write_text("1")
    (tmp_path / "part1.ipynb").write_text("{}")
    return tmp_path


def test_sources_and_notebooks_are_watched_and_nothing_else(folder: Path) -> None:
    before = snapshot(folder)
    for name in ("__pycache__", ".ipynb_checkpoints", ".git"):
        (folder / name).mkdir()
        (folder / name / "x.py").write_text("2")
    (folder / "report.html").write_text("2")
    (folder / ".#layer_utils.py").write_text("2")
    assert snapshot(folder) == before and len(before) == 2
    (folder / "part1.ipynb").write_text("{ }")
    assert snapshot(folder) != before


def test_a_change_is_checked_once_it_has_settled(folder: Path) -> None:
    layers, codes, out = folder / "Utils" / "layer_utils.py", iter([1, 0]), console()
    clock = Clock(None, lambda: layers.write_text("22"), lambda: layers.write_text("333"), None)
    assert watch(folder, lambda: next(codes), out, clock) == 0
    assert clock.slept == [LOOK_S, LOOK_S, SETTLE_S, SETTLE_S, LOOK_S]
    assert said(out).count("saved: Utils/layer_utils.py") == 1


def test_what_is_saved_during_a_check_is_checked_next(folder: Path) -> None:
    contents = iter(["22", None])

    def check() -> int:
        content = next(contents)
        if content is not None:
            (folder / "Utils" / "layer_utils.py").write_text(content)
        return 1

    out = console()
    assert watch(folder, check, out, Clock(None)) == 1
    assert said(out).count("saved:") == 1


def test_a_file_that_cannot_be_read_while_it_is_saved_does_not_end_the_watch(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes: Iterator[int | Exception] = iter([0, UsageError("half a notebook"), 1])

    def check() -> int:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    notebook = folder / "part1.ipynb"
    clock = Clock(lambda: notebook.write_text("{"), None, lambda: notebook.write_text("{}  "), None)
    assert watch(folder, check, console(), clock) == 1
    assert "half a notebook" in capsys.readouterr().err


def test_a_hand_in_that_cannot_be_read_from_the_start_is_refused(folder: Path) -> None:
    def check() -> int:
        raise UsageError("no hand-in")

    with pytest.raises(UsageError):
        watch(folder, check, console(), Clock())


def test_an_archive_is_watched_itself(tmp_path: Path) -> None:
    archive = tmp_path / "team_7.tar.gz"
    archive.write_bytes(b"1")
    out = console()
    assert watch(archive, lambda: 0, out, Clock(lambda: archive.write_bytes(b"22"), None)) == 0
    assert "saved: team_7.tar.gz" in said(out)


def test_many_changes_are_counted(folder: Path) -> None:
    def save_all() -> None:
        for number in range(5):
            (folder / f"extra{number}.py").write_text("x")

    out = console()
    watch(folder, lambda: 0, out, Clock(save_all, None))
    assert "extra0.py, extra1.py, extra2.py and 2 more" in said(out)


def wait_for(lines: queue.Queue[str], wanted: str) -> None:
    """Reads lines until one contains `wanted`."""
    end, read = time.monotonic() + DEADLINE_S, []
    while time.monotonic() < end:
        try:
            read.append(lines.get(timeout=1))
        except queue.Empty:
            continue
        if wanted in read[-1]:
            return
    pytest.fail(f"{wanted!r} never came; there was {read}")


def read_into(lines: queue.Queue[str], running: subprocess.Popen[str]) -> None:
    assert running.stdout is not None
    for line in running.stdout:
        lines.put(line)


def test_saving_a_file_checks_again_and_ctrl_c_ends_with_the_last_exit_code(checkout: Checkout, tmp_path: Path) -> None:
    work = tmp_path / "team_7"
    shutil.copytree(checkout.path / "student_template", work)
    layers = work / "Utils" / "layer_utils.py"
    layers.write_bytes(hand_ins.right_files()["layer_utils.py"])
    running = checkout.start("--watch", work, "-q")
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=read_into, args=(lines, running), daemon=True).start()
    try:
        wait_for(lines, "30 of 30 points")
        wait_for(lines, "Watching")
        with layers.open("a") as file:
            file.write("\n\ndef max_pool_forward(x, pool_param):\n    raise ValueError('boom')\n")
        wait_for(lines, "saved: Utils/layer_utils.py")
        wait_for(lines, "25 of 30 points")
        wait_for(lines, "Watching")
        running.send_signal(signal.SIGINT)
        assert running.wait(DEADLINE_S) == 1
        assert running.stderr is not None and running.stderr.read() == ""
    finally:
        running.kill()
        running.wait()
