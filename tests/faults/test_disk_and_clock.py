"""A real disk that is full or read-only, and a clock that jumps: told in a line, and made good by the next run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.grade_command import Checkout, refusal
from tests.faults import disturbance

pytestmark = pytest.mark.soak

#: Too small for the lock; for a team; for a class; nearly enough.
SIZES_KIB = (8, 64, 256, 700)

#: Runs `grade.py` with a clock that goes back and forth by years, in worker processes as well: they import this file too.
JUMPING = """
import datetime, sys, time
sys.path.insert(0, {checkout!r})
told = time.time
jumps = 0
def jumping():
    global jumps
    jumps += 1
    return told() + (-1) ** jumps * 86400 * 365 * (jumps % 7)
time.time = jumping
time.time_ns = lambda: int(jumping() * 1e9)
class Jumping(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(jumping(), tz)
datetime.datetime = Jumping
if __name__ == "__main__":
    from grader.cli.main import main
    sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """An empty file system in memory, to be mounted anew with other options by `remount`."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or mount("-t", "tmpfs", "tmpfs", folder) != 0:
        pytest.skip("a file system can be mounted by root alone, and not in every container")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def mount(*arguments: object) -> int:
    return subprocess.run(["mount", *map(str, arguments)], capture_output=True).returncode


def remount(disk: Path, options: str) -> None:
    assert mount("-o", f"remount,{options}", disk) == 0


@pytest.mark.parametrize("size_kib", SIZES_KIB)
def test_full_disk_costs_nobody_a_point_and_the_next_run_goes_on(
    checkout: Checkout, inbox: Path, quick_rubric: Path, undisturbed: dict[str, Any], disk: Path, size_kib: int
) -> None:
    remount(disk, f"size={size_kib}k")
    out = disk / "OUT"
    ended = checkout.run("batch", inbox, "-o", out, "--rubric", quick_rubric)
    assert ended.returncode in (2, 3), ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "No space left" in ended.stdout + ended.stderr
    if (out / "teams").is_dir():
        disturbance.assert_nothing_is_half_there(out, undisturbed)
    remount(disk, "size=64m")
    ended = checkout.run("batch", inbox, "-o", out, "--rubric", quick_rubric)
    assert ended.returncode == 0, ended.stderr
    assert disturbance.outcome(out) == undisturbed
    assert disturbance.leftovers(out) == []


def test_read_only_out_is_refused_before_anything_runs(
    checkout: Checkout, inbox: Path, quick_rubric: Path, disk: Path
) -> None:
    out = disk / "OUT"
    (out / "teams").mkdir(parents=True)
    remount(disk, "ro")
    for command in (["batch", inbox, "-o"], ["rescore"]):
        assert "Read-only" in refusal(checkout.run(*command, out, "--rubric", quick_rubric))


def test_clock_that_jumps_changes_no_result(
    checkout: Checkout, inbox: Path, quick_rubric: Path, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(JUMPING.format(checkout=str(checkout.path)), encoding="utf-8")
    command = [sys.executable, program, "batch", inbox, "-o", tmp_path / "OUT", "--rubric", quick_rubric]
    ended = subprocess.run(
        [str(part) for part in command], env=checkout.environment(), text=True, capture_output=True, timeout=150
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert disturbance.outcome(tmp_path / "OUT") == undisturbed
    # What a clock from another year wrote still counts as done.
    again = checkout.run("batch", inbox, "-o", tmp_path / "OUT", "--rubric", quick_rubric)
    assert again.returncode == 0 and "0 to grade" in again.stdout
