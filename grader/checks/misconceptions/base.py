"""What a misconception is, and how its answers to a question are collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.checks.cases import Arrays, Question
from grader.checks.comparison import equals
from grader.checks.oracle import Oracle

#: Yields each answer that somebody with this misconception may give; arrays that it leaves right may be left out.
Answers = Callable[[Oracle, Question], Iterable[Arrays]]


@dataclass(frozen=True, slots=True)
class Misconception:
    """`checks` are the names of the checks in which it can be seen."""

    id: str
    checks: tuple[str, ...]
    answers: Answers


def answers_of(
    table: Sequence[Misconception], oracle: Oracle, check: str, question: Question, accepted: Mapping[str, Arrays]
) -> dict[str, Arrays]:
    """Each misconception's answers to `question`, by ``id`` or ``id#2`` where there are several.

    Answers that equal an accepted one (a flipped 1x1 kernel is a right kernel) are left out.
    """
    found: dict[str, Arrays] = {}
    for misconception in table:
        if check not in misconception.checks:
            continue
        kept: list[Arrays] = []
        for answer in misconception.answers(oracle, question):
            right = any(equals(expected, answer) for expected in accepted.values())
            again = any(other.keys() == answer.keys() and equals(other, answer) for other in kept)
            if not right and not again:
                kept.append(answer)
        for number, answer in enumerate(kept, 1):
            found[misconception.id if number == 1 else f"{misconception.id}#{number}"] = answer
    return found


class AnswersWhenAsked(Mapping[str, Arrays]):
    """Answers of misconceptions that are computed when somebody first looks: for most cases nobody does."""

    def __init__(self, compute: Callable[[], Mapping[str, Arrays]]):
        self._compute = compute

    @cached_property
    def _answers(self) -> Mapping[str, Arrays]:
        return self._compute()

    def __getitem__(self, name: str) -> Arrays:
        return self._answers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)
