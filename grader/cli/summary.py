"""The last lines of a batch."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.console import Console

from grader.cli.console import say
from grader.engine.batch import BatchSummary
from grader.messages import catalogue
from grader.model.status import ItemStatus, SubmissionStatus
from grader.report.left_out import chosen


def print_summary(console: Console, summary: BatchSummary, out: Path) -> None:
    """How many hand-ins ended how, what a changed rubric caused, and where to look."""
    text = catalogue().text
    counts = Counter(card.status for card in summary.cards)
    say(
        console,
        text(
            "cli.batch.totals",
            total=len(summary.cards),
            graded=counts[SubmissionStatus.GRADED],
            rejected=counts[SubmissionStatus.REJECTED],
            errors=len(summary.grader_errors),
        ),
    )
    for key, wanted in (("skipped", ItemStatus.SKIPPED), ("waiting", ItemStatus.MANUAL)):
        # A part that was not asked for needs no reminder.
        found = Counter(item.id for card in summary.cards for item in chosen(card.items).items if item.status is wanted)
        if found:
            items = ", ".join(f"{name} ({count})" for name, count in found.items())
            say(console, text(f"cli.batch.{key}", items=items))
    if summary.scored_again or summary.observed_again:
        say(
            console,
            text("cli.batch.rubric_changed", scored=summary.scored_again, observed=summary.observed_again),
        )
    if summary.stale:
        say(console, text("cli.batch.stale", count=len(summary.stale), teams=", ".join(summary.stale[:10])))
    if summary.grader_errors:
        say(console, text("cli.batch.faults", teams=", ".join(summary.grader_errors), log=out / "log.jsonl"))
    say(console, text("cli.batch.where", page=out / "index.html"))
