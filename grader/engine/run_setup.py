"""Settles a run's settings: everything that can be refused is refused here, before anything runs."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.engine import seed
from grader.engine.installation import Installation
from grader.engine.settings import Runner, RunSettings, chosen_isolation, chosen_parts
from grader.execute import Executor
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel
from grader.model.rubric import Rubric
from grader.sandbox import survey
from grader.scoring import rubric_file

#: The weakest isolation that grading other people's code accepts unless told otherwise.
BATCH_WEAKEST = IsolationLevel.LANDLOCK


def load_rubric(installation: Installation, path: Path | None) -> Rubric:
    """The rubric at `path`, by default the installation's own. Raises UsageError (RubricError) if it does not hold."""
    return rubric_file.load(path or installation.rubric)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run was asked for. None stands for "not said": each command has its own default."""

    rubric: Path | None
    parts: Sequence[int]
    weakest: IsolationLevel | None
    runner: Runner
    seed: int | None


def for_batch(installation: Installation, asked: Asked, environ: MutableMapping[str, str]) -> RunSettings:
    """Settings for grading other people's code. Raises UsageError (IsolationTooWeak where isolation does not suffice)."""
    rubric = load_rubric(installation, asked.rubric)
    parts = chosen_parts(asked.parts, rubric)
    isolation = chosen_isolation(survey(), asked.weakest or BATCH_WEAKEST)
    # Refuses a runner that does not work at this level here, and not once in every worker; starts no process.
    Executor(level=isolation.level, runner=asked.runner).close()
    salt = seed.take_salt(environ)
    return RunSettings(
        installation=installation,
        rubric=rubric,
        parts=parts,
        isolation=isolation,
        runner=asked.runner,
        seed=asked.seed,
        salt=salt,
        hidden=(*installation.kept_from_students(), seed.salt_path(environ).parent),
    )


def for_self_check(installation: Installation, asked: Asked) -> RunSettings:
    """Settings for a student's own code on their own machine: no isolation unless asked for, and no secret to keep."""
    rubric = load_rubric(installation, asked.rubric)
    parts = chosen_parts(asked.parts, rubric)
    if asked.weakest is None or asked.weakest is IsolationLevel.NONE:
        isolation = IsolationUsed(IsolationLevel.NONE)
    else:
        isolation = chosen_isolation(survey(), asked.weakest)
    return RunSettings(installation, rubric, parts, isolation, asked.runner, asked.seed)
