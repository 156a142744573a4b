"""What the verdicts of a class say together: scores, items, kinds of input, diagnoses, flags, times. No markup here."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.model.message import Message
from grader.model.scorecard import CheckResult, ItemResult, Scorecard
from grader.model.status import ItemStatus, Severity, SubmissionStatus
from grader.report.wording import OPEN, check_title, write

#: Bars of the distribution. Ten are enough to see two humps, and each holds somebody in a class of thirty.
_BINS = 10

#: Topics of the catalogue whose messages name a mistake.
_DIAGNOSES = ("hint.", "hint2.", "hint3.", "slip.")


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """`count` hand-ins have at least `lower` and less than `upper` points; the last bin holds `upper` too."""

    lower: float
    upper: float
    count: int


@dataclass(frozen=True, slots=True)
class ScoreDistribution:
    """Scores of the graded hand-ins, in points out of `max_score`; `full` of them have all points."""

    bins: tuple[ScoreBin, ...]
    count: int
    full: int
    max_score: float
    mean: float
    median: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """How the graded hand-ins did on one item; `mean_points` is over those that are not `open`, None without any."""

    id: str
    title: str
    max_points: float
    full: int
    partly: int
    nothing: int
    open: int
    mean_points: float | None

    @property
    def judged(self) -> int:
        return self.full + self.partly + self.nothing

    @property
    def full_share(self) -> float | None:
        """Share of the judged hand-ins with full points, in [0, 1]."""
        return self.full / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class CheckStatistics:
    """How the class did on one kind of input of one item. `asked` counts the hand-ins whose code could be asked.

    `diagnosis` is the hint given most often there, to `diagnosed` hand-ins.
    """

    item_id: str
    item_title: str
    title: str
    asked: int
    passed: int
    diagnosis: str = ""
    diagnosed: int = 0

    @property
    def passed_share(self) -> float:
        return self.passed / self.asked


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A known mistake, the number of hand-ins that show it, and the ids of the items where it does."""

    text: str
    teams: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagStatistics:
    id: str
    severity: Severity
    teams: int


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds that hand-ins took; `slowest` is the team that took `highest`."""

    median: float
    highest: float
    slowest: str
    total: float


def score_distribution(cards: Iterable[Scorecard]) -> ScoreDistribution | None:
    """None without a graded hand-in: rejected ones would only tell how many there are, which is told elsewhere."""
    graded = _graded(cards)
    if not graded:
        return None
    scores = [card.score for card in graded]
    most = max(card.max_score for card in graded) or 1.0
    # The margin lets a score that is a sum of thirds fall into the bin that it is printed in.
    counts = Counter(min(int(score / most * _BINS + 1e-9), _BINS - 1) for score in scores)
    bins = tuple(ScoreBin(n * most / _BINS, (n + 1) * most / _BINS, counts[n]) for n in range(_BINS))
    return ScoreDistribution(
        bins=bins,
        count=len(scores),
        full=sum(score >= most - 1e-9 for score in scores),
        max_score=most,
        mean=statistics.fmean(scores),
        median=statistics.median(scores),
        lowest=min(scores),
        highest=max(scores),
    )


def item_statistics(cards: Iterable[Scorecard]) -> list[ItemStatistics]:
    """One entry an item, in the order of the rubric."""
    found: dict[str, list[ItemResult]] = {}
    for card in _graded(cards):
        for item in card.items:
            found.setdefault(item.id, []).append(item)
    return [_item(items) for items in found.values()]


def check_statistics(cards: Iterable[Scorecard]) -> list[CheckStatistics]:
    """Kinds of input that somebody got wrong, the least understood first."""
    found: dict[tuple[str, str], list[tuple[ItemResult, CheckResult]]] = {}
    for card in _graded(cards):
        for item in card.items:
            for check in item.checks:
                if check.status not in OPEN:
                    found.setdefault((item.id, check.id), []).append((item, check))
    entries = [entry for results in found.values() if (entry := _check(results)).passed < entry.asked]
    return sorted(entries, key=lambda entry: entry.passed_share)


def diagnoses(cards: Iterable[Scorecard]) -> list[Diagnosis]:
    """The known mistakes that hints and slips named, those of most hand-ins first."""
    teams: Counter[str] = Counter()
    items: dict[str, dict[str, None]] = {}
    for card in _graded(cards):
        told: set[str] = set()
        for item in card.items:
            for text in {write(message) for message in _named_mistakes(item)}:
                told.add(text)
                items.setdefault(text, {})[item.id] = None
        teams.update(told)
    return [Diagnosis(text, teams[text], tuple(items[text])) for text in sorted(teams, key=lambda t: (-teams[t], t))]


def _named_mistakes(item: ItemResult) -> list[Message]:
    """Slips and hints of an item. A mistake that costs something of its own is named by both: the slip says more."""
    slips = [message for message in item.feedback if message.key.startswith(_DIAGNOSES)]
    told = {_mistake(message) for message in slips}
    hints = [check.hint for check in item.checks if check.hint is not None and check.hint.key.startswith(_DIAGNOSES)]
    return [*slips, *(hint for hint in hints if _mistake(hint) not in told)]


def _mistake(message: Message) -> str:
    """``trains_while_evaluating`` of ``hint2.trains_while_evaluating`` and ``slip.trains_while_evaluating.costs``."""
    return message.key.split(".")[1]


def flag_statistics(cards: Iterable[Scorecard]) -> list[FlagStatistics]:
    """Flags by the number of hand-ins that have them, most first."""
    counts = Counter(found for card in cards for found in {(flag.id, flag.severity) for flag in card.flags})
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [FlagStatistics(name, severity, count) for (name, severity), count in ordered]


def times(cards: Iterable[Scorecard]) -> Times | None:
    """None without a graded hand-in: the others took no time worth telling."""
    graded = _graded(cards)
    if not graded:
        return None
    slowest = max(graded, key=lambda card: card.seconds)
    seconds = [card.seconds for card in graded]
    return Times(statistics.median(seconds), slowest.seconds, slowest.team, sum(seconds))


def _graded(cards: Iterable[Scorecard]) -> list[Scorecard]:
    return [card for card in cards if card.status is SubmissionStatus.GRADED]


def _item(items: Sequence[ItemResult]) -> ItemStatistics:
    judged = [item for item in items if item.status not in OPEN]
    full = sum(item.points >= item.max_points - 1e-9 for item in judged)
    nothing = sum(item.points <= 0 for item in judged)
    return ItemStatistics(
        id=items[0].id,
        title=write(items[0].title),
        max_points=items[0].max_points,
        full=full,
        partly=len(judged) - full - nothing,
        nothing=nothing,
        open=len(items) - len(judged),
        mean_points=statistics.fmean(item.points for item in judged) if judged else None,
    )


def _check(results: Sequence[tuple[ItemResult, CheckResult]]) -> CheckStatistics:
    item, check = results[0]
    hints = Counter(write(check.hint) for _, check in results if check.hint is not None)
    diagnosis, diagnosed = min(hints.items(), key=lambda entry: (-entry[1], entry[0]), default=("", 0))
    return CheckStatistics(
        item_id=item.id,
        item_title=write(item.title),
        title=check_title(check),
        asked=len(results),
        passed=sum(check.status is ItemStatus.PASSED for _, check in results),
        diagnosis=diagnosis,
        diagnosed=diagnosed,
    )
