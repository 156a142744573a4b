"""The measured accuracies of a class. No markup here."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.model.evidence import AccuracyEvidence
from grader.model.scorecard import ItemResult, Scorecard
from grader.report.accuracy_scale import share_right, usable
from grader.report.histogram import Histogram, histogram
from grader.report.image_words import images_words
from grader.scoring.accuracy_item import percent

_BINS = 10


@dataclass(frozen=True, slots=True)
class AccuracyDistribution:
    """Accuracies as texts; `full` of `count` hand-ins have all points. `measured_on` names images and how many hand-ins
    were measured on them, most first: accuracies on different images do not compare."""

    chart: Histogram
    count: int
    unmeasured: int
    full: int
    median: str
    lowest: str
    highest: str
    measured_on: Mapping[str, int]


def accuracy_item(card: Scorecard) -> ItemResult | None:
    """The item whose points follow from a measured accuracy."""
    return next((item for item in card.items if item.accuracy is not None), None)


def measured_accuracy(card: Scorecard) -> float | None:
    """The accuracy that pays, in [0, 1]; None where none was measured."""
    item = accuracy_item(card)
    found: AccuracyEvidence | None = None if item is None else item.accuracy
    paying = usable(None if found is None else found.paying)
    return None if paying is None else share_right(paying)


def accuracy_distribution(cards: Iterable[Scorecard]) -> AccuracyDistribution | None:
    """None where no hand-in was measured."""
    judged = [(card, item) for card in cards if (item := accuracy_item(card)) is not None]
    measured = [(card, item, accuracy) for card, item in judged if (accuracy := measured_accuracy(card)) is not None]
    if not measured:
        return None
    shares = [accuracy for _, _, accuracy in measured]
    # The margin keeps 0.7 in the bin that starts there.
    counts = Counter(min(int(share * _BINS + 1e-9), _BINS - 1) for share in shares)
    images = Counter(
        images_words(item.accuracy.paying, card.data)
        for card, item, _ in measured
        if item.accuracy is not None and item.accuracy.paying is not None
    )
    return AccuracyDistribution(
        chart=histogram([counts[n] for n in range(_BINS)], [n / _BINS for n in range(_BINS + 1)]),
        count=len(shares),
        unmeasured=len(judged) - len(shares),
        full=sum(item.points >= item.max_points - 1e-9 for _, item, _ in measured),
        median=percent(statistics.median(shares)),
        lowest=percent(min(shares)),
        highest=percent(max(shares)),
        measured_on=dict(images.most_common()),
    )
