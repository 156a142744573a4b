"""How a team's points changed by scoring again, and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from grader.report.gradebook_csv import text_cell


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item's points before and after; None where the rubric did not have it. `why` names the causes."""

    item: str
    before: float | None
    after: float | None
    why: tuple[str, ...] = ()

    @property
    def difference(self) -> str:
        return _difference(self.before, self.after)


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A team's points before and after; None where there are none (no result, or the grader failed).

    `items` are those whose points changed. `refused` tells why the team could not be scored again; its files are then
    as they were.
    """

    team: str
    before: float | None
    after: float | None
    items: tuple[ItemChange, ...] = ()
    refused: str = ""

    @property
    def changed(self) -> bool:
        if self.refused:
            return False
        return bool(self.items) or differ(self.before, self.after)

    @property
    def difference(self) -> str:
        """The change with its sign; empty where one of the two is not known."""
        return _difference(self.before, self.after)


def differ(before: float | None, after: float | None) -> bool:
    """Whether the two are different points."""
    if before is None or after is None:
        return before is not after
    return abs(after - before) > 1e-9


def points_text(points: float | None) -> str:
    """Points as they stand in a line or a cell; a dash where there are none."""
    return "-" if points is None else f"{points:g}"


def as_csv(changes: Iterable[ScoreChange]) -> str:
    """One row for each changed team (`item` is empty) and for each of its changed items; refused teams with the reason."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("team", "item", "before", "after", "change", "why"))
    for change in changes:
        if change.changed or change.refused:
            writer.writerow(_row(change.team, "", change, change.refused))
            writer.writerows(_row(change.team, item.item, item, "; ".join(item.why)) for item in change.items)
    return text.getvalue()


def _row(team: str, item: str, change: ScoreChange | ItemChange, why: str) -> tuple[str, ...]:
    before, after = (("" if value is None else f"{value:g}") for value in (change.before, change.after))
    return text_cell(team), item, before, after, change.difference, text_cell(why)


def _difference(before: float | None, after: float | None) -> str:
    # Rounded, so that no noise of the subtraction shows.
    return "" if before is None or after is None else f"{round(after - before, 4) + 0.0:+g}"
