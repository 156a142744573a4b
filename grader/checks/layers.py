"""The six checks of Part 1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.checks import conv_cases, pool_cases, ties
from grader.checks.cases import Arrays, Question
from grader.checks.layer_check import LayerCheck
from grader.checks.oracle import CONVENTIONS, Oracle

#: Name of the accepted answer where there is only one.
CONTRACT = "contract"
#: A max-pool slip that the rubric prices: every tied cell gets all of the gradient.
EVERY_TIE = "whole_gradient_to_every_tie"


def _conv(direction: str, padding: str) -> LayerCheck:
    backward = direction == "backward"
    classes = conv_cases.CLASSES[padding]

    def draw(group: str, smallest: bool, random: np.random.Generator) -> Question:
        kind = classes[group]
        shape = kind.smallest if smallest else kind.draw(random)
        return conv_cases.question(shape, kind.stride_type, padding, backward, random)

    def accepted(oracle: Oracle, question: Question) -> Mapping[str, Arrays]:
        answer = oracle.conv_backward if backward else oracle.conv_forward
        if padding == "valid":
            return {CONTRACT: answer(question)}
        return {convention: answer(question, convention) for convention in CONVENTIONS}

    return LayerCheck(
        name=f"conv_{direction}.{padding}",
        function=f"conv_{direction}",
        forward="conv_forward",
        groups=tuple(classes),
        inputs=("dout", "x", "w", "b") if backward else ("x", "w", "b"),
        outputs=("dx", "dw", "db") if backward else ("out",),
        draw=draw,
        accepted=accepted,
    )


def _max_pool(direction: str) -> LayerCheck:
    backward = direction == "backward"
    classes = pool_cases.BACKWARD_CLASSES if backward else pool_cases.CLASSES

    def draw(group: str, smallest: bool, random: np.random.Generator) -> Question:
        kind = classes[group]
        return pool_cases.question(kind, kind.smallest if smallest else kind.draw(random), backward, random)

    def accepted(oracle: Oracle, question: Question) -> Mapping[str, Arrays]:
        if not backward:
            return {CONTRACT: oracle.max_pool_forward(question)}
        answers: dict[str, Arrays] = {CONTRACT: oracle.max_pool_backward(question)}
        every_tie = ties.whole_gradient_to_every_tie(question)
        if not np.array_equal(every_tie, answers[CONTRACT]["dx"]):
            answers[EVERY_TIE] = {"dx": every_tie}
        return answers

    def measure(answer: str, got: Arrays, question: Question) -> Mapping[str, float] | None:
        """With ties every subgradient is right, so the distance to that set takes the place of the error."""
        if answer != CONTRACT or not ties.has_ties(question):
            return None
        return {"dx": ties.subgradient_violation(got["dx"], question)}

    return LayerCheck(
        name=f"max_pool_{direction}",
        function=f"max_pool_{direction}",
        forward="max_pool_forward",
        groups=tuple(classes),
        inputs=("dout", "x") if backward else ("x",),
        outputs=("dx",) if backward else ("out",),
        draw=draw,
        accepted=accepted,
        measure=measure if backward else None,
    )


LAYER_CHECKS: tuple[LayerCheck, ...] = (
    _conv("forward", "valid"),
    _conv("forward", "same"),
    _max_pool("forward"),
    _conv("backward", "valid"),
    _conv("backward", "same"),
    _max_pool("backward"),
)
