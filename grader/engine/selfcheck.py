"""A student's own check: one work folder or archive, public checks only, nothing stored."""

from __future__ import annotations

from pathlib import Path

from grader.engine.observing import Observing
from grader.engine.settings import RunSettings
from grader.engine.single import Graded, grade_submission
from grader.intake.work_folder import open_work_folder
from grader.model.errors import SubmissionRejected, UsageError


def self_check(path: Path, settings: RunSettings) -> Graded:
    """Checks `path`: the same way as a graded hand-in, with the public cases; the settings say whether notebooks are run.

    Raises UsageError if there is nothing at `path` that can be checked, InfrastructureError if the grader fails.
    """
    with Observing(settings, public_only=True) as observing:
        try:
            submission = open_work_folder(path, observing.handout, observing.limits)
        except SubmissionRejected as rejection:
            raise UsageError(f"{path}: {rejection}") from rejection
        return grade_submission(submission, observing, settings)
