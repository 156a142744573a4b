"""The class at a glance, for staff: `index.html` beside the folder `teams`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from grader.model.scorecard import ItemResult, Scorecard
from grader.model.status import ItemStatus, SubmissionStatus
from grader.model.submission import Flag
from grader.report.clean_text import clean
from grader.report.page import render_page
from grader.report.wording import OPEN, flag_text, isolation_sentence, write


@dataclass(frozen=True, slots=True)
class _TeamRow:
    card: Scorecard
    link: str
    flags: list[tuple[Flag, str]]


@dataclass(slots=True)
class _ItemSummary:
    """How the graded hand-ins did on one item; `points` sums those that are not open."""

    id: str
    title: str
    max_points: float
    outcomes: Counter[str] = field(default_factory=Counter)
    points: float = 0.0

    @property
    def judged(self) -> int:
        return self.outcomes["full"] + self.outcomes["partly"] + self.outcomes["none"]

    @property
    def pass_rate(self) -> str:
        """Share of the judged hand-ins with full points, in percent; empty where none was judged."""
        return f"{100 * self.outcomes['full'] / self.judged:.0f} %" if self.judged else ""

    @property
    def mean_points(self) -> float | None:
        return self.points / self.judged if self.judged else None


def render(
    scorecards: Sequence[Scorecard],
    *,
    ignored: Sequence[str] = (),
    run: Mapping[str, str] | None = None,
) -> str:
    """The class page as HTML text, teams in natural order (team_2 before team_10).

    `ignored` names what lay in the inbox and is no hand-in; `run` tells what was run, as labels and values. Each team's
    row links to ``teams/<team>/report.html``.
    """
    cards = sorted(scorecards, key=lambda card: _natural(card.team))
    return render_page(
        "index.html.j2",
        rows=[_row(card) for card in cards],
        statuses=[(status, sum(card.status is status for card in cards)) for status in SubmissionStatus],
        items=_item_summaries(cards),
        signs=list(ItemStatus),
        isolation=_isolation_lines(cards),
        ignored=ignored,
        run=run or {},
    )


def report_link(team: str) -> str:
    """The address of a team's report, relative to the class page."""
    return f"teams/{quote(team, safe='')}/report.html"


def _row(card: Scorecard) -> _TeamRow:
    return _TeamRow(card, report_link(card.team), [(flag, flag_text(flag)) for flag in card.flags])


def _item_summaries(cards: Sequence[Scorecard]) -> list[_ItemSummary]:
    summaries: dict[str, _ItemSummary] = {}
    for card in cards:
        if card.status is not SubmissionStatus.GRADED:
            continue
        for item in card.items:
            summary = summaries.setdefault(item.id, _ItemSummary(item.id, write(item.title), item.max_points))
            outcome = _outcome(item)
            summary.outcomes[outcome] += 1
            if outcome != "open":
                summary.points += item.points
    return list(summaries.values())


def _outcome(item: ItemResult) -> str:
    if item.status in OPEN:
        return "open"
    if item.points >= item.max_points - 1e-9:
        return "full"
    return "partly" if item.points > 0 else "none"


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
