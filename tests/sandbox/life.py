"""Forks one cell behind a wall and waits, so that a test can kill this or that. Standard library only.

Usage: life.py LEVEL SCRATCH ACT. Prints "ready" once the cell acts. Exits as the cell ended, negative for a signal.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from grader.model.isolation import IsolationLevel  # noqa: E402
from grader.model.limits import ExecutionLimits  # noqa: E402
from grader.sandbox import CellPolicy, default_wall, sandbox_for  # noqa: E402


def leave_families(*, orphaned: bool = False) -> None:
    """Two children in sessions of their own and a child of each, all waiting for ever; or the latter alone."""
    arrived, arrive = os.pipe()
    for _ in range(2):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.write(arrive, b"x")
                signal.pause()
            if orphaned:
                os._exit(0)
            os.write(arrive, b"x")
            signal.pause()
    for _ in range(2 if orphaned else 4):
        os.read(arrived, 1)
    for _ in range(2 if orphaned else 0):
        os.wait()


def expect_interrupt() -> None:
    signal.signal(signal.SIGINT, lambda number, frame: os._exit(42))


ACTS = {
    "leave_families": leave_families,
    "leave_orphans": lambda: leave_families(orphaned=True),
    "expect_interrupt": expect_interrupt,
    "hang_up": lambda: None,
}


def main(level: IsolationLevel, scratch: str, act: str) -> int:
    work = "/work" if level is IsolationLevel.NAMESPACES else f"{scratch}/work"
    os.makedirs(f"{scratch}/work", exist_ok=True)
    sandbox = sandbox_for(level)
    sandbox.enter_wall(default_wall(scratch=scratch))
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        sandbox.enter_cell(CellPolicy(work, ExecutionLimits(), slot=3))
        ACTS[act]()
        theirs.send(b"ready")
        if act == "hang_up":
            theirs.close()
        signal.pause()
    theirs.close()
    said = ours.recv(16)
    if act == "hang_up":
        assert ours.recv(16) == b"", "somebody else holds the cell's descriptors"
    print(said.decode(), flush=True)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    signal.alarm(60)
    sys.exit(main(IsolationLevel(sys.argv[1]), sys.argv[2], sys.argv[3]))
