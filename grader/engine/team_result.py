"""What stands in a team's folder for people and programs: result.json and report.html, made of a scorecard."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.engine import appendix, atomic_file
from grader.engine.out_folder import TeamFolder
from grader.evidence import store
from grader.model.scorecard import Scorecard
from grader.report import html_report, result_json

#: Gives the stored arrays whose names start with a prefix, under their names without it.
Arrays = Callable[[str], dict[str, np.ndarray]]


@dataclass(frozen=True, slots=True)
class StoredPoints:
    """A team's points by its last scoring: in all (None where there are none) and by item."""

    total: float | None = None
    items: Mapping[str, float] = field(default_factory=dict)


def write(folder: TeamFolder, card: Scorecard, arrays: Arrays) -> None:
    """Writes both files, each in one step; the report links to the notebooks that have a page. Raises OSError."""
    atomic_file.write(folder.report, html_report.render(card, arrays, appendix.links(folder)))
    atomic_file.write(folder.result, as_json(card))


def as_json(card: Scorecard) -> str:
    """The text of `result.json`."""
    return result_json.as_text(card)


def stored_arrays(folder: TeamFolder) -> Arrays:
    """Reads arrays of the stored evidence when they are asked for."""
    return lambda prefix: store.load_arrays(folder.evidence, prefix)


def stored_points(folder: TeamFolder) -> StoredPoints:
    """What the stored result.json gives; nothing where it cannot be read."""
    try:
        result = json.loads(folder.result.read_text(encoding="utf-8"))
        items = {str(item["id"]): float(item["points"]) for item in result["items"]}
        return StoredPoints(None if result["score"] is None else float(result["score"]), items)
    except (OSError, ValueError, KeyError, TypeError):
        return StoredPoints()
