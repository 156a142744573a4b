"""OUT/run.json: what the last batch was asked and found, kept so that pages made later can still tell it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import grader
from grader.engine import atomic_file
from grader.engine.run_data import RunData
from grader.engine.run_pretrained import RunPretrained
from grader.engine.settings import RunSettings
from grader.intake.candidate import Ignored
from grader.messages import catalogue
from grader.model.rubric import Rubric
from grader.model.scorecard import Scorecard
from grader.scoring.rubric_file import fingerprint

#: Raised whenever older facts could be misread; they then count as absent.
_SCHEMA = 1

#: Digits of a fingerprint that are enough to tell two rubrics apart.
_SHORT = 12


@dataclass(frozen=True, slots=True)
class RunFacts:
    """`started` is UTC in ISO 8601; `seed` the fixed one, None where each hand-in has its own.

    `ignored` pairs names in the inbox with reasons. `bom` says that the gradebook starts with a byte order mark.
    `profile` and `data` (the images' name and digest) are None where no graded part needs images; `pretrained` (name and
    digest) is None where the course supplied no network of its own.
    """

    started: str
    isolation: str
    runner: str
    parts: tuple[int, ...]
    seed: int | None = None
    ignored: tuple[tuple[str, str], ...] = ()
    bom: bool = False
    profile: str | None = None
    data: tuple[str, str] | None = None
    pretrained: tuple[str, str] | None = None


def of_batch(started: datetime, settings: RunSettings, ignored: Iterable[Ignored], bom: bool) -> RunFacts:
    return RunFacts(
        started=started.isoformat(timespec="seconds"),
        isolation=settings.isolation.level.value,
        runner=settings.runner,
        parts=settings.parts,
        seed=settings.seed,
        ignored=tuple((entry.name, entry.reason) for entry in ignored),
        bom=bom,
        profile=settings.profile.value if settings.training_parts else None,
        data=_named(settings.data),
        pretrained=_named(settings.pretrained),
    )


def save(path: Path, facts: RunFacts) -> None:
    """Raises OSError."""
    content = {"schema": _SCHEMA, **dataclasses.asdict(facts)}
    atomic_file.write(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def load(path: Path) -> RunFacts | None:
    """None where there are none, or none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("schema") != _SCHEMA:
            return None
        ignored = tuple((str(name), str(reason)) for name, reason in content.pop("ignored"))
        named = {key: _pair(content.pop(key, None)) for key in ("data", "pretrained")}
        return RunFacts(**{**content, "parts": tuple(content["parts"])}, ignored=ignored, **named)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def labelled(facts: RunFacts | None, rubric: Rubric, cards: Iterable[Scorecard], now: datetime) -> dict[str, str]:
    """The facts as labels and values for a page that is made `now`."""
    text = catalogue().text
    told = {text("engine.run.rubric"): f"{rubric.name} ({fingerprint(rubric)[:_SHORT]})"}
    if facts is not None:
        seed = text("engine.run.seed_derived") if facts.seed is None else str(facts.seed)
        told |= {
            text("engine.run.parts"): ", ".join(map(str, facts.parts)),
            text("engine.run.isolation"): facts.isolation,
            text("engine.run.runner"): facts.runner,
            **_images(facts),
            text("engine.run.seed"): seed,
            text("engine.run.started"): _moment(facts.started),
        }
    told[text("engine.run.written")] = _moment(now.isoformat())
    told[text("engine.run.grader")] = grader.__version__
    if versions := _versions(cards):
        told[text("engine.run.versions")] = versions
    return told


def _images(facts: RunFacts) -> dict[str, str]:
    """Profile, images and network, where the batch had any."""
    text, told = catalogue().text, {}
    if facts.profile is not None:
        told[text("engine.run.profile")] = facts.profile
    for key, named in (("data", facts.data), ("pretrained", facts.pretrained)):
        if named is not None:
            name, digest = named
            told[text(f"engine.run.{key}")] = f"{name} ({digest[:_SHORT]})"
    return told


def _named(used: RunData | RunPretrained | None) -> tuple[str, str] | None:
    return None if used is None else (used.name, used.digest)


def _pair(stored: object) -> tuple[str, str] | None:
    """Name and digest as they were stored. Raises ValueError, TypeError."""
    if stored is None:
        return None
    name, digest = stored  # type: ignore[misc]
    return str(name), str(digest)


def _moment(iso: str) -> str:
    try:
        return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except ValueError:
        return iso


def _versions(cards: Iterable[Scorecard]) -> str:
    """Every version that some hand-in was graded with; more than one of a package where a batch was resumed."""
    found: dict[str, set[str]] = {}
    for card in cards:
        for name, version in card.environment.items():
            found.setdefault(name, set()).add(version)
    return ", ".join(f"{name} {' / '.join(sorted(found[name]))}" for name in sorted(found))
