"""Runs a function in a forked process in which one change of the file system, or all from one on, go wrong."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from grader.model.errors import GraderError

#: Exit codes of the forked process.
ENDED, KILLED, DECLARED, UNDECLARED = 0, 9, 3, 4
_CHANGES = frozenset(("os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.link", "os.chmod", "shutil.rmtree"))
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Fault(Enum):
    """What happens at a chosen change: the process is killed, the disk is full from then on, or one write fails."""

    KILL = "killed"
    FULL = "disk full"
    ERROR = "one write fails"


def run(work: Callable[[], object], folder: Path, fault: Fault, at: int) -> int:
    """Runs `work` in a fork; `fault` strikes at its change number `at` (from 0) below `folder`. Its exit code.

    DECLARED: it raised OSError or an error of the grader. UNDECLARED: any other, which is told on stderr.
    """
    process = os.fork()
    if process == 0:
        code = UNDECLARED
        try:
            sys.addaudithook(_Striking(str(folder), fault, at))
            work()
            code = ENDED
        except (OSError, GraderError):
            code = DECLARED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


class _Striking:
    """An audit hook; it sees every change before it is made."""

    def __init__(self, folder: str, fault: Fault, at: int):
        self._folder = folder
        self._fault = fault
        self._left = at

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._changes(event, arguments):
            return
        self._left -= 1
        if self._left >= 0:
            return
        if self._fault is Fault.KILL:
            os._exit(KILLED)
        # A full disk refuses what needs room; deleting and renaming go on.
        if self._fault is Fault.FULL and event in ("open", "os.mkdir", "os.link"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))
        if self._fault is Fault.ERROR and self._left == -1:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(arguments[0]))

    def _changes(self, event: str, arguments: tuple[object, ...]) -> bool:
        if event not in _CHANGES and event != "open":
            return False
        path = arguments[0]
        if not isinstance(path, str | bytes | Path) or not str(path).startswith(self._folder):
            return False
        return event in _CHANGES or bool(int(arguments[2]) & _WRITES)  # type: ignore[call-overload]
