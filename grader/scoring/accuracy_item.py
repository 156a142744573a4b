"""The verdict on a trained model: points for the accuracy that the grader measured itself."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model.evidence import AccuracyEvidence, DataUsed, ItemEvidence, Measured, Problem
from grader.model.message import Message
from grader.model.rubric import AccuracyScale, Item, Ramp
from grader.model.scorecard import CheckResult, ItemResult
from grader.model.status import ItemStatus
from grader.scoring.credit import accuracy_share, in_doubt, ramp_for
from grader.scoring.item_result import item_result, overall_status
from grader.scoring.message_keys import hint_message, problem_message
from grader.scoring.training_item import unasked_training_item
from grader.scoring.wilson import wilson_interval

#: Ids of the checks: what points follow from, and what stands beside it.
ACCURACY, VALIDATION = "accuracy", "validation"

#: What is wrong where nothing failed, but something is not there or was not finished.
_STATUS_OF_PROBLEM: Mapping[str, ItemStatus] = {
    "nothing_saved": ItemStatus.MISSING,
    "budget": ItemStatus.TIMEOUT,
    "not_ended": ItemStatus.TIMEOUT,
    "model_too_slow": ItemStatus.TIMEOUT,
    "memory": ItemStatus.MEMORY,
    "died": ItemStatus.ERROR,
    "not_reached": ItemStatus.ERROR,
    "model_fails": ItemStatus.ERROR,
}


def score_accuracy_item(item: Item, scale: AccuracyScale, observed: ItemEvidence, data: DataUsed | None) -> ItemResult:
    """Points by `scale` for the kind of `data`; none for a model that breaks the contract, however well it does."""
    unasked = unasked_training_item(item, observed)
    if unasked is not None:
        return unasked
    seen = observed.accuracy
    if seen is not None and seen.problem is not None:
        return _unmeasured(item, observed, seen.problem)
    if seen is None or seen.paying is None or seen.paying.images <= 0 or data is None:
        return item_result(item, 0.0, ItemStatus.SKIPPED, [Message("skipped.not_measured")])
    ramp = ramp_for(scale, data)
    share = accuracy_share(scale, ramp, seen.paying)
    status = ItemStatus.PASSED if share == 1 else ItemStatus.PARTIAL if share > 0 else ItemStatus.FAILED
    feedback = [_told(f"feedback2.accuracy.{seen.paying.split}", seen.paying), _scale(ramp)]
    if in_doubt(scale, ramp, seen.paying):
        feedback.append(Message("feedback2.accuracy.benefit", {"full_at": percent(ramp.full_at)}))
    feedback += [hint_message(match) for match in dict.fromkeys(m for case in observed.cases for m in case.matches)]
    return item_result(item, item.points * share, status, feedback, _checks(seen, seen.paying, ramp, status))


def _unmeasured(item: Item, observed: ItemEvidence, problem: Problem) -> ItemResult:
    status = _STATUS_OF_PROBLEM.get(problem.id) or overall_status(observed.cases, 0.0, item.points)
    told = problem_message(problem)
    return item_result(item, 0.0, status, [told], [CheckResult(ACCURACY, status, told)])


def _checks(seen: AccuracyEvidence, paying: Measured, ramp: Ramp, status: ItemStatus) -> list[CheckResult]:
    accuracy = paying.correct / paying.images
    values = {"accuracy": percent(accuracy), "full_at": percent(ramp.full_at)}
    message = Message("feedback2.accuracy.check", values)
    checks = [CheckResult(ACCURACY, status, message, measured=accuracy, limit=ramp.full_at)]
    if seen.validation is not None and seen.validation.images > 0:
        # Beside the other, for comparison: no points follow from it, so that it cannot fail.
        beside = _told("feedback2.accuracy.validation", seen.validation)
        measured = seen.validation.correct / seen.validation.images
        checks.append(CheckResult(VALIDATION, ItemStatus.PASSED, beside, measured=measured))
    return checks


def _told(key: str, measured: Measured) -> Message:
    lower, upper = wilson_interval(measured.correct, measured.images)
    return Message(
        key,
        {
            "accuracy": percent(measured.correct / measured.images),
            "images": f"{measured.images:,}",
            "lower": percent(lower),
            "upper": percent(upper),
        },
    )


def _scale(ramp: Ramp) -> Message:
    return Message("feedback2.accuracy.scale", {"full_at": percent(ramp.full_at), "none_at": percent(ramp.none_at)})


def percent(share: float) -> str:
    """A share as people write it, to a tenth of a percent."""
    return f"{100 * share:.1f} %"
