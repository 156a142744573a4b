"""One hand-in by itself, nothing stored: what the self-check and `ci` share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.checks.observe import observe
from grader.checks.oracle import Oracle
from grader.engine import fingerprints, seed
from grader.engine.settings import RunSettings, forbidden_imports, intake_limits
from grader.execute.executor import Executor
from grader.intake import Handout, take_in
from grader.intake.candidate import Candidate
from grader.intake.work_folder import find_hand_in
from grader.model.errors import SubmissionRejected, UsageError
from grader.model.limits import IntakeLimits
from grader.model.scorecard import Scorecard
from grader.model.status import ItemStatus, SubmissionStatus
from grader.model.submission import Submission
from grader.scoring.score import grader_error, rejected, score

#: Statuses that neither pass nor lose points.
_OPEN = frozenset({ItemStatus.MANUAL, ItemStatus.SKIPPED})


@dataclass(frozen=True, slots=True)
class Graded:
    """The verdict on one hand-in and what lies beside it.

    `observed` holds the arrays of its cases by ``<item>/<case>/<name>``, `files` its work folder. `fault` is what the
    grader itself failed with, where the card's status is `grader_error`.
    """

    card: Scorecard
    observed: Mapping[str, np.ndarray] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    fault: Exception | None = None

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays whose names start with `prefix`, under their names without it."""
        return {name[len(prefix) :]: array for name, array in self.observed.items() if name.startswith(prefix)}

    @property
    def all_passed(self) -> bool:
        """Whether the hand-in was graded and every item that was judged passed."""
        judged = (item for item in self.card.items if item.status not in _OPEN)
        return self.card.status is SubmissionStatus.GRADED and all(item.status is ItemStatus.PASSED for item in judged)


@dataclass(frozen=True, slots=True)
class Given:
    """What the course gives with the assignment, and how large a hand-in may be so that both fit on a child's disk."""

    handout: Handout
    limits: IntakeLimits

    @classmethod
    def of(cls, settings: RunSettings) -> Given:
        handout = Handout.load(settings.installation.student_template)
        return cls(handout, intake_limits(settings, sum(map(len, handout.given.values()))))


def grade_hand_in(path: Path, settings: RunSettings) -> Graded:
    """Grades what lies at `path` as `batch` would: hidden cases where there is a reference, notebooks run again.

    A hand-in with nothing to grade is rejected; whatever goes wrong from the moment it is found is a fault of the
    grader, and a verdict too. Raises UsageError if there is no hand-in at `path`.
    """
    given = Given.of(settings)
    candidate = find_hand_in(path)
    try:
        try:
            submission = take_in(candidate, given.handout, given.limits)
        except SubmissionRejected as rejection:
            return Graded(
                rejected(candidate.team, candidate.source, fingerprints.of_path(candidate.path), str(rejection),
                         settings.rubric, candidate.flags)
            )  # fmt: skip
        reference = settings.installation.reference
        oracle = Oracle.load(reference) if settings.installation.has_reference else None
        return grade_submission(submission, given, settings, oracle=oracle, run_notebooks=True)
    except UsageError:
        raise
    except Exception as error:
        return Graded(_failed(candidate, error, settings), fault=error)


def grade_submission(
    submission: Submission, given: Given, settings: RunSettings, *, oracle: Oracle | None, run_notebooks: bool
) -> Graded:
    """Observes and scores `submission`; without an `oracle` the public cases only.

    Raises InfrastructureError if the grader fails.
    """
    files = {**submission.files, **given.handout.given}
    # Where no hidden case is drawn there is no secret in the seed, and the salt is empty.
    drawn = settings.seed if settings.seed is not None else seed.derive(submission.content_sha256, settings.salt)
    executor = Executor(
        level=settings.isolation.level,
        runner=settings.runner,
        forbidden_modules=forbidden_imports(settings),
        scratch=settings.scratch,
        hidden=settings.hidden,
        notebooks=run_notebooks,
    )
    try:
        observed = observe(
            submission,
            files,
            executor,
            settings.rubric,
            isolation=settings.isolation,
            parts=settings.parts,
            seed=drawn,
            oracle=oracle,
            run_notebooks=run_notebooks,
        )
    finally:
        executor.close()
    return Graded(score(observed.evidence, settings.rubric), observed.arrays, submission.files)


def _failed(candidate: Candidate, error: Exception, settings: RunSettings) -> Scorecard:
    try:
        sha256 = fingerprints.of_path(candidate.path)
    except OSError:
        sha256 = ""
    reason = f"{type(error).__name__}: {error}"
    return grader_error(candidate.team, candidate.source, sha256, reason, settings.rubric)
