"""One worker process: keeps an executor warm and grades one submission after the other."""

from __future__ import annotations

import logging
import os
import signal
import traceback

from grader.engine import parent_death
from grader.engine.job import Grader, Job, JobOutcome
from grader.engine.job_failure import JobFailure
from grader.engine.quiet_start import speak_again
from grader.engine.settings import RunSettings

_log = logging.getLogger(__name__)


#: What this process grades with; None until `start` ran, and after a fault, so that the next job gets a new one.
_grader: Grader | None = None
_settings: RunSettings | None = None


def start(settings: RunSettings, parent: int) -> None:
    """Runs first in every worker process."""
    global _settings
    # Its own session: Ctrl-C at the terminal reaches the batch alone, which then ends the workers.
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parent_death.end_with_parent(parent)
    speak_again()
    _settings = settings


def run(job: Job) -> JobOutcome | JobFailure:
    """Grades one submission. Every exception is the grader's fault and comes back as a value: not all can be pickled."""
    global _grader
    try:
        if _grader is None:
            assert _settings is not None, "start() runs first"
            _grader = Grader(_settings)
        return _grader.grade(job)
    except Exception as error:
        _forget_grader()
        return JobFailure(f"{type(error).__name__}: {error}", traceback.format_exc())


def _forget_grader() -> None:
    """After a fault nothing is known about the state of the executor's processes."""
    global _grader
    grader, _grader = _grader, None
    if grader is not None:
        try:
            grader.close()
        except Exception:
            _log.exception("closing the executor failed")
