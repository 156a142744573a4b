"""The class at a glance, for staff: `index.html` beside the folder `teams`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from grader.model.scorecard import Scorecard
from grader.model.status import ItemStatus, SubmissionStatus
from grader.model.submission import Flag
from grader.report import class_statistics
from grader.report.class_accuracy import accuracy_distribution, accuracy_item, measured_accuracy
from grader.report.clean_text import clean
from grader.report.histogram import Histogram, histogram
from grader.report.page import page_script, render_page
from grader.report.wording import OPEN, flag_text, isolation_sentence, points_text, write
from grader.scoring.accuracy_item import percent

#: Where a team's report lies, seen from the class page.
_REPORTS = "teams/"

#: Kinds of input that are shown at once; the better understood ones are folded away.
_CHECKS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class _TeamRow:
    """`score` is what the table sorts by, empty where there is none; `lost` the places of items without full points.

    `accuracy` is the measured one in [0, 1], `claimed` what the hand-in's saved outputs say where that is on the same
    images, empty without it. `marks` tell what of the score is still to come.
    """

    card: Scorecard
    link: str
    flags: list[tuple[Flag, str]]
    score: str
    lost: str
    accuracy: float | None
    claimed: str
    marks: tuple[str, ...]


def render(
    scorecards: Sequence[Scorecard],
    *,
    ignored: Sequence[tuple[str, str]] = (),
    run: Mapping[str, str] | None = None,
) -> str:
    """The class page as HTML text, teams in natural order (team_2 before team_10).

    `ignored` pairs the name of what lay in the inbox and is no hand-in with the reason; `run` tells what was run, as
    labels and values. Each team's row links to ``teams/<team>/report.html``.
    """
    cards = sorted(scorecards, key=lambda card: _natural(card.team))
    items = class_statistics.item_statistics(cards)
    # What still waits for a person in some hand-ins was judged in those alone where there is nothing to read.
    judged = [item for item in items if item.full_share is not None and not item.open]
    checks = class_statistics.check_statistics(cards)
    scores = class_statistics.score_distribution(cards)
    return render_page(
        "index.html.j2",
        script=page_script("class_page.js"),
        rows=[_row(card, [item.id for item in items]) for card in cards],
        statuses=[(status, sum(card.status is status for card in cards)) for status in SubmissionStatus],
        scores=scores,
        histogram=_histogram(scores),
        accuracies=accuracy_distribution(cards),
        items=items,
        hardest=min(judged, key=lambda item: item.full_share or 0.0, default=None),
        checks=checks[:_CHECKS_SHOWN],
        more_checks=checks[_CHECKS_SHOWN:],
        diagnoses=class_statistics.diagnoses(cards),
        flags=class_statistics.flag_statistics(cards),
        times=class_statistics.times(cards),
        signs=list(ItemStatus),
        isolation=_isolation_lines(cards),
        ignored=ignored,
        run=run or {},
    )


def report_link(team: str) -> str:
    """The address of a team's report, relative to the class page."""
    return f"{_REPORTS}{quote(team, safe='')}/report.html"


def moved(page: str, out: str) -> str:
    """The class page for another place, from which `out` is the address of the folder that it was made for.

    Every text on the page is escaped, so a bare quotation mark before the folder's name is one of our own links.
    """
    return page.replace(f'href="{_REPORTS}', f'href="{out.rstrip("/")}/{_REPORTS}')


def _row(card: Scorecard, item_ids: Sequence[str]) -> _TeamRow:
    lost = (
        str(item_ids.index(item.id))
        for item in card.items
        if item.id in item_ids and item.status not in OPEN and item.points < item.max_points - 1e-9
    )
    failed_on = card.status is SubmissionStatus.GRADER_ERROR
    accuracy = measured_accuracy(card)
    return _TeamRow(
        card=card,
        link=report_link(card.team),
        flags=[(flag, flag_text(flag)) for flag in card.flags],
        score="" if failed_on else f"{card.score:.4f}",
        lost=" ".join(lost),
        accuracy=accuracy,
        claimed=_claimed(card),
        marks=_marks(card),
    )


def _claimed(card: Scorecard) -> str:
    item = accuracy_item(card)
    if item is None or item.accuracy is None or item.accuracy.claimed_stored is None or not item.accuracy.same_data:
        return ""
    return write("training_report.class.claimed", claimed=percent(item.accuracy.claimed_stored))


def _marks(card: Scorecard) -> tuple[str, ...]:
    pending = write("training_report.class.pending", points=points_text(card.pending_points))
    marks = [(card.pending_points, pending), (card.provisional, write("training_report.class.provisional"))]
    return tuple(mark for wanted, mark in marks if wanted)


def _histogram(scores: class_statistics.ScoreDistribution | None) -> Histogram | None:
    if scores is None:
        return None
    edges = [scores.bins[0].lower, *(found.upper for found in scores.bins)]
    return histogram([found.count for found in scores.bins], edges)


def _isolation_lines(cards: Sequence[Scorecard]) -> list[str]:
    """Each way in which code of this class was run, with the number of hand-ins, most frequent first."""
    ran = [isolation_sentence(card.isolation) for card in cards if card.isolation is not None]
    return [
        write("report.class.isolation_line", count=count, total=len(cards), sentence=sentence)
        for sentence, count in Counter(ran).most_common()
    ]


def _natural(team: str) -> list[tuple[int, int, str]]:
    """Sorts runs of digits by their value. The name itself comes last, so that the order never depends on the input's."""
    parts = re.split(r"([0-9]+)", clean(team).casefold())
    keys = [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
    return [*keys, (2, 0, team)]
