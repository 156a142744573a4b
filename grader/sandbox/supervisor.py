"""Processes that stand between the one that forks children and the child that runs student code.

They hold no descriptors of it, end as it ends, and it ends when they do.
"""

from __future__ import annotations

import gc
import os
import select
import signal
from typing import NoReturn

from grader.sandbox import processes
from grader.sandbox.syscalls import PR_SET_PDEATHSIG, prctl, step

_SUPERVISION_FAILED = 70


class Tether:
    """A child's hold on the process that forked it: when that one dies, the child is killed."""

    def __init__(self, parent_watch: int):
        self._parent_watch = parent_watch

    def fasten(self) -> None:
        """Ask the kernel for the kill. Call after the last change of user, which would undo it."""
        prctl("asking to be killed with the parent", PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before it was asked for.
        poll = select.poll()
        poll.register(self._parent_watch, select.POLLIN)
        if poll.poll(0):
            os._exit(_SUPERVISION_FAILED)
        os.close(self._parent_watch)


def forget_handlers() -> None:
    """Undo what the forking process installed for its own signals; its SIGINT handler stays."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def die_with_parent(by: signal.Signals = signal.SIGKILL) -> None:
    """For the outermost process: get the signal `by` when the process that forked it dies."""
    parent = os.getppid()
    prctl("asking to be told of the parent's death", PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        os._exit(_SUPERVISION_FAILED)


def fork_supervised(*, end_orphans: bool = False) -> Tether:
    """Fork; returns in the child only, while the caller supervises it and then ends as it ended.

    `end_orphans`: kill what the child left behind, also on SIGTERM; the caller must be the reaper of its descendants.
    """
    with step("watching the supervising process"):
        watch = os.pidfd_open(os.getpid())
    with step("forking the supervised child"):
        child = os.fork()
    if child == 0:
        return Tether(watch)
    try:
        _be_nothing_but_a_parent(child)
        if end_orphans:
            signal.signal(signal.SIGTERM, lambda number, frame: _end_all())
            # Landlock knows a folder of /proc by its inode, which the kernel may replace while nobody holds the folder.
            os.open(f"/proc/{child}", os.O_PATH | os.O_CLOEXEC)
            status = _wait_for(child)
            _end_descendants()
        else:
            status = _wait_for(child)
        _end_like(status)
    finally:
        os._exit(_SUPERVISION_FAILED)


def _end_like(status: int) -> NoReturn:
    """End this process by the same exit status, or the same signal, as the wait status says."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _be_nothing_but_a_parent(child: int) -> None:
    import resource

    # Collecting garbage would write to pages that are still shared with the forking process.
    gc.disable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, lambda number, frame: processes.send(child, number))
    os.closerange(0, _largest_descriptor())


def _wait_for(child: int) -> int:
    while True:
        pid, status = os.wait()
        if pid == child:
            return status


def _end_all() -> NoReturn:
    _end_descendants()
    os._exit(_SUPERVISION_FAILED)


def _end_descendants() -> None:
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        processes.kill_descendants(os.getpid())


def _largest_descriptor() -> int:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return hard if hard != resource.RLIM_INFINITY else 1 << 20
