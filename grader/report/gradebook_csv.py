"""The class in one CSV table, one row a team, for spreadsheets and learning-management systems."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from grader.model.rubric import Rubric
from grader.model.scorecard import ItemResult, Scorecard
from grader.model.status import SubmissionStatus
from grader.report.clean_text import clean
from grader.report.wording import OPEN, rounded

#: A spreadsheet takes a cell that starts with one of these for a formula (the last four are their full-width forms).
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")

#: Put before the table for spreadsheets that otherwise take UTF-8 for another encoding.
BYTE_ORDER_MARK = "\ufeff"

_LINE_BREAKS = str.maketrans("\t\n", "  ")


def render(scorecards: Iterable[Scorecard], rubric: Rubric) -> str:
    """The table as text (to be written as UTF-8), teams in the order given.

    Columns: team, status, score, max_score, pending_points, provisional, one per item of the rubric, flags, reason,
    source. A cell is empty where there are no points to tell: an item still open or not graded in this run, and every
    score of a hand-in that the grader failed on. A rejected hand-in has 0.
    """
    item_ids = [item.id for item in rubric.items]
    columns = ["team", "status", "score", "max_score", "pending_points", "provisional"]
    columns += [*item_ids, "flags", "reason", "source"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for scorecard in scorecards:
        writer.writerow(_row(scorecard, item_ids, rubric.total))
    return text.getvalue()


def _row(scorecard: Scorecard, item_ids: list[str], total: float) -> dict[str, str]:
    failed_on = scorecard.status is SubmissionStatus.GRADER_ERROR
    items = {item.id: item for item in scorecard.items}
    points = {item_id: "" if failed_on else _points(items.get(item_id), scorecard) for item_id in item_ids}
    return {
        "team": text_cell(scorecard.team),
        "status": scorecard.status.value,
        "score": "" if failed_on else _number(scorecard.score),
        "max_score": _number(scorecard.max_score if scorecard.items else total),
        "pending_points": _number(scorecard.pending_points),
        "provisional": "true" if scorecard.provisional else "false",
        **points,
        "flags": text_cell("; ".join(flag.id for flag in scorecard.flags)),
        "reason": text_cell(scorecard.reason),
        "source": text_cell(scorecard.source),
    }


def text_cell(text: str) -> str:
    """`text` on one line and never a formula: where it would start one, an apostrophe goes before it."""
    cell = clean(text)
    # Some spreadsheets trim a cell before they look at its first character.
    if cell.startswith(_FORMULA_STARTS) or cell.lstrip().startswith(_FORMULA_STARTS):
        cell = f"'{cell}"
    return cell.translate(_LINE_BREAKS)


def _points(item: ItemResult | None, scorecard: Scorecard) -> str:
    if scorecard.status is SubmissionStatus.REJECTED:
        return _number(0.0)
    if item is None:
        return ""
    return "" if item.status in OPEN else _number(item.points)


def _number(points: float) -> str:
    value = rounded(points)
    return str(int(value)) if value == int(value) else repr(value)
