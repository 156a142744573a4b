"""The questions of Part 1's checks, public and hidden, with all their answers: for whoever has the reference.

Students never get this: the public cases travel to them as the case pack.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.checks import conv_cases, pool_cases
from grader.checks.cases import PUBLIC_SEED, Arrays, Case, Question, generator
from grader.checks.comparison import equals
from grader.checks.layer_check import LayerCheck
from grader.checks.layers import CONTRACT, EVERY_TIE
from grader.checks.misconceptions import MISCONCEPTIONS, answers_of
from grader.checks.misconceptions.base import AnswersWhenAsked
from grader.checks.oracle import CONVENTIONS, Oracle
from grader.model.status import Visibility


def draw(check: LayerCheck, group: str, smallest: bool, random: np.random.Generator) -> Question:
    """A question of a case class: the class's smallest, or one of a size drawn too."""
    if check.forward == "conv_forward":
        padding = _padding(check)
        conv = conv_cases.CLASSES[padding][group]
        shape = conv.smallest if smallest else conv.draw(random)
        return conv_cases.question(shape, conv.stride_type, padding, check.backward, random)
    pool = pool_cases.BACKWARD_CLASSES[group]
    return pool_cases.question(pool, pool.smallest if smallest else pool.draw(random), check.backward, random)


def accepted(check: LayerCheck, oracle: Oracle, question: Question) -> Mapping[str, Arrays]:
    """All accepted answers to a question, by name."""
    if check.forward == "conv_forward":
        answer = oracle.conv_backward if check.backward else oracle.conv_forward
        if _padding(check) == "valid":
            return {CONTRACT: answer(question)}
        return {convention: answer(question, convention) for convention in CONVENTIONS}
    if not check.backward:
        return {CONTRACT: oracle.max_pool_forward(question)}
    answers: dict[str, Arrays] = {CONTRACT: oracle.max_pool_backward(question)}
    every_tie = whole_gradient_to_every_tie(question)
    # Sums over overlapping windows may differ in their last bits; that is no tie.
    if not equals(answers[CONTRACT], {"dx": every_tie}):
        answers[EVERY_TIE] = {"dx": every_tie}
    return answers


def case(
    check: LayerCheck, oracle: Oracle, group: str, visibility: Visibility, number: int, question: Question
) -> Case:
    """The question with all that the oracle knows about it."""
    answers = accepted(check, oracle, question)
    misconceptions = AnswersWhenAsked(lambda: answers_of(MISCONCEPTIONS, oracle, check.name, question, answers))
    return Case(group, visibility, number, question, answers, misconceptions)


def public_question(check: LayerCheck, group: str) -> Question:
    return draw(check, group, True, generator(PUBLIC_SEED, check.name, group, 0))


def public_cases(check: LayerCheck, oracle: Oracle) -> list[Case]:
    """One case a class, the smallest that shows it; the same on every machine."""
    return [case(check, oracle, group, Visibility.PUBLIC, 0, public_question(check, group)) for group in check.groups]


def hidden_cases(check: LayerCheck, oracle: Oracle, seed: int, per_class: int) -> list[Case]:
    """`per_class` cases a class with sizes and values drawn from `seed`."""
    return [
        case(check, oracle, group, Visibility.HIDDEN, number, draw(check, group, False, random))
        for group in check.groups
        for number in range(per_class)
        for random in (generator(seed, check.name, group, number + 1),)
    ]


def whole_gradient_to_every_tie(question: Question) -> np.ndarray:
    """A common mistake in max-pool's backward pass: every cell that equals its window's maximum gets all of `dout`."""
    x, dout = question.inputs["x"], question.inputs["dout"]
    dx = np.zeros_like(x)
    for i, j, rows, columns in pool_cases.windows(question):
        window = x[:, rows, columns]
        dx[:, rows, columns] += (window == window.max(axis=(1, 2), keepdims=True)) * dout[:, i : i + 1, j : j + 1]
    return dx


def _padding(check: LayerCheck) -> str:
    return check.name.partition(".")[2]
