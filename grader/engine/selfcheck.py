"""A student's own check: one work folder or archive, public checks only, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.checks.observe import observe
from grader.engine import seed
from grader.engine.settings import RunSettings, forbidden_imports, intake_limits
from grader.execute.executor import Executor
from grader.intake import Handout
from grader.intake.work_folder import open_work_folder
from grader.model.errors import SubmissionRejected, UsageError
from grader.model.limits import IntakeLimits
from grader.model.scorecard import Scorecard
from grader.model.status import ItemStatus
from grader.model.submission import Submission
from grader.scoring.score import score

#: Statuses that neither pass nor lose points.
_OPEN = frozenset({ItemStatus.MANUAL, ItemStatus.SKIPPED})


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """The verdict, and the arrays of its cases by ``<item>/<case>/<name>``."""

    card: Scorecard
    observed: Mapping[str, np.ndarray]

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays whose names start with `prefix`, under their names without it."""
        return {name[len(prefix) :]: array for name, array in self.observed.items() if name.startswith(prefix)}

    @property
    def all_passed(self) -> bool:
        """Whether every item that was checked passed."""
        return all(item.status is ItemStatus.PASSED for item in self.card.items if item.status not in _OPEN)


def self_check(path: Path, settings: RunSettings) -> SelfCheck:
    """Checks `path`: the same path as a graded hand-in, with the public cases, and the notebook read but not run.

    Raises UsageError if there is nothing at `path` that can be checked, InfrastructureError if the grader fails.
    """
    handout = Handout.load(settings.installation.student_template)
    submission = _opened(path, handout, intake_limits(settings, sum(map(len, handout.given.values()))))
    executor = Executor(
        level=settings.isolation.level,
        runner=settings.runner,
        forbidden_modules=forbidden_imports(settings),
        hidden=settings.hidden,
    )
    try:
        observed = observe(
            submission,
            {**submission.files, **handout.given},
            executor,
            settings.rubric,
            isolation=settings.isolation,
            parts=settings.parts,
            # No hidden case is drawn, so there is no secret in it.
            seed=settings.seed if settings.seed is not None else seed.derive(submission.content_sha256, b""),
            oracle=None,
            run_notebooks=False,
        )
    finally:
        executor.close()
    return SelfCheck(score(observed.evidence, settings.rubric), observed.arrays)


def _opened(path: Path, handout: Handout, limits: IntakeLimits) -> Submission:
    try:
        return open_work_folder(path, handout, limits)
    except SubmissionRejected as rejection:
        raise UsageError(f"{path}: {rejection}") from rejection
