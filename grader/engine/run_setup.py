"""Settles a run's settings: everything that can be refused is refused here, before anything runs."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
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


def for_batch(
    installation: Installation,
    *,
    rubric: Path | None,
    parts: Sequence[int],
    weakest: IsolationLevel | None,
    runner: Runner,
    fixed_seed: int | None,
    environ: MutableMapping[str, str],
) -> RunSettings:
    """Settings for grading other people's code. Raises UsageError (IsolationTooWeak where isolation does not suffice)."""
    loaded = load_rubric(installation, rubric)
    asked = chosen_parts(parts, loaded)
    isolation = chosen_isolation(survey(), weakest or BATCH_WEAKEST)
    # Refuses a runner that does not work at this level here, and not once in every worker; starts no process.
    Executor(level=isolation.level, runner=runner).close()
    salt = seed.take_salt(environ)
    return RunSettings(
        installation=installation,
        rubric=loaded,
        parts=asked,
        isolation=isolation,
        runner=runner,
        seed=fixed_seed,
        salt=salt,
        hidden=(*installation.kept_from_students(), seed.salt_path(environ).parent),
    )


def for_self_check(
    installation: Installation,
    *,
    rubric: Path | None,
    parts: Sequence[int],
    weakest: IsolationLevel | None,
    runner: Runner,
    fixed_seed: int | None,
) -> RunSettings:
    """Settings for a student's own code on their own machine: no isolation unless asked for, and no secret to keep."""
    loaded = load_rubric(installation, rubric)
    asked = chosen_parts(parts, loaded)
    if weakest is None or weakest is IsolationLevel.NONE:
        isolation = IsolationUsed(IsolationLevel.NONE)
    else:
        isolation = chosen_isolation(survey(), weakest)
    return RunSettings(installation, loaded, asked, isolation, runner, fixed_seed)
