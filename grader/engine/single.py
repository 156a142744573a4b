"""One hand-in by itself, nothing stored: what the self-check and `ci` share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.engine import fingerprints
from grader.engine.observing import Observing
from grader.engine.settings import RunSettings
from grader.intake import take_in
from grader.intake.candidate import Candidate
from grader.intake.work_folder import find_hand_in
from grader.model.errors import SubmissionRejected, UsageError
from grader.model.scorecard import Scorecard
from grader.model.status import ItemStatus, SubmissionStatus
from grader.model.submission import Submission
from grader.scoring.score import grader_error, rejected, score

#: Statuses that neither pass nor lose points.
_OPEN = frozenset({ItemStatus.MANUAL, ItemStatus.SKIPPED})


@dataclass(frozen=True, slots=True)
class Graded:
    """The verdict on one hand-in and what lies beside it.

    `observed` holds the arrays of its cases by ``<item>/<case>/<name>``, `files` its work folder, `notebooks`
    the path in it of each part's notebook. `fault` is what the grader itself failed with, where the card's status is
    `grader_error`.
    """

    card: Scorecard
    observed: Mapping[str, np.ndarray] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    notebooks: Mapping[int, str] = field(default_factory=dict)
    fault: Exception | None = None

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays whose names start with `prefix`, under their names without it."""
        return {name[len(prefix) :]: array for name, array in self.observed.items() if name.startswith(prefix)}

    @property
    def all_passed(self) -> bool:
        """Whether the hand-in was graded and every item that was judged passed."""
        judged = (item for item in self.card.items if item.status not in _OPEN)
        return self.card.status is SubmissionStatus.GRADED and all(item.status is ItemStatus.PASSED for item in judged)


def grade_hand_in(path: Path, settings: RunSettings) -> Graded:
    """Grades what lies at `path` as `batch` would: hidden cases where there is a reference, notebooks run again.

    A hand-in with nothing to grade is rejected; whatever goes wrong from the moment it is found is a fault of the
    grader, and a verdict too. Raises UsageError if there is no hand-in at `path`.
    """
    candidate = find_hand_in(path)
    try:
        with Observing(settings) as observing:
            try:
                submission = take_in(candidate, observing.handout, observing.limits)
            except SubmissionRejected as rejection:
                return Graded(
                    rejected(candidate.team, candidate.source, fingerprints.of_path(candidate.path), str(rejection),
                             settings.rubric, candidate.flags)
                )  # fmt: skip
            return grade_submission(submission, observing, settings)
    except UsageError:
        raise
    except Exception as error:
        return Graded(_failed(candidate, error, settings), fault=error)


def grade_submission(submission: Submission, observing: Observing, settings: RunSettings) -> Graded:
    """Observes and scores `submission`. Raises InfrastructureError if the grader fails."""
    observed = observing.observe(submission)
    return Graded(score(observed.evidence, settings.rubric), observed.arrays, submission.files, submission.notebooks)


def _failed(candidate: Candidate, error: Exception, settings: RunSettings) -> Scorecard:
    try:
        sha256 = fingerprints.of_path(candidate.path)
    except OSError:
        sha256 = ""
    reason = f"{type(error).__name__}: {error}"
    return grader_error(candidate.team, candidate.source, sha256, reason, settings.rubric)
