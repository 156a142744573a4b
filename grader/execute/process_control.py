"""The few things a Linux process asks of the kernel about its family: die with the parent, adopt orphans, clean up."""

from __future__ import annotations

import ctypes
import os
import signal
import time

from grader.sandbox.processes import descendants

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
#: Thousands of processes take their time to end on a busy machine.
_REAP_WALL_S = 4.0

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that made it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that none slips away."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_everything_below(all_at_once: bool) -> bool:
    """Kill and reap every descendant; False where some are left after a few seconds, or cannot be found.

    `all_at_once`: a signal to all processes reaches descendants alone. It leaves none that could have forked meanwhile.
    """
    deadline = time.monotonic() + _REAP_WALL_S
    while not reap_ended():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
        if all_at_once:
            _kill(-1)
            continue
        try:
            found = descendants(os.getpid())
        except OSError:  # the sandbox does not show /proc: whoever stands outside has to clean up
            return False
        for process in found:
            _kill(process)
    return True


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def reap_ended() -> bool:
    """Reap what has ended; whether no child is left, and so no descendant: orphans become children."""
    while True:
        try:
            process, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if process == 0:
            return False
