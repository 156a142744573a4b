"""A verdict as the Markdown page that GitHub shows for a job."""

from __future__ import annotations

import re

from grader.model.scorecard import Scorecard
from grader.model.status import SubmissionStatus
from grader.report.accuracy_view import measured_line
from grader.report.audience import flags_for_student
from grader.report.clean_text import clean_line
from grader.report.failing_case import Arrays, no_arrays
from grader.report.findings import Finding, findings
from grader.report.image_words import data_sentence
from grader.report.network_words import unusual_network_sentence
from grader.report.symbols import SYMBOLS
from grader.report.wording import (
    OPEN,
    flag_text,
    isolation_sentence,
    item_points_text,
    open_reason,
    points_text,
    status_word,
    write,
)

#: GitHub refuses a job's summary of more than 1 MiB, for all of its steps together.
MOST_BYTES = 100_000

_TEXT = 600

#: Everything in ASCII that Markdown or HTML could take for markup.
_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")


def render(card: Scorecard, arrays: Arrays = no_arrays, *, public_only: bool = False) -> str:
    """The page, at most `MOST_BYTES` of UTF-8; `public_only` says that no hidden case was asked.

    Free of anything that a student may not see.
    """
    if card.status is not SubmissionStatus.GRADED:
        return _ungraded(card)
    score, maximum = points_text(card.score), points_text(card.max_score)
    lines = [f"## {_escaped(write('ci.summary.title', team=card.team, score=score, max_score=maximum))}", ""]
    if public_only:
        lines += [_escaped(write("ci.public_only")), ""]
    if card.provisional:
        lines += [_escaped(write("ci.provisional")), ""]
    if card.pending_points:
        lines += [_escaped(write("ci.pending", points=points_text(card.pending_points))), ""]
    lines += [
        f"| {write('ci.summary.item')} | {write('ci.summary.status')} | {write('ci.summary.points')} |",
        "| --- | --- | ---: |",
    ]
    for item in card.items:
        status = f"{SYMBOLS[item.status].glyph} {status_word(item.status)}"
        lines.append(f"| {_escaped(write(item.title))} | {_escaped(status)} | {_escaped(item_points_text(item))} |")
    lines += [f"\n{_escaped(line)}" for line in _accuracies(card)]
    lines += _open(card)
    closing = ["", _escaped(isolation_sentence(card.isolation, card.status)), ""]
    if network := unusual_network_sentence(card):
        closing = ["", _escaped(network), *closing]
    if card.data is not None:
        closing = ["", _escaped(data_sentence(card.data)), *closing]
    remarks = [f"- {_escaped(flag_text(flag))}" for flag in flags_for_student(card.flags)]
    if remarks:
        closing = ["", f"### {write('ci.summary.remarks')}", "", *remarks, *closing]
    entries = _entries(findings(card, arrays=arrays))
    if entries:
        lines += ["", f"### {write('ci.summary.findings')}", "", *_that_fit(entries, lines + closing)]
    return "\n".join([*lines, *closing])


def _accuracies(card: Scorecard) -> list[str]:
    told = ((item, measured_line(item, card.data)) for item in card.items)
    return [f"{write(item.title)}: {line}." for item, line in told if line]


def _open(card: Scorecard) -> list[str]:
    """What still waits, and for what."""
    items = [item for item in card.items if item.status in OPEN]
    if not items:
        return []
    told = (f"- **{_escaped(write(item.title))}**: {_escaped(open_reason(item))}" for item in items)
    return ["", f"### {write('training_report.open.heading')}", "", *told]


def _ungraded(card: Scorecard) -> str:
    if card.status is SubmissionStatus.REJECTED:
        title, text = "ci.summary.rejected", write("ci.rejected_text", reason=card.reason)
    else:
        title, text = "ci.summary.fault", write("ci.fault_text")
    return f"## {_escaped(write(title, team=card.team))}\n\n{_escaped(text)}\n"


def _entries(found: list[Finding]) -> list[str]:
    """One entry a finding, with the failing case of the first of each item."""
    entries = []
    shown: set[str] = set()
    for finding in found:
        told = [finding.hint] if finding.hint else []
        if finding.item.id not in shown:
            shown.add(finding.item.id)
            told += finding.case
        head = f"- **{_escaped(finding.title)}**: {_escaped(finding.message)}"
        entries.append("\n".join([head, *(f"  <br>{_escaped(line)}" for line in told)]))
    return entries


def _that_fit(entries: list[str], around: list[str]) -> list[str]:
    """The first entries, as many as there is room for beside `around`; the last line says how many are left out."""
    room = MOST_BYTES - sum(len(line.encode()) + 1 for line in around) - 500
    kept: list[str] = []
    for entry in entries:
        room -= len(entry.encode()) + 1
        if room < 0:
            break
        kept.append(entry)
    left_out = len(entries) - len(kept)
    return [*kept, f"- {_escaped(write('ci.more', count=left_out))}"] if left_out else kept


def _escaped(text: str) -> str:
    """`text` on one line, every character that could be markup written as a number: those never become structure."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", clean_line(text, _TEXT))
