"""A verdict as Gradescope's `results.json`: the score, and one test an item with what its team may read.

A rejected hand-in has 0 points and the reason. Where the grader itself failed there is neither a score nor a test:
Gradescope then says that the autograder failed, instead of writing points down.
"""

from __future__ import annotations

import json
import math
from typing import Any

from grader.model.scorecard import ItemResult, Scorecard
from grader.model.status import ItemStatus, Severity, SubmissionStatus
from grader.report.audience import flags_for_student
from grader.report.clean_text import clean
from grader.report.failing_case import Arrays, no_arrays
from grader.report.findings import item_findings
from grader.report.image_words import data_sentence
from grader.report.network_words import unusual_network_sentence
from grader.report.wording import (
    OPEN,
    feedback,
    flag_text,
    isolation_sentence,
    points_text,
    rounded,
    status_word,
    write,
)

#: Longest output of one test, characters.
_OUTPUT = 10_000


def render(card: Scorecard, arrays: Arrays = no_arrays, *, public_only: bool = False) -> str:
    """The text of `results.json`; `public_only` says that no hidden case was asked."""
    return json.dumps(results(card, arrays, public_only), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def results(card: Scorecard, arrays: Arrays = no_arrays, public_only: bool = False) -> dict[str, Any]:
    """`results.json` as a tree. All texts are plain; what the program printed is for the staff alone."""
    tree: dict[str, Any] = {
        "output": _text(_overview(card, public_only)),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
    }
    if math.isfinite(card.seconds):
        tree["execution_time"] = round(card.seconds)
    if card.status is SubmissionStatus.GRADER_ERROR:
        return tree
    tree["score"] = rounded(card.score)
    tree["tests"] = [_test(item, number, arrays) for number, item in enumerate(card.items, 1)]
    suspicions = [flag_text(flag) for flag in card.flags if flag.severity is Severity.STAFF]
    if suspicions:
        tree["tests"].append(
            {
                "name": write("ci.gradescope.staff"),
                "name_format": "text",
                "number": str(len(card.items) + 1),
                "output": _text(suspicions),
                "output_format": "text",
                "visibility": "hidden",
            }
        )
    return tree


def _overview(card: Scorecard, public_only: bool) -> list[str]:
    if card.status is SubmissionStatus.REJECTED:
        return [write("ci.rejected_title"), write("ci.rejected_text", reason=card.reason)]
    if card.status is SubmissionStatus.GRADER_ERROR:
        return [write("ci.fault_title"), write("ci.fault_text")]
    lines = [write("ci.score", score=points_text(card.score), max_score=points_text(card.max_score))]
    if public_only:
        lines.append(write("ci.public_only"))
    if card.provisional:
        lines.append(write("ci.provisional"))
    if card.pending_points:
        lines.append(write("ci.pending", points=points_text(card.pending_points)))
    lines += [flag_text(flag) for flag in flags_for_student(card.flags)]
    if card.data is not None:
        lines.append(data_sentence(card.data))
    if network := unusual_network_sentence(card):
        lines.append(network)
    return [*lines, isolation_sentence(card.isolation, card.status)]


def _test(item: ItemResult, number: int, arrays: Arrays) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": clean(f"{item.id}: {write(item.title)}", 300),
        "name_format": "text",
        "number": str(number),
        "output": _text(_output(item, arrays)),
        "output_format": "text",
        "visibility": "visible",
        "tags": [f"part {item.part}", status_word(item.status)],
    }
    # Without points a test counts neither way, which is what an open item does.
    if item.status not in OPEN:
        test["score"] = rounded(item.points)
        test["max_score"] = rounded(item.max_points)
        test["status"] = "passed" if item.status is ItemStatus.PASSED else "failed"
    return test


def _output(item: ItemResult, arrays: Arrays) -> list[str]:
    told = feedback(item)
    if item.status in OPEN:
        # A person's points are added in Gradescope: that they are to come is said first.
        waits = [write("training_report.open.waits")] if item.status is ItemStatus.MANUAL else []
        return [*waits, write("ci.open", points=points_text(item.max_points), reason=" ".join(told))]
    lines = list(told)
    found = [finding for finding in item_findings(item, arrays=arrays) if finding.check is not None]
    hints: set[str] = set()
    for number, finding in enumerate(found):
        lines += [""] * (number < 2) + [f"{finding.title}: {finding.message}"]
        # One cause often fails many checks: its hint is told once, and one failing case is enough to start with.
        if finding.hint and finding.hint not in hints:
            hints.add(finding.hint)
            lines.append(finding.hint)
        if number == 0:
            lines += finding.case
    return lines


def _text(lines: list[str]) -> str:
    shown = clean("\n".join(lines))
    return shown if len(shown) <= _OUTPUT else f"{shown[:_OUTPUT]}\n{write('ci.cut')}"
