"""One notebook of the work, in no grader's format: each grader's file makes its own of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

#: What every test is worth.
POINTS = 10


@dataclass(frozen=True, slots=True)
class Test:
    """One test cell; `answer` names the answer that it tests. Every test is worth `POINTS`."""

    name: str
    answer: str
    source: str


@dataclass(frozen=True)
class NotebookWork:
    """A notebook in its parts: a cell that sets up, the cells that students write, each followed by its tests.

    `part` is the assignment's, `file` the notebook's name in a hand-in. `answers` are cells by the function that they define,
    in the notebook's order; what stands below the function uses it.
    """

    part: int
    file: str
    setup: str
    answers: Mapping[str, str]
    tests: tuple[Test, ...]

    @property
    def name(self) -> str:
        return f"part{self.part}"

    @property
    def points(self) -> int:
        """What all of its tests are worth."""
        return POINTS * len(self.tests)

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """All code cells in their order."""
        sources = [self.setup]
        for name, source in self.answers.items():
            sources += [source, *(test.source for test in self.tests_of(name))]
        return tuple(sources)

    def tests_of(self, answer: str) -> tuple[Test, ...]:
        return tuple(test for test in self.tests if test.answer == answer)


def points(works: Iterable[NotebookWork]) -> int:
    """What all tests of `works` are worth."""
    return sum(work.points for work in works)
