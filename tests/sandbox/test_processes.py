"""Measuring and ending process trees from outside, with /proc and with `ps`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox import TreeMemory, descendants, kill_tree, processes

MEBIBYTE = 1 << 20
#: More than there is: the plain sum is enough.
PLAIN = 1 << 40
FAMILY = """
import os, signal
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(1, b"x")
        signal.pause()
    signal.pause()
signal.pause()
"""
SHARED = """
import os, signal
held = b"x" * (64 << 20)
for _ in range(3):
    if os.fork() == 0:
        os.write(1, b"x")
        signal.pause()
signal.pause()
"""


@pytest.fixture(params=["proc", "ps"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    if request.param == "ps":
        if shutil.which("ps") is None:
            pytest.skip("no ps on this machine")
        monkeypatch.setattr(processes, "_PROC", str(tmp_path))
    elif not Path("/proc/self/stat").exists():
        pytest.skip("no /proc on this system")
    return request.param


@pytest.fixture
def family() -> Iterator[subprocess.Popen]:
    yield from running(FAMILY, 1)


def running(program: str, words: int) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.read(words) == b"x" * words
    yield process
    kill_tree(process.pid)
    process.communicate()


def test_descendants_are_found_in_other_sessions_too(source: str, family: subprocess.Popen) -> None:
    child, grandchild = descendants(family.pid)
    assert descendants(child) == (grandchild,) and descendants(grandchild) == ()


def test_kill_tree_ends_a_process_and_its_descendants(source: str, family: subprocess.Popen) -> None:
    assert len(descendants(family.pid)) == 2
    assert kill_tree(family.pid)
    assert descendants(family.pid) == ()
    assert family.wait(10) == -9
    # The pipe that all three held has no writer left.
    assert family.stdout is not None and family.stdout.read() == b""


def test_killing_what_is_gone_is_no_fault(source: str, family: subprocess.Popen) -> None:
    kill_tree(family.pid)
    family.wait(10)
    assert kill_tree(family.pid)
    assert TreeMemory(family.pid).resident_bytes() == 0


def test_resident_bytes_counts_descendants(source: str, family: subprocess.Popen) -> None:
    whole = TreeMemory(family.pid).resident_bytes()
    part = TreeMemory(descendants(family.pid)[0]).resident_bytes()
    assert 0 < part < whole < 512 * MEBIBYTE


def test_processes_that_come_later_are_counted(source: str) -> None:
    program = "import os, signal\nos.write(1, b'x'); os.read(0, 1)\n" + FAMILY
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.read(1) == b"x"
    memory = TreeMemory(process.pid)
    alone = memory.resident_bytes(exact_above=PLAIN)
    assert memory.resident_bytes(exact_above=PLAIN) < 1.5 * alone
    process.stdin.write(b"x")
    process.stdin.flush()
    assert process.stdout.read(1) == b"x"
    assert memory.resident_bytes(exact_above=PLAIN) > 1.5 * alone
    kill_tree(process.pid)
    process.communicate()


def test_memory_shared_after_a_fork_is_counted_once() -> None:
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("this system does not tell shared memory from own")
    for process in running(SHARED, 3):
        plain = TreeMemory(process.pid).resident_bytes(exact_above=PLAIN)
        assert 64 * MEBIBYTE <= TreeMemory(process.pid).resident_bytes() < 128 * MEBIBYTE
        assert plain > 4 * 64 * MEBIBYTE
