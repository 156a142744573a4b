"""What is compared: which notebooks, and how this grader is told to grade them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.layer_work import layers
from benchmarks.notebook_work import NotebookWork
from benchmarks.saliency_work import SALIENCY
from benchmarks.training_work import TRAINING

ROOT = Path(__file__).resolve().parents[1]

_COURSE_RUBRIC = ROOT / "rubrics" / "assignment2.yaml"
#: Of Part 2 the work has the first network alone, of Part 3 the first task.
_ITEMS = ("p1.", "p2.simple.", "p3.saliency")


@dataclass(frozen=True, slots=True)
class Assignment:
    """`works` are its notebooks in the order of the parts; `options` are for this grader's `batch`; `points` are the most
    that a hand-in can earn.
    """

    works: tuple[NotebookWork, ...]
    options: tuple[str, ...]
    points: float

    @property
    def parts(self) -> tuple[int, ...]:
        return tuple(work.part for work in self.works)


def first_part() -> Assignment:
    """Part 1 alone, by the course's rubric."""
    points = sum(item["points"] for item in _course_items(("p1.",)))
    return Assignment((layers(),), ("--part", "1"), points)


def three_parts(folder: Path) -> Assignment:
    """All three notebooks, by a rubric of their own, which is written into `folder`."""
    works = (layers(), TRAINING, SALIENCY)
    rubric = folder / "rubric.yaml"
    content = rubric_of_three()
    rubric.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    parts = [option for work in works for option in ("--part", str(work.part))]
    return Assignment(works, (*parts, "--rubric", str(rubric), "--data", "stand-in"), content["total"])


def rubric_of_three() -> dict[str, Any]:
    """The course's rubric with those items only that the work has."""
    items = _course_items(_ITEMS)
    return {**_course_rubric(), "items": items, "total": sum(item["points"] for item in items)}


def _course_items(beginnings: tuple[str, ...]) -> list[dict[str, Any]]:
    return [item for item in _course_rubric()["items"] if item["id"].startswith(beginnings)]


def _course_rubric() -> dict[str, Any]:
    return yaml.safe_load(_COURSE_RUBRIC.read_text(encoding="utf-8"))
