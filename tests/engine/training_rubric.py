"""The course's rubric with a Part 2 of which the tests know the limits."""

from __future__ import annotations

from grader.engine.installation import Installation
from grader.engine.settings import RunSettings
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel
from grader.model.rubric import Item, Limits, Manual, Part, Rubric
from grader.scoring import rubric_file

BASE = rubric_file.load(Installation.here().rubric)

#: Seconds that the notebook and each of the two items may take; hours in profile ``full``.
NOTEBOOK_S, ITEM_S, FULL_NOTEBOOK_S = 900.0, 30.0, 7200.0

PART_2 = Part(
    title="item.part1",
    framework="tensorflow",
    limits=Limits(notebook_wall_s=NOTEBOOK_S, item_wall_s=ITEM_S, disk_bytes=1 << 30),
    profiles={"full": Limits(notebook_wall_s=FULL_NOTEBOOK_S, disk_bytes=1 << 20)},
)

_ITEMS = tuple(
    Item(id=f"p2.{name}", part=2, points=5.0, check=name, text="item.max_pool_forward", credit=Manual(rule="manual"))
    for name in ("simple.define", "better.accuracy")
)

RUBRIC: Rubric = BASE.model_copy(
    update={
        "parts": {1: BASE.parts[1], 2: PART_2},
        "items": (*(item for item in BASE.items if item.part == 1), *_ITEMS),
    }
)


def run_settings(*parts: int, **changes: object) -> RunSettings:
    """Settings of a run over `parts` without isolation."""
    return RunSettings(Installation.here(), RUBRIC, parts, IsolationUsed(IsolationLevel.NONE), **changes)
