"""Worker processes that say nothing where whoever started them is gone before they have started.

Between a worker's first instruction and its first job lie some hundred milliseconds, in which it reads from the process that
started it. Where that one has been killed there is nothing to read, and nobody to be told.
"""

from __future__ import annotations

import sys
from multiprocessing import popen_spawn_posix, process, spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Lock
from typing import Any

#: Stands before all else that a worker runs; a worker that has started takes it back by `speak_again`.
_QUIET = (
    "import sys; sys.excepthook = lambda kind, error, where: issubclass(kind, (EOFError, OSError)) "
    "or kind.__name__ == 'UnpicklingError' or sys.__excepthook__(kind, error, where); "
)
_command_line = spawn.get_command_line
_changing = Lock()


def _quiet_command_line(**given: Any) -> list[str]:
    command = _command_line(**given)
    program = command.index("-c") + 1
    return [*command[:program], _QUIET + command[program], *command[program + 1 :]]


class _QuietPopen(popen_spawn_posix.Popen):
    def _launch(self, process_obj: process.BaseProcess) -> None:
        with _changing:
            spawn.get_command_line = _quiet_command_line
            try:
                super()._launch(process_obj)
            finally:
                spawn.get_command_line = _command_line


class QuietProcess(SpawnProcess):
    """A process of `QuietContext`."""

    @staticmethod
    def _Popen(process_obj: process.BaseProcess) -> popen_spawn_posix.Popen:
        return _QuietPopen(process_obj)


class QuietContext(SpawnContext):
    """As ``multiprocessing.get_context("spawn")``."""

    Process = QuietProcess


def speak_again() -> None:
    """For a worker that has started: whatever fails from now on is told."""
    sys.excepthook = sys.__excepthook__
