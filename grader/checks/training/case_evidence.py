"""Evidence of cases that are asked of a notebook. In Part 2 each is the one public case of its group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from grader.checks.comparison import relative_error
from grader.checks.training.asking import Breach, Unanswered
from grader.model.evidence import ArrayFact, CaseEvidence, Problem
from grader.model.status import CallOutcome, Visibility

#: Name of the one accepted answer.
CONTRACT = "contract"
#: All that is compared has gone through TensorFlow's single precision, whatever type a student would print.
_SINGLE = "float32"
_LONGEST_MESSAGE = 600


def case(
    group: str,
    errors: Mapping[str, float],
    asked: Mapping[str, object] | None = None,
    *,
    matches: tuple[str, ...] = (),
    problems: tuple[Problem, ...] = (),
    changed: tuple[str, ...] = (),
    visibility: Visibility = Visibility.PUBLIC,
    number: int = 0,
) -> CaseEvidence:
    """A case whose call returned: `errors` by what was compared, relative to the one accepted answer.

    `changed` are arguments that the call changed in place; `number` counts a group's cases of one visibility.
    """
    return CaseEvidence(
        id=f"{group}.{visibility.value}{number}",
        group=group,
        visibility=visibility,
        outcome=CallOutcome.RETURNED,
        asked=asked or {},
        returned={name: ArrayFact(_SINGLE, ()) for name in errors},
        problems=problems,
        errors={CONTRACT: dict(errors)} if errors else {},
        matches=matches,
        changed_inputs=changed,
    )


def attempt(
    group: str, question: Callable[[], CaseEvidence], asked: Mapping[str, object] | None = None
) -> CaseEvidence:
    """The case that `question` gives, or the one that tells why it was not answered."""
    try:
        return question()
    except (Breach, Unanswered) as ended:
        return failed(group, ended, asked)


def failed(
    group: str,
    ended: Breach | Unanswered,
    asked: Mapping[str, object] | None = None,
    *,
    visibility: Visibility = Visibility.PUBLIC,
    number: int = 0,
) -> CaseEvidence:
    """The case of a question that was not answered, or not with what could be judged."""
    if isinstance(ended, Breach):
        return case(group, {}, asked, problems=(ended.problem,), visibility=visibility, number=number)
    seen = ended.seen
    error = seen.error
    if error is not None and len(error.message) > _LONGEST_MESSAGE:
        # Keras puts whole arrays into its messages, and the point at their end.
        half = _LONGEST_MESSAGE // 2
        error = replace(error, message=f"{error.message[:half]} … {error.message[-half:]}")
    return CaseEvidence(
        id=f"{group}.{visibility.value}{number}",
        group=group,
        visibility=visibility,
        outcome=seen.outcome,
        asked=asked or {},
        seconds=seen.seconds,
        error=error,
        detail=seen.detail,
        output=seen.output,
    )


def compared(group: str, name: str, got: np.ndarray, expected: np.ndarray, asked: Mapping[str, object]) -> CaseEvidence:
    """A case in which one array is held against the grader's own."""
    if got.shape != expected.shape:
        shapes = {"name": name, "got": str(got.shape), "expected": str(expected.shape)}
        return case(group, {}, asked, problems=(Problem("wrong_shape", shapes),))
    return case(group, {name: relative_error(got, expected)}, asked)
