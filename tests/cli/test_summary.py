"""The last lines of a batch."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from grader.cli.summary import print_summary
from grader.engine.batch import BatchSummary
from grader.model.message import Message
from grader.model.scorecard import ItemResult, Scorecard
from grader.model.status import ItemStatus, SubmissionStatus


def item(name: str, status: ItemStatus) -> ItemResult:
    return ItemResult(name, 2, Message("item.part2"), 0.0, 5.0, status, ())


def printed(*cards: Scorecard) -> str:
    stream = io.StringIO()
    print_summary(Console(file=stream, width=200), BatchSummary(cards, len(cards), 0, 0, 0, 0), Path("out"))
    return stream.getvalue()


def card(team: str, *items: ItemResult) -> Scorecard:
    return Scorecard(
        team=team, source=f"{team}.zip", source_sha256="0" * 64, status=SubmissionStatus.GRADED, items=items
    )


def test_what_was_not_judged_is_told_with_how_often() -> None:
    skipped, manual = item("p2.better.accuracy", ItemStatus.SKIPPED), item("p2.better.writeup", ItemStatus.MANUAL)
    told = printed(card("a", skipped, manual), card("b", skipped))
    assert "totals are provisional: p2.better.accuracy (2)" in told
    assert "waiting for a person: p2.better.writeup (1)" in told


def test_parts_that_were_not_asked_for_are_no_reminder() -> None:
    left_out = ItemResult(
        "p1.conv", 1, Message("item.part1"), 0.0, 5.0, ItemStatus.SKIPPED, (Message("feedback.skipped"),)
    )
    told = printed(card("a", left_out, item("p2.simple.define", ItemStatus.PASSED)))
    assert "p1.conv" not in told


def test_nothing_is_said_of_open_items_where_there_are_none() -> None:
    told = printed(card("a", item("p2.simple.define", ItemStatus.PASSED)))
    assert "provisional" not in told and "person" not in told
