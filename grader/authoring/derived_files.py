"""Small files of the project that are derived from others and kept in step with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.checks import pack
from grader.checks.oracle import Oracle
from grader.model import array_file
from grader.model.rubric import Rubric


def case_pack(root: Path) -> bytes:
    """The public cases and their answers, from ``reference/``."""
    return pack.build(Oracle.load(root / "reference"))


def rubric_schema(root: Path) -> bytes:
    """JSON Schema of a rubric file, for editors."""
    del root
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rubric.model_json_schema(by_alias=True)}
    return (json.dumps(schema, indent=2, sort_keys=True) + "\n").encode()


#: Path below the project's root, and what makes its content.
DERIVED: Mapping[str, Callable[[Path], bytes]] = {
    f"grader/checks/packs/{pack.PACK_NAME}": case_pack,
    "rubrics/assignment2.schema.json": rubric_schema,
}


def same_content(path: str, stored: bytes, derived: bytes) -> bool:
    """Whether a stored file still says what would be derived now.

    Floating-point sums differ in their last bits from machine to machine, so packs are compared up to 1e-9.
    """
    if stored == derived:
        return True
    return path.endswith(".npz") and array_file.nearly_equal(stored, derived, 1e-9)
