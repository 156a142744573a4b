"""One of the four layer functions as a check: which questions, which accepted answers, how far off an answer is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from grader.checks.cases import PUBLIC_SEED, Arrays, Case, Question, generator
from grader.checks.misconceptions import MISCONCEPTIONS, answers_of
from grader.checks.misconceptions.base import AnswersWhenAsked
from grader.checks.oracle import Oracle, layer_settings
from grader.model.observation import Value
from grader.model.status import Visibility

Draw = Callable[[str, bool, np.random.Generator], Question]
Answer = Callable[[Oracle, Question], Mapping[str, Arrays]]
#: Replaces the relative error where one right answer is not unique: `(name of the answer, got, question) -> error`.
Measure = Callable[[str, Arrays, Question], Mapping[str, float] | None]


@dataclass(frozen=True, slots=True)
class LayerCheck:
    """`function` is the student's function, `forward` its forward pass (itself for a forward check).

    `inputs` and `outputs` name arrays in the contract's order. `draw(group, smallest, random)` makes a question of a
    case class; `accepted` computes all accepted answers; `measure` may take over the comparison for some questions.
    """

    name: str
    function: str
    forward: str
    groups: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    draw: Draw
    accepted: Answer
    measure: Measure | None = None

    @property
    def backward(self) -> bool:
        return self.function != self.forward

    def public_question(self, group: str) -> Question:
        return self.draw(group, True, generator(PUBLIC_SEED, self.name, group, 0))

    def case(self, oracle: Oracle, group: str, visibility: Visibility, number: int, question: Question) -> Case:
        """The question with all that the oracle knows about it."""
        accepted = self.accepted(oracle, question)
        misconceptions = AnswersWhenAsked(lambda: answers_of(MISCONCEPTIONS, oracle, self.name, question, accepted))
        return Case(group, visibility, number, question, accepted, misconceptions)

    def public_cases(self, oracle: Oracle) -> list[Case]:
        """One case a class, the smallest that shows it; the same on every machine."""
        return [self.case(oracle, g, Visibility.PUBLIC, 0, self.public_question(g)) for g in self.groups]

    def hidden_cases(self, oracle: Oracle, seed: int, per_class: int) -> list[Case]:
        """`per_class` cases a class with sizes and values drawn from `seed`."""
        return [
            self.case(oracle, group, Visibility.HIDDEN, number, self.draw(group, False, random))
            for group in self.groups
            for number in range(per_class)
            for random in (generator(seed, self.name, group, number + 1),)
        ]

    def forward_arguments(self, question: Question) -> list[Value]:
        """What the contract's forward function is called with."""
        layer_inputs = [question.inputs[name] for name in self.inputs if name != "dout"]
        return [*layer_inputs, layer_settings(question)]

    def arguments(self, question: Question) -> list[Value]:
        """What the checked function is called with: for a backward pass `dout` and the contract's own cache."""
        if not self.backward:
            return self.forward_arguments(question)
        return [question.inputs["dout"], tuple(self.forward_arguments(question))]
