"""Points for the share of case classes that pass."""

from __future__ import annotations

from grader.model.rubric import AllOrNothing, Item, ShareOfClasses


def credited_points(item: Item, passed: int, total: int) -> float:
    """Points of `item` when `passed` of `total` case classes pass, by the item's credit rule."""
    if total == 0 or passed == 0:
        return 0.0
    share = passed / total
    if isinstance(item.credit, AllOrNothing):
        return item.points if passed == total else 0.0
    if isinstance(item.credit, ShareOfClasses):
        return item.points * share if share >= item.credit.floor else 0.0
    earned = [step.points for step in item.credit.steps if share >= step.share - 1e-12]
    return max(earned, default=0.0)
