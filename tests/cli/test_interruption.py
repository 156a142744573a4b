"""A batch may end at any moment: nothing is left running, and the next one goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.engine import atomic_file, out_lock
from tests.cli import hand_ins
from tests.cli.grade_command import ROOT, Checkout, refusal

_INTERRUPTED = "import signal; signal.raise_signal(signal.SIGINT)"
TEAMS = [f"team_{number}" for number in range(1, 6)]


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    inbox = tmp_path_factory.mktemp("interrupted") / "inbox"
    inbox.mkdir()
    for number, team in enumerate(TEAMS):
        hand_ins.pack(inbox / f"{team}.tar.gz", hand_ins.files_with(f"# variant {number}"))
    return inbox


@pytest.fixture(scope="module")
def undisturbed(checkout: Checkout, inbox: Path, quick_rubric: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "OUT"
    ended = checkout.run("batch", inbox, "-o", out, "--rubric", quick_rubric)
    assert ended.returncode == 0, ended.stderr
    return out


@pytest.fixture
def running(checkout: Checkout, inbox: Path, quick_rubric: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A batch with one worker, of which the first hand-in is graded and the others are not."""
    process = checkout.start("batch", inbox, "-o", tmp_path / "OUT", "--rubric", quick_rubric, "--jobs", 1)
    try:
        wait_until(lambda: "graded" in events(tmp_path / "OUT"))
        assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.communicate()
        # What a killed batch leaves in the system's folder is deleted by the next one; here none may follow.
        with out_lock.held(tmp_path / "OUT" / ".lock"):
            pass


def events(out: Path) -> list[str]:
    """What the log tells, as far as its lines are whole."""
    log = out / "log.jsonl"
    if not log.exists():
        return []
    return [json.loads(line)["event"] for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def outcome(out: Path) -> dict[str, Any]:
    """All results without the time they took, and the gradebook."""
    results: dict[str, Any] = {}
    for team in TEAMS:
        result = json.loads((out / "teams" / team / "result.json").read_text(encoding="utf-8"))
        del result["seconds"]
        results[team] = result
    return results | {"gradebook": (out / "gradebook.csv").read_text(encoding="utf-8")}


def leftovers(out: Path) -> list[Path]:
    return [path for path in out.rglob(".*") if path.name.startswith((atomic_file.TEMPORARY_PREFIX, ".evidence"))]


def test_killed_batch_goes_on_and_ends_like_an_undisturbed_one(
    checkout: Checkout,
    running: subprocess.Popen[str],
    undisturbed: Path,
    inbox: Path,
    quick_rubric: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "OUT"
    descendants = psutil.Process(running.pid).children(recursive=True)
    assert descendants
    running.send_signal(signal.SIGKILL)
    running.wait()
    _, alive = psutil.wait_procs(descendants, timeout=30)
    assert alive == []
    scratch = Path(json.loads((out / ".lock").read_text())["scratch"])
    ended = checkout.run("batch", inbox, "-o", out, "--rubric", quick_rubric)
    assert ended.returncode == 0, ended.stderr
    assert events(out).count("batch_started") == 2
    planned = next(line for line in ended.stdout.splitlines() if "to grade" in line)
    assert f"{len(TEAMS)} to grade" not in planned
    assert outcome(out) == outcome(undisturbed)
    assert leftovers(out) == []
    assert not scratch.exists()


def test_interrupted_batch_keeps_what_is_finished_and_says_how_to_go_on(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    out = tmp_path / "OUT"
    descendants = psutil.Process(running.pid).children(recursive=True)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does it
    output, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors == ""
    assert "go on with: grade.py batch" in output
    _, alive = psutil.wait_procs(descendants, timeout=30)
    assert alive == []
    graded = events(out).count("graded")
    assert 1 <= graded < len(TEAMS)
    assert events(out)[-1] == "batch_interrupted"
    rows = (out / "gradebook.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + graded
    assert (out / "index.html").is_file()
    assert leftovers(out) == []


@pytest.mark.parametrize(
    ("number", "come_so_far"), [(signal.SIGINT, ""), (signal.SIGINT, "numpy"), (signal.SIGKILL, "numpy")]
)
def test_nothing_is_said_where_workers_are_interrupted_while_they_start(
    number: signal.Signals, come_so_far: str, checkout: Checkout, inbox: Path, quick_rubric: Path, tmp_path: Path
) -> None:
    """Just born, and while they import."""
    out = tmp_path / "OUT"
    process = checkout.start("batch", inbox, "-o", out, "--rubric", quick_rubric, "--jobs", 2)
    wait_until(lambda: len(starting(process)) == 2)
    workers = starting(process)
    wait_until(lambda: all(come_so_far in mapped(worker) for worker in workers))
    if number is signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does it
    else:
        process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert (errors, alive) == ("", [])
    with out_lock.held(out / ".lock"):  # tidies up after the one that was killed
        pass


def starting(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The workers that are there, however far they have come."""
    return [child for child in psutil.Process(process.pid).children() if "--multiprocessing-fork" in called(child)]


def called(process: psutil.Process) -> str:
    """Its command line; empty once it has ended, as what tries the isolation out soon has."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def mapped(worker: psutil.Process) -> str:
    """What files its memory shows."""
    return Path(f"/proc/{worker.pid}/maps").read_text()


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ([_INTERRUPTED], -signal.SIGINT),
        (
            ["def main(arguments):", " try:", f"  {_INTERRUPTED}", " except KeyboardInterrupt:", f"  {_INTERRUPTED}"],
            130,
        ),
        (
            [
                "import atexit, signal",
                "atexit.register(signal.raise_signal, signal.SIGINT)",
                "def main(arguments):",
                " return 0",
            ],
            -signal.SIGINT,
        ),
    ],
    ids=["while it starts", "again while it says so", "while it ends"],
)
def test_interrupted_where_nobody_can_say_so_it_ends_without_a_traceback(
    program: list[str], code: int, tmp_path: Path
) -> None:
    (tmp_path / "grader" / "cli").mkdir(parents=True)
    (tmp_path / "grader" / "cli" / "main.py").write_text("\n".join(program))
    script = shutil.copy2(ROOT / "grade.py", tmp_path)
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (code, "")


def test_out_in_use_is_refused_with_the_owners_process_id(
    checkout: Checkout, inbox: Path, quick_rubric: Path, tmp_path: Path
) -> None:
    out = tmp_path / "OUT"
    (out / "teams").mkdir(parents=True)
    with out_lock.held(out / ".lock"):
        for command in (["batch", inbox, "-o"], ["rescore"]):
            assert f"process {os.getpid()}" in refusal(checkout.run(*command, out, "--rubric", quick_rubric))
    assert events(out) == []


def test_second_run_does_nothing_again(checkout: Checkout, undisturbed: Path, inbox: Path, quick_rubric: Path) -> None:
    files = [path for path in (undisturbed / "teams").rglob("*") if path.is_file()]
    before = {path: path.stat().st_mtime_ns for path in files}
    ended = checkout.run("batch", inbox, "-o", undisturbed, "--rubric", quick_rubric)
    assert ended.returncode == 0
    assert f"0 to grade, {len(TEAMS)} unchanged" in ended.stdout
    assert {path: path.stat().st_mtime_ns for path in files} == before


def test_changed_hand_in_alone_is_graded_again(
    checkout: Checkout, undisturbed: Path, inbox: Path, quick_rubric: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "inbox"
    changed.mkdir()
    for team in TEAMS[:2]:
        (changed / f"{team}.tar.gz").write_bytes((inbox / f"{team}.tar.gz").read_bytes())
    hand_ins.pack(changed / f"{TEAMS[1]}.tar.gz", hand_ins.files_with("del conv_forward"))
    ended = checkout.run(
        "batch", changed, "-o", undisturbed, "--rubric", quick_rubric, "--seed", "7", "--only", TEAMS[1]
    )
    assert "1 to grade, 0 unchanged" in ended.stdout
    assert f"not shown, as they are not in this inbox: {len(TEAMS) - 2}" in ended.stdout
    rows = (undisturbed / "gradebook.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == TEAMS[:2]
    assert json.loads((undisturbed / "teams" / TEAMS[1] / "result.json").read_text())["seed"] == 7
