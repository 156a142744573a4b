"""Which of the cases that were asked is the smallest one that shows a class's failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.model.evidence import CaseEvidence
from grader.model.message import Message
from grader.model.rubric import Tolerance
from grader.model.status import CallOutcome
from grader.scoring.answers import passes


def smallest_failing(
    public: CaseEvidence,
    smaller: Sequence[CaseEvidence],
    hint: Message | None,
    reading: str | None,
    tolerance: Tolerance,
) -> CaseEvidence:
    """The first of `smaller` (fewest numbers first) that stands for the failing case `public`; else `public` itself.

    It must fail in the same way, be nowhere larger, and, where a misconception was recognised, be an instance of it:
    two mistakes in one function must not lend each other their examples.
    """
    named = None if hint is None else hint.key.removeprefix("hint.")
    known = named in public.matches
    for rung in smaller:
        fails = not passes(rung, reading, tolerance)
        if fails and _alike(rung, public) and _nowhere_larger(rung.asked, public.asked):
            if not known or named in rung.matches:
                return rung
    return public


def _alike(one: CaseEvidence, other: CaseEvidence) -> bool:
    if one.outcome is not other.outcome or one.fallback is not other.fallback:
        return False
    if one.outcome is CallOutcome.RAISED:
        return one.error is not None and other.error is not None and one.error.type == other.error.type
    return [problem.id for problem in one.problems[:1]] == [problem.id for problem in other.problems[:1]]


def _nowhere_larger(small: Mapping[str, object], large: Mapping[str, object]) -> bool:
    """Whether no extent, window or stride of `small` exceeds the one of `large`, and all other settings are equal."""
    return small.keys() == large.keys() and all(_at_most(small[name], large[name]) for name in small)


def _at_most(small: object, large: object) -> bool:
    if isinstance(small, list | tuple) and isinstance(large, list | tuple):
        return len(small) == len(large) and all(a <= b for a, b in zip(small, large, strict=True))
    if isinstance(small, int) and isinstance(large, int):
        return small <= large
    return small == large
