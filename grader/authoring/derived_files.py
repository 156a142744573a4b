"""Small files of the project that are derived from others and kept in step with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.checks import pack, pack_building
from grader.checks.oracle import Oracle
from grader.engine import atomic_file
from grader.model import array_file
from grader.model.errors import UsageError
from grader.model.rubric import Rubric


def case_pack(root: Path) -> bytes:
    """The public cases and their answers, from ``reference/``."""
    return pack_building.build(Oracle.load(root / "reference"))


def smaller_case_pack(root: Path) -> bytes:
    """The ladders of ever larger cases, from ``reference/``."""
    return pack_building.build_smaller(Oracle.load(root / "reference"))


def rubric_schema(root: Path) -> bytes:
    """JSON Schema of a rubric file, for editors."""
    del root
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rubric.model_json_schema(by_alias=True)}
    return (json.dumps(schema, indent=2, sort_keys=True) + "\n").encode()


#: Path below the project's root, and what makes its content.
DERIVED: Mapping[str, Callable[[Path], bytes]] = {
    f"grader/checks/packs/{pack.PACK_NAME}": case_pack,
    f"grader/checks/packs/{pack.SMALLER_PACK_NAME}": smaller_case_pack,
    "rubrics/assignment2.schema.json": rubric_schema,
}


def write(root: Path) -> None:
    """Writes every derived file that no longer says what it should. Raises UsageError where the disk refuses."""
    for path, content in _stale(root):
        try:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            atomic_file.write(root / path, content)
        except OSError as error:
            raise UsageError(f"{root / path}: cannot be written ({error.strerror})") from error


def differences(root: Path) -> list[str]:
    """One line for each derived file that is missing or out of step."""
    return [f"{path}: not what is derived now" for path, _ in _stale(root)]


def _stale(root: Path) -> list[tuple[str, bytes]]:
    derived = [(path, make(root)) for path, make in DERIVED.items()]
    return [(path, content) for path, content in derived if not _agrees(root / path, content)]


def _agrees(file: Path, derived: bytes) -> bool:
    """Whether a stored file still says what would be derived now.

    Floating-point sums differ in their last bits from machine to machine, so arrays are compared up to 1e-9.
    """
    if not file.is_file():
        return False
    stored = file.read_bytes()
    return stored == derived or (file.suffix == ".npz" and array_file.nearly_equal(stored, derived, 1e-9))
