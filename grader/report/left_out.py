"""Parts that a run was not asked for: told in a line each, not item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.model.message import Message
from grader.model.scorecard import ItemResult
from grader.model.status import ItemStatus
from grader.report.wording import points_text, write

#: What an item says of which nothing was observed.
_NOT_ASKED_FOR = (Message("feedback.skipped"),)


@dataclass(frozen=True, slots=True)
class Chosen:
    """`items` are those of the parts that were checked, in order; `left_out` has a sentence for each other part."""

    items: tuple[ItemResult, ...]
    left_out: tuple[str, ...]

    @property
    def max_points(self) -> float:
        return sum(item.max_points for item in self.items)


def chosen(items: Sequence[ItemResult]) -> Chosen:
    """Sets apart the parts of which no item was asked for. Where that is all of them, each item speaks for itself."""
    parts = {item.part for item in items}
    asked = {item.part for item in items if not _left_out(item)}
    if not asked:
        return Chosen(tuple(items), ())
    sentences = []
    for part in sorted(parts - asked):
        points = sum(item.max_points for item in items if item.part == part)
        sentences.append(write("report.part_left_out", part=part, points=points_text(points)))
    return Chosen(tuple(item for item in items if item.part in asked), tuple(sentences))


def _left_out(item: ItemResult) -> bool:
    return item.status is ItemStatus.SKIPPED and tuple(item.feedback) == _NOT_ASKED_FOR
