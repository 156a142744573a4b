"""``OUT/rubrics/``: every rubric that results in OUT were scored with, by its fingerprint, so that a change can be told."""

from __future__ import annotations

import json
from pathlib import Path

from grader.engine import atomic_file
from grader.model.rubric import Rubric
from grader.scoring.rubric_file import fingerprint


def keep(folder: Path, rubric: Rubric) -> None:
    """Stores `rubric` unless it is there. Raises OSError."""
    target = _file(folder, fingerprint(rubric))
    if not target.is_file():
        folder.mkdir(exist_ok=True)
        atomic_file.write(target, rubric.model_dump_json(by_alias=True))


def find(folder: Path, sha256: str) -> Rubric | None:
    """The rubric with this fingerprint; None where it is not kept, or cannot be read any more."""
    if not sha256.isalnum():
        return None
    try:
        content = json.loads(_file(folder, sha256).read_bytes())
        # JSON has no numbers as keys.
        content["parts"] = {int(number): part for number, part in content["parts"].items()}
        rubric = Rubric.model_validate(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return rubric if fingerprint(rubric) == sha256 else None


def _file(folder: Path, sha256: str) -> Path:
    return folder / f"{sha256}.json"
