"""Points by an item's credit rule."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model.evidence import DataUsed, Measured
from grader.model.rubric import AccuracyScale, AllOrNothing, Item, PointsByClass, Ramp, ShareOfClasses, Thresholds
from grader.model.scorecard import CheckResult
from grader.model.status import ItemStatus
from grader.scoring.wilson import wilson_interval


def credited_points(item: Item, checks: Sequence[CheckResult]) -> float:
    """Points of `item`, whose rule is about case classes, when each of them is judged as `checks` say."""
    passed = {check.id for check in checks if check.status is ItemStatus.PASSED}
    if not passed:
        return 0.0
    share = len(passed) / len(checks)
    match item.credit:
        case PointsByClass(points=points):
            # The rubric's sum is checked, not the last bits of adding shares up.
            earned = sum(worth for name, worth in points.items() if name in passed)
            return min(earned, item.points)
        case AllOrNothing():
            return item.points if len(passed) == len(checks) else 0.0
        case ShareOfClasses(floor=floor):
            return item.points * share if share >= floor else 0.0
        case Thresholds(steps=steps):
            return max((step.points for step in steps if share >= step.share - 1e-12), default=0.0)
    raise ValueError(f"{item.id}: {item.credit.rule} gives no points for case classes")


def ramp_for(scale: AccuracyScale, data: DataUsed) -> Ramp:
    """The part of `scale` for the images that were used; a subset of CIFAR-10 is CIFAR-10."""
    return scale.stand_in if data.kind == "stand_in" else scale.cifar10


def accuracy_share(scale: AccuracyScale, ramp: Ramp, measured: Measured) -> float:
    """Share of the points, from 0 to 1, for an accuracy measured on at least one image.

    More images that are right never give less.
    """
    if in_doubt(scale, ramp, measured):
        return 1.0
    share = (measured.correct / measured.images - ramp.none_at) / (ramp.full_at - ramp.none_at)
    return min(max(share, 0.0), 1.0)


def in_doubt(scale: AccuracyScale, ramp: Ramp, measured: Measured) -> bool:
    """Whether the accuracy is below the one for all points by no more than chance explains, and that is for the team."""
    if scale.borderline != "benefit" or measured.correct / measured.images >= ramp.full_at:
        return False
    return wilson_interval(measured.correct, measured.images)[1] >= ramp.full_at
