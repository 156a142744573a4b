"""Who dies with whom: nothing of a cell outlives those who watch over it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.model.isolation import IsolationLevel
from grader.sandbox import descendants, kill_tree, survey

WALLED = [IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK]
PATIENCE_S = 10.0
Start = Callable[[IsolationLevel, str], subprocess.Popen]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started = []

    def start(level: IsolationLevel, act: str) -> subprocess.Popen:
        found = next(entry for entry in survey().findings if entry.level is level)
        if not found.works:
            pytest.skip(f"{level} does not work here: {found.detail}")
        command = [sys.executable, "-B", str(Path(__file__).with_name("life.py")), level, str(tmp_path), act]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        kill_tree(process.pid)
        process.communicate()


def gone(pids: tuple[int, ...]) -> bool:
    """Whether all processes end within the deadline; zombies have ended."""
    deadline = time.monotonic() + PATIENCE_S
    while any(lives(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def lives(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("level", WALLED)
def test_everything_dies_with_the_process_behind_the_wall(start: Start, level: IsolationLevel) -> None:
    wall = start(level, "leave_orphans")
    family = descendants(wall.pid)
    assert len(family) >= 4
    wall.kill()
    assert gone(family)


@pytest.mark.parametrize("level", WALLED)
def test_kill_tree_finds_orphans_behind_a_wall(start: Start, level: IsolationLevel) -> None:
    wall = start(level, "leave_orphans")
    family = descendants(wall.pid)
    assert len(family) >= 4
    assert kill_tree(family[0])
    assert gone(family)


@pytest.mark.parametrize("level", [*WALLED, IsolationLevel.LIMITS, IsolationLevel.NONE])
def test_kill_tree_leaves_nothing(start: Start, level: IsolationLevel) -> None:
    wall = start(level, "leave_families")
    family = descendants(wall.pid)
    assert len(family) >= 5
    assert kill_tree(family[0])
    assert gone(family)
    assert wall.wait(PATIENCE_S) == 256 - signal.SIGKILL


@pytest.mark.parametrize("level", WALLED)
def test_child_dies_with_its_supervisor(start: Start, level: IsolationLevel) -> None:
    supervisor, child, *_ = descendants(start(level, "expect_interrupt").pid)
    os.kill(supervisor, signal.SIGKILL)
    assert gone((supervisor, child))


@pytest.mark.parametrize("level", [*WALLED, IsolationLevel.LIMITS, IsolationLevel.NONE])
def test_interrupt_reaches_the_student_code(start: Start, level: IsolationLevel) -> None:
    wall = start(level, "expect_interrupt")
    os.kill(descendants(wall.pid)[0], signal.SIGINT)
    assert wall.wait(PATIENCE_S) == 42


@pytest.mark.parametrize("level", WALLED)
def test_only_the_child_holds_its_descriptors(start: Start, level: IsolationLevel) -> None:
    wall = start(level, "hang_up")
    assert wall.poll() is None
