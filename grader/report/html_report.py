"""One team's page: self-contained, without requests, fit to be given to the team.

Only pages with pictures to compare have a script, one of ours, and say the same without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import grader
from grader.model.scorecard import CheckResult, ItemResult, Scorecard
from grader.model.status import ItemStatus
from grader.report.accuracy_view import AccuracyView, accuracy_view
from grader.report.audience import flags_for_student
from grader.report.failing_case import Arrays, FailingCase, distinct_cases, failing_case, larger_case, no_arrays
from grader.report.image_words import data_sentence
from grader.report.left_out import chosen
from grader.report.network_words import network_sentence
from grader.report.page import page_script, render_page
from grader.report.picture import PictureView
from grader.report.pictures_view import pictures_view
from grader.report.training_view import training_view
from grader.report.wording import feedback, first_hints, flag_text, isolation_sentence, limits_sentence, write
from grader.report.writeup_view import WriteupView, writeup_view


@dataclass(frozen=True, slots=True)
class _CheckView:
    check: CheckResult
    message: str
    hint: str
    failing: FailingCase | None
    larger: FailingCase | None


@dataclass(frozen=True, slots=True)
class _ItemView:
    """`numbers` tells whether any check was measured against a limit."""

    item: ItemResult
    title: str
    feedback: list[str]
    checks: list[_CheckView]
    numbers: bool
    accuracy: AccuracyView | None
    writeup: WriteupView | None
    pictures: PictureView | None


def render(scorecard: Scorecard, arrays: Arrays = no_arrays, notebooks: Sequence[tuple[str, str]] = ()) -> str:
    """The report as HTML text. `arrays` gives the arrays of a case by prefix; hidden cases are never asked for.

    `notebooks` pairs names of executed notebooks with the addresses of their pages. Flags of severity `STAFF` are left
    out.
    """
    seen = chosen(scorecard.items)
    items = [_item_view(item, scorecard, arrays) for item in seen.items]
    compares = any(view.pictures is not None and view.pictures.any_compared for view in items)
    return render_page(
        "report.html.j2",
        script=page_script("compare.js") if compares else None,
        card=scorecard,
        items=items,
        skipped=", ".join(item.id for item in seen.items if item.status is ItemStatus.SKIPPED),
        left_out=seen.left_out,
        flags=[(flag, flag_text(flag)) for flag in flags_for_student(scorecard.flags)],
        isolation=isolation_sentence(scorecard.isolation, scorecard.status),
        limits=[limits_sentence(part, scorecard.limits[part]) for part in sorted(scorecard.limits)],
        reason=scorecard.reason or write("report.no_reason"),
        training=[
            view
            for part in sorted(scorecard.training)
            if (view := training_view(part, scorecard.training[part])) is not None
        ],
        data="" if scorecard.data is None else data_sentence(scorecard.data),
        network=network_sentence(scorecard),
        notebooks=notebooks,
        version=grader.__version__,
    )


def _item_view(item: ItemResult, card: Scorecard, arrays: Arrays) -> _ItemView:
    hints = first_hints(item)
    cases = distinct_cases(item)
    checks = [
        _CheckView(
            check,
            write(check.message),
            hints.get(check.id, ""),
            failing_case(item.id, check, arrays) if check.id in cases else None,
            larger_case(item.id, check, arrays) if check.id in cases else None,
        )
        for check in item.checks
    ]
    return _ItemView(
        item=item,
        title=write(item.title),
        feedback=feedback(item),
        checks=checks,
        numbers=any(check.measured is not None for check in item.checks),
        accuracy=accuracy_view(item, card, arrays),
        writeup=writeup_view(item),
        pictures=pictures_view(item, arrays),
    )
