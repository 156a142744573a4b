"""What all submissions of a run are observed with, made once: the course's files, executors, oracle and data."""

from __future__ import annotations

from grader.checks.observe import Laboratory, Observed, observe
from grader.checks.oracle import Oracle
from grader.engine import seed
from grader.engine.settings import RunSettings, intake_limits
from grader.execute.executor import Executor
from grader.intake import Handout
from grader.model.evidence import Evidence
from grader.model.submission import Submission


class Observing:
    """Use as a context, or `close` it: it owns the executors' processes.

    With `public_only` no hidden case is drawn and notebooks are read but not run.
    """

    def __init__(self, settings: RunSettings, *, public_only: bool = False):
        installation = settings.installation
        self._settings = settings
        self.handout = Handout.load(installation.student_template)
        #: How large a hand-in may be, so that it and what the course gives fit on a child's disk.
        self.limits = intake_limits(settings, sum(map(len, self.handout.given.values())))
        hidden_cases = installation.has_reference and not public_only
        self._executors = {part: _executor(settings, part, notebooks=not public_only) for part in settings.parts}
        self._laboratory = Laboratory(
            runners=self._executors,
            isolation=settings.isolation,
            oracle=Oracle.load(installation.reference) if hidden_cases else None,
            run_notebooks=not public_only,
        )

    def observe(self, submission: Submission, reuse: Evidence | None = None) -> Observed:
        """Raises InfrastructureError if the grader fails."""
        settings = self._settings
        # Where no hidden case is drawn there is no secret in the seed, and the salt is empty.
        drawn = settings.seed if settings.seed is not None else seed.derive(submission.content_sha256, settings.salt)
        files = {**submission.files, **self.handout.given}
        return observe(
            submission, files, settings.rubric, self._laboratory, parts=settings.parts, seed=drawn, reuse=reuse
        )

    def close(self) -> None:
        """Ends the executors' processes and deletes their work folders."""
        for executor in self._executors.values():
            executor.close()

    def __enter__(self) -> Observing:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def _executor(settings: RunSettings, part: int, *, notebooks: bool) -> Executor:
    return Executor(
        level=settings.isolation.level,
        runner=settings.runner,
        forbidden_modules=settings.rubric.parts[part].forbidden_modules,  # type: ignore[index]
        scratch=settings.scratch,
        hidden=settings.hidden,
        notebooks=notebooks,
    )
