"""Settles a run's settings: everything that can be refused is refused here, before anything runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.checks.observe import visualises
from grader.datasets.places import STAND_IN
from grader.datasets.profile import Profile
from grader.dialects.dialect import Dialect
from grader.engine import packages, run_data, run_pretrained
from grader.engine.installation import Installation
from grader.engine.run_data import RunData
from grader.engine.run_pretrained import RunPretrained
from grader.engine.settings import Runner, RunSettings, chosen_isolation, chosen_parts, trains
from grader.execute import Executor
from grader.messages import catalogue
from grader.model.errors import UsageError
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
    profile: Profile | None = None
    data: str | None = None
    dialect: Dialect | None = None
    pretrained: Path | None = None


def for_batch(installation: Installation, asked: Asked, environ: MutableMapping[str, str]) -> RunSettings:
    """Settings for grading other people's code. Raises UsageError (IsolationTooWeak where isolation does not suffice).

    Where a part needs TensorFlow or CIFAR-10 and it is not there, the run is refused: results of a class must not depend
    on what somebody forgot to install.
    """
    # Here and not above: what students receive has no salt, and no command that needs one.
    from grader.engine import salt

    rubric = load_rubric(installation, asked.rubric)
    parts = chosen_parts(asked.parts, rubric)
    isolation = chosen_isolation(survey(), asked.weakest or BATCH_WEAKEST)
    # Refuses a runner that does not work at this level here, and not once in every worker; starts no process.
    Executor(level=isolation.level, runner=asked.runner).close()
    _require_tensorflow(rubric, parts)
    profile = asked.profile or Profile.QUICK
    secret = salt.take_salt(environ)
    hidden = (*installation.kept_from_students(), salt.salt_path(environ).parent)
    return RunSettings(
        installation=installation,
        rubric=rubric,
        parts=parts,
        isolation=isolation,
        runner=asked.runner,
        seed=asked.seed,
        dialect=asked.dialect,
        salt=secret,
        hidden=hidden,
        profile=profile,
        data=run_data.settle(asked.data, profile, environ) if _training(rubric, parts) else None,
        pretrained=_pretrained(asked, installation, rubric, parts, environ, isolation, hidden),
    )


def for_self_check(installation: Installation, asked: Asked, environ: Mapping[str, str]) -> RunSettings:
    """Settings for a student's own code on their own machine: no isolation unless asked for, and no secret to keep.

    Notebooks are run, and accuracy measured, only where a profile is named; that needs TensorFlow. Without one, a
    machine that has none checks what it can.
    """
    rubric = load_rubric(installation, asked.rubric)
    parts = chosen_parts(asked.parts, rubric)
    if asked.weakest is None or asked.weakest is IsolationLevel.NONE:
        isolation = IsolationUsed(IsolationLevel.NONE)
    else:
        isolation = chosen_isolation(survey(), asked.weakest)
    runs = asked.profile is not None
    if runs:
        _require_tensorflow(rubric, parts)
    profile = asked.profile or Profile.QUICK
    return RunSettings(
        installation=installation,
        rubric=rubric,
        parts=parts,
        isolation=isolation,
        runner=asked.runner,
        seed=asked.seed,
        dialect=asked.dialect,
        profile=profile,
        data=_data_for_self_check(asked, profile, environ, runs) if _training(rubric, parts) else None,
        pretrained=_pretrained(asked, installation, rubric, parts, environ, isolation),
        run_notebooks=runs,
    )


def _data_for_self_check(asked: Asked, profile: Profile, environ: Mapping[str, str], runs: bool) -> RunData | None:
    if packages.missing(packages.TENSORFLOW):
        return None
    # Nothing is measured where nothing is trained: whatever images will do, and these are there at once.
    choice = asked.data if runs or asked.data is not None else STAND_IN
    return run_data.settle(choice, profile, environ, measured=runs)


def _pretrained(
    asked: Asked,
    installation: Installation,
    rubric: Rubric,
    parts: Sequence[int],
    environ: Mapping[str, str],
    isolation: IsolationUsed,
    hidden: tuple[Path, ...] = (),
) -> RunPretrained | None:
    """The network that was named; None where none was, or where no part is about one."""
    if asked.pretrained is None:
        return None
    # What is wrong with the file is told even where nothing needs it.
    run_pretrained.read_network(asked.pretrained)
    part = next((part for part in parts if visualises(rubric, part)), None)
    if part is None or packages.missing(packages.TENSORFLOW):
        return None
    limits = rubric.parts[part].limits_for((asked.profile or Profile.QUICK).value)  # type: ignore[index]
    template = installation.student_template
    return run_pretrained.settle(asked.pretrained, template, environ, isolation.level, limits, hidden)


def _training(rubric: Rubric, parts: Sequence[int]) -> list[int]:
    return [part for part in parts if trains(rubric, part)]


def _require_tensorflow(rubric: Rubric, parts: Sequence[int]) -> None:
    needing, missing = _training(rubric, parts), packages.missing(packages.TENSORFLOW)
    if not needing or not missing:
        return
    without = [part for part in parts if part not in needing]
    text = catalogue().text
    line = text(
        "engine.no_tensorflow",
        parts=", ".join(map(str, needing)),
        python=sys.executable,
        names=" ".join(missing),
    )
    if without:
        line += text("engine.or_without_tensorflow", options=" ".join(f"--part {part}" for part in without))
    raise UsageError(line)
