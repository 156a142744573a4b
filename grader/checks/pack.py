"""The case pack: the public cases with all their answers, so that the self-check works where `reference/` is not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

import numpy as np

from grader.checks.cases import Arrays, Case, Question
from grader.model import array_file
from grader.model.errors import InfrastructureError
from grader.model.status import Visibility

#: Version of the pack's layout.
PACK_SCHEMA = 2
PACK_NAME = "part1.npz"
#: A file of its own, read only where something failed.
SMALLER_PACK_NAME = "part1_smaller.npz"


def parse(content: bytes) -> dict[str, list[Case]]:
    """A pack's cases by check name. Raises InfrastructureError where the pack is damaged or of another version."""
    arrays = array_file.loads(content)
    try:
        header = json.loads(arrays["header"].tobytes())
        if header["schema"] != PACK_SCHEMA:
            raise InfrastructureError(f"case pack has schema {header['schema']}, this grader reads {PACK_SCHEMA}")
        return {
            check: [_case(arrays, check, entry) for entry in entries] for check, entries in header["checks"].items()
        }
    except KeyError as error:
        raise InfrastructureError(f"case pack is damaged: {error} is missing") from error


def _case(arrays: Arrays, check: str, entry: Mapping[str, object]) -> Case:
    prefix = f"{check}/{entry['id']}"

    def named(kind: str, names: Iterable[str]) -> dict[str, np.ndarray]:
        return {name: arrays[f"{prefix}/{kind}/{name}"] for name in names}

    def several(kind: str) -> dict[str, Arrays]:
        listed: Mapping[str, list[str]] = entry[f"{kind}s"]  # type: ignore[assignment]
        return {name: named(f"{kind}/{name}", outputs) for name, outputs in listed.items()}

    question = Question(named("input", entry["inputs"]), entry["parameters"])  # type: ignore[arg-type]
    group, number = str(entry["group"]), int(entry["number"])  # type: ignore[call-overload]
    return Case(group, Visibility.PUBLIC, number, question, several("answer"), several("misconception"))


@lru_cache
def public_cases() -> Mapping[str, list[Case]]:
    """The public cases of the pack that ships with the grader, by check name."""
    return parse(_shipped(PACK_NAME))


@lru_cache
def smaller_cases() -> Mapping[str, list[Case]]:
    """The ladders that ship with the grader, by check name, the fewest numbers first."""
    return parse(_shipped(SMALLER_PACK_NAME))


def _shipped(name: str) -> bytes:
    return (resources.files("grader.checks") / "packs" / name).read_bytes()
