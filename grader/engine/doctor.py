"""What this machine has, what is missing for what, and what to do about it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass

from grader.datasets.loading import cache_of, look
from grader.datasets.places import VARIABLE, Surroundings, usual_places
from grader.datasets.pretrained import embedded
from grader.datasets.refusals import DataRefused
from grader.datasets.stand_in import entry_name
from grader.engine import free_memory, packages
from grader.engine.installation import Installation
from grader.engine.run_setup import BATCH_WEAKEST, load_rubric
from grader.engine.settings import trains, usable_cores
from grader.intake import Handout
from grader.messages import catalogue
from grader.model.errors import UsageError
from grader.model.isolation import IsolationReport
from grader.sandbox import survey

_TESTED = ((3, 11), (3, 12), (3, 13))
#: Groups of packages: their name in the catalogue, import names to pip's names, whether they must be there.
_FOR_STAFF = (("packages_batch", packages.BATCH, True), ("packages_nbclient", packages.NBCLIENT, False))
_FOR_STUDENTS = (("packages_self_check", packages.SELF_CHECK, True), ("packages_notebooks", packages.NOTEBOOKS, False))
#: What a worker with its zygote and a child that trains a small network holds, measured.
_TRAINING_BYTES = 1 << 30
#: Digits of a digest that are enough to tell two networks apart.
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `needed` ones must be there for `batch`; `advice` is empty where there is nothing to do."""

    name: str
    there: bool
    needed: bool
    detail: str
    advice: str = ""


def examine(installation: Installation, environ: MutableMapping[str, str], data: str | None = None) -> list[Finding]:
    """Looks at everything; in what students receive, at what their self-check needs.

    Makes nothing: a salt that is not there yet is only told.

    `data`: a path or ``stand-in``, to be looked at instead of the usual places for CIFAR-10; it must then be there.
    """
    if installation.is_handout:
        return [
            _python(),
            *_packages(_FOR_STUDENTS),
            _tensorflow(needed=False),
            _handout(installation),
            _rubric(installation),
            _data(data, environ),
        ]
    return [
        _python(),
        *_packages(_FOR_STAFF),
        _tensorflow(_rubric_trains(installation)),
        _memory(),
        *_isolation(survey()),
        _handout(installation),
        _reference(installation),
        _rubric(installation),
        _salt(environ),
        _pretrained(installation),
        _data(data, environ),
    ]


def _text(key: str, **values: object) -> str:
    return catalogue().text(f"doctor.{key}", **values)


def _python() -> Finding:
    version = f"{platform.python_version()} ({sys.executable})"
    tested = sys.version_info[:2] in _TESTED
    return Finding(_text("python"), True, True, version, "" if tested else _text("python_not_tested"))


def _packages(wanted: Sequence[tuple[str, Mapping[str, str], bool]]) -> list[Finding]:
    findings = []
    for key, group, needed in wanted:
        missing = packages.missing(dict(group))
        detail = _text("missing", names=", ".join(missing)) if missing else _text("installed")
        advice = _text("install", python=sys.executable, names=" ".join(missing)) if missing else ""
        findings.append(Finding(_text(key), not missing, needed, detail, advice))
    return findings


def _tensorflow(needed: bool) -> Finding:
    """Found, and its version read, without importing it, which takes seconds."""
    missing = packages.missing(packages.TENSORFLOW)
    name = _text("tensorflow")
    if missing:
        advice = _text("install", python=sys.executable, names=" ".join(missing))
        return Finding(name, False, needed, _text("no_tensorflow", names=", ".join(missing)), advice)
    versions = packages.training_versions()
    detail = _text("tensorflow_versions", **{key: versions.get(key, "?") for key in packages.TENSORFLOW})
    return Finding(name, True, needed, detail)


def _rubric_trains(installation: Installation) -> bool:
    try:
        rubric = load_rubric(installation, None)
    except UsageError:  # told by a finding of its own
        return False
    return any(trains(rubric, item.part) for item in rubric.items)


def _memory() -> Finding:
    """Whether as many hand-ins of Part 2 as there are cores fit in at a time."""
    name, cores = _text("memory"), usable_cores()
    free = free_memory.available_bytes()
    if free is None:
        return Finding(name, True, False, _text("memory_unknown"))
    at_a_time = max(1, free // _TRAINING_BYTES)
    enough = at_a_time >= cores
    detail = _text("memory_free", free=f"{free / (1 << 30):.1f}", cores=cores)
    return Finding(name, enough, False, detail, "" if enough else _text("memory_advice", jobs=at_a_time))


def _isolation(report: IsolationReport) -> list[Finding]:
    enough = report.strongest.level.strength >= BATCH_WEAKEST.strength
    findings = []
    for finding in report.findings:
        detail = finding.detail
        if finding.gaps:
            detail += _text("gaps", gaps="; ".join(finding.gaps))
        findings.append(Finding(_text("isolation", level=finding.level.value), finding.works, False, detail))
    chosen = report.strongest.level.value
    words = {"level": chosen, "needed": BATCH_WEAKEST.value}
    if enough:
        detail = _text("isolation_used", **words, meaning=_text(f"isolation_means.{chosen}"))
    else:
        detail = _text("isolation_too_weak", **words)
    advice = "" if enough else _text("isolation_advice", level=chosen)
    findings.append(Finding(_text("isolation_for_batch"), enough, True, detail, advice))
    return findings


def _handout(installation: Installation) -> Finding:
    there = installation.student_template.exists()
    advice = "" if there else _text("make_template")
    return Finding(_text("student_template"), there, True, str(installation.student_template), advice)


def _reference(installation: Installation) -> Finding:
    there = installation.has_reference
    return Finding(
        _text("reference"), there, False, str(installation.reference), "" if there else _text("no_reference")
    )


def _rubric(installation: Installation) -> Finding:
    return _tried(_text("rubric"), lambda: load_rubric(installation, None).name)


def _tried(name: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, True, attempt())
    except UsageError as error:
        return Finding(name, False, True, str(error))


def _salt(environ: MutableMapping[str, str]) -> Finding:
    # Here and not above: students have no salt.
    from grader.engine import salt

    if environ.get(salt.VARIABLE):
        return Finding(_text("salt"), True, True, _text("salt_given", variable=salt.VARIABLE))
    path = salt.salt_path(environ)
    if path.is_file():
        return Finding(_text("salt"), True, True, str(path))
    nearest = next((folder for folder in path.parents if folder.exists()), None)
    if nearest is not None and nearest.is_dir() and os.access(nearest, os.W_OK):
        return Finding(_text("salt"), True, True, _text("salt_to_be_made", path=path))
    advice = _text("salt_advice", variable=salt.VARIABLE)
    return Finding(_text("salt"), False, True, _text("salt_impossible", path=path), advice)


def _pretrained(installation: Installation) -> Finding:
    """The network that Part 3 is about unless another one is named."""
    name = _text("pretrained")
    try:
        material = embedded(Handout.load(installation.student_template).given)
    except (UsageError, KeyError, ValueError):
        return Finding(name, False, True, _text("no_pretrained"), _text("make_template"))
    height, width = material.images.shape[1:3]
    detail = _text("pretrained_embedded", count=len(material.images), height=height, width=width)
    return Finding(name, True, True, f"{detail} ({material.digest[:_SHORT]})")


def _data(choice: str | None, environ: MutableMapping[str, str]) -> Finding:
    name, needed = _text("data"), choice is not None
    try:
        surroundings = Surroundings.here(environ)
        outlook = look(choice, surroundings)
    except DataRefused as error:
        return Finding(name, False, needed, str(error))
    if outlook.source is not None:
        return Finding(name, True, needed, _text("data_found", source=outlook.source))
    cache = cache_of(surroundings)
    kept = (cache / entry_name()).is_dir()
    stand_in = _text("stand_in_kept" if kept else "stand_in_to_be_drawn", folder=cache)
    if outlook.asked_for:
        return Finding(name, True, needed, stand_in)
    if outlook.problems:
        detail = _text("data_damaged", problems="; ".join(outlook.problems), stand_in=stand_in)
        return Finding(name, False, needed, detail)
    places = ", ".join(str(place) for place in usual_places(surroundings))
    detail = _text("no_data", places=places, stand_in=stand_in)
    return Finding(name, False, needed, detail, _text("data_advice", variable=VARIABLE))
