"""A worker whose starter is gone says nothing; one that fails by itself does."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from multiprocessing import get_context, resource_tracker, spawn

import pytest

from grader.engine import quiet_start
from grader.engine.quiet_start import QuietContext


def started_with(given: bytes, *, quiet: bool = True) -> subprocess.CompletedProcess[str]:
    """What a worker says that reads `given`, and no more, from whoever started it."""
    command_line = quiet_start._quiet_command_line if quiet else spawn.get_command_line
    reading, writing = os.pipe()
    os.write(writing, given)
    os.close(writing)
    tracker = resource_tracker.getfd()
    try:
        command = command_line(tracker_fd=tracker, pipe_handle=reading)
        return subprocess.run(command, pass_fds=(reading, tracker), capture_output=True, text=True, timeout=60)
    finally:
        os.close(reading)


PREPARED = pickle.dumps({})


@pytest.mark.parametrize("given", [b"", PREPARED, PREPARED + pickle.dumps("a" * 100)[:-60]], ids=len)
def test_a_worker_that_is_told_too_little_says_nothing(given: bytes) -> None:
    ended = started_with(given)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "Traceback" in started_with(given, quiet=False).stderr


def test_a_worker_that_cannot_read_what_it_is_told_says_so() -> None:
    assert "ModuleNotFoundError" in started_with(PREPARED + b"cno_such_module\nnothing\n.").stderr


def hooks() -> int:
    quiet = sys.excepthook is not sys.__excepthook__
    quiet_start.speak_again()
    return int(quiet and sys.excepthook is sys.__excepthook__)


def test_a_worker_of_the_context_is_quiet_until_it_has_started_and_others_never_are() -> None:
    assert spawn.get_command_line is not quiet_start._quiet_command_line
    for context, expected in ((QuietContext(), 1), (get_context("spawn"), 0)):
        worker = context.Process(target=_exit_with_hooks)
        worker.start()
        worker.join(60)
        assert worker.exitcode == expected


def _exit_with_hooks() -> None:
    sys.exit(hooks())
