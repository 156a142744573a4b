"""What all submissions of a run are observed with, made once: the course's files, executors, oracle and data."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grader.checks.observe import Laboratory, Observed, observe, visualises
from grader.datasets.pretrained import PretrainedMaterial, embedded
from grader.datasets.profile import Profile
from grader.dialects.dialect import Dialect
from grader.engine import packages, seed
from grader.engine.installation import Installation
from grader.engine.settings import RunSettings, intake_limits, trains
from grader.engine.submission_dialect import files_given, written_in
from grader.execute.executor import Executor
from grader.execute.gpu_devices import gpu_devices
from grader.intake import Handout
from grader.intake.handout import NOTEBOOK_NAMES
from grader.model.evidence import Evidence
from grader.model.submission import Submission

if TYPE_CHECKING:
    from grader.checks.oracle import Oracle

#: What the process that children are forked from has imported already, for a part whose code is written with TensorFlow.
_PRELOADED = {Dialect.TF2: ("tensorflow", "keras"), Dialect.TF1: ("tensorflow",)}
#: Why a part cannot be run: a key of the catalogue's topic ``skipped``.
_NO_TENSORFLOW = "no_tensorflow"


class Observing:
    """Use as a context, or `close` it: it owns the executors' processes, which start when first needed.

    With `public_only` no hidden case is drawn.
    """

    def __init__(self, settings: RunSettings, *, public_only: bool = False):
        installation = settings.installation
        self._settings = settings
        self.handout = Handout.load(installation.student_template)
        #: How large a hand-in may be, so that it and what the course gives fit on a child's disk.
        self.limits = intake_limits(settings, sum(map(len, self.handout.given.values())))
        hidden_cases = installation.has_reference and not public_only
        unavailable = _unavailable(settings)
        runnable = [part for part in settings.parts if part not in unavailable]
        self._executors = _Executors(settings)
        self._runnable = runnable
        self._tensorflow1: Laboratory | None = None
        self._laboratory = Laboratory(
            runners={part: self._executors.of(part) for part in runnable},
            isolation=settings.isolation,
            oracle=_oracle(installation) if hidden_cases else None,
            data=settings.data.open() if settings.data is not None else None,
            profile=settings.profile.value,
            run_notebooks=settings.run_notebooks,
            unavailable=unavailable,
            templates=_templates(self.handout, settings.training_parts),
            given=self.handout.given,
            pretrained=self._pretrained(runnable),
        )

    def observe(self, submission: Submission, reuse: Evidence | None = None) -> Observed:
        """Raises InfrastructureError if the grader fails."""
        settings = self._settings
        # Where no hidden case is drawn there is no secret in the seed, and the salt is empty.
        drawn = settings.seed if settings.seed is not None else seed.derive(submission.content_sha256, settings.salt)
        dialect = settings.dialect or written_in(submission)
        files = {**submission.files, **files_given(submission, self.handout.given, dialect)}
        laboratory = self._laboratory_of(dialect)
        return observe(submission, files, settings.rubric, laboratory, parts=settings.parts, seed=drawn, reuse=reuse)

    def _laboratory_of(self, dialect: Dialect) -> Laboratory:
        if dialect is Dialect.TF2:
            return self._laboratory
        if self._tensorflow1 is None:
            runners = {part: self._executors.of(part, dialect) for part in self._runnable}
            part = self._visualising(self._runnable)
            self._tensorflow1 = dataclasses.replace(
                self._laboratory,
                runners=runners,
                dialect=dialect,
                original=None if part is None else self._supplied(part, dialect),
            )
        return self._tensorflow1

    def _visualising(self, parts: Sequence[int]) -> int | None:
        """The one of `parts` that is about a pretrained network."""
        return next((part for part in parts if visualises(self._settings.rubric, part)), None)

    def _pretrained(self, runnable: Sequence[int]) -> PretrainedMaterial | None:
        """What the part about a pretrained network is asked about; None where none is run here."""
        part = self._visualising(runnable)
        if part is None:
            return None
        return self._supplied(part, Dialect.TF2) or embedded(self.handout.given)

    def _supplied(self, part: int, dialect: Dialect) -> PretrainedMaterial | None:
        """The course's own network for `part` of hand-ins in `dialect`, None where it has none for these."""
        supplied = self._settings.pretrained
        if supplied is None or supplied.dialect is not dialect:
            return None
        return supplied.open(self._executors.of(part, dialect).readable_path(supplied.folder))

    def close(self) -> None:
        """Ends the executors' processes and deletes their work folders."""
        self._executors.close()

    def __enter__(self) -> Observing:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def _oracle(installation: Installation) -> Oracle:
    # Here and not above: what students receive has neither a reference nor what reads it.
    from grader.checks.oracle import Oracle

    return Oracle.load(installation.reference)


def _templates(handout: Handout, parts: Sequence[int]) -> dict[int, bytes]:
    """The notebooks of `parts` as they were handed out."""
    names = {part: NOTEBOOK_NAMES[part] for part in parts}
    return {part: handout.template[name] for part, name in names.items() if name in handout.template}


def _unavailable(settings: RunSettings) -> dict[int, str]:
    """Parts that cannot be run here, with the reason."""
    if not packages.missing(packages.TENSORFLOW):
        return {}
    return dict.fromkeys(settings.training_parts, _NO_TENSORFLOW)


class _Executors:
    """Executors by what they were asked for: parts that need the same have one, and import TensorFlow once."""

    def __init__(self, settings: RunSettings):
        self._settings = settings
        self._made: list[tuple[dict[str, Any], Executor]] = []

    def of(self, part: int, dialect: Dialect = Dialect.TF2) -> Executor:
        wanted = _wanted(self._settings, part, dialect)
        for known, executor in self._made:
            if known == wanted:
                return executor
        executor = Executor(**wanted)
        self._made.append((wanted, executor))
        return executor

    def close(self) -> None:
        for _, executor in self._made:
            executor.close()


def _wanted(settings: RunSettings, part: int, dialect: Dialect) -> dict[str, Any]:
    """The arguments of a part's executor."""
    wanted = {
        "level": settings.isolation.level,
        "runner": settings.runner,
        "forbidden_modules": settings.rubric.parts[part].forbidden_modules,  # type: ignore[index]
        "scratch": settings.scratch,
        "hidden": settings.hidden,
        "notebooks": settings.run_notebooks,
    }
    if not trains(settings.rubric, part):
        return wanted
    served = () if settings.data is None else (settings.data.served,)
    if settings.pretrained is not None:
        served = (*served, settings.pretrained.folder)
    # Its driver is a large surface to attack, so untrusted code sees a GPU only where the training is worth it.
    devices = gpu_devices() if settings.profile is Profile.FULL else ()
    wanted |= {"readable": served, "threads": settings.threads, "devices": devices}
    return {**wanted, "preload": _PRELOADED[dialect], "dialect": dialect}
