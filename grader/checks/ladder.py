"""A ladder of tiny questions for each check, the fewest numbers first, to find the smallest input that fails.

A public case keeps everything that its class is about, so that credit is fair; a person who looks for a mistake wants
the opposite: one image, one channel, one window, whole numbers that can be checked on paper. Shrinking the failing
case step by step would need the right answer to every step, which a student's machine does not have. So the steps are
fixed, few, computed once, and shipped beside the public cases. Where a public case is wrong, all rungs are asked in one
go (about a millisecond each), and the first one that fails in the same way and is nowhere larger is shown: nothing
smaller on the ladder fails. Rungs earn and cost nothing. They also tell which sizes a mistake depends on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grader.checks import conv_cases, layer_cases, pool_cases
from grader.checks.cases import PUBLIC_SEED, Case, Question, generator
from grader.checks.conv_cases import ConvShape
from grader.checks.layer_check import LayerCheck
from grader.checks.oracle import Oracle
from grader.checks.pool_cases import PoolClass, PoolShape
from grader.model.status import Visibility

#: The group of rungs, which is no case class: no credit depends on it.
SMALLER = "smaller"

_ONE = (1, 1)

#: Batch, height, width, channels, filters, kernel, stride. Kernels fit into the input, as in every case class.
CONV_RUNGS: tuple[ConvShape, ...] = (
    ConvShape(1, 1, 1, 1, 1, _ONE, _ONE),  # one of everything
    ConvShape(1, 1, 2, 1, 1, _ONE, _ONE),  # not square
    ConvShape(1, 2, 1, 1, 1, _ONE, _ONE),  # not square the other way
    ConvShape(1, 1, 1, 2, 1, _ONE, _ONE),  # two channels
    ConvShape(1, 1, 1, 1, 2, _ONE, _ONE),  # two filters
    ConvShape(2, 1, 1, 1, 1, _ONE, _ONE),  # two images
    ConvShape(1, 1, 1, 2, 2, _ONE, _ONE),  # as many channels as filters
    ConvShape(2, 1, 1, 1, 2, _ONE, _ONE),  # as many images as filters
    ConvShape(2, 1, 1, 2, 1, _ONE, _ONE),  # as many images as channels
    ConvShape(1, 1, 2, 1, 2, _ONE, _ONE),  # two positions, two filters: the order of axes shows
    ConvShape(1, 2, 2, 1, 1, _ONE, _ONE),  # two positions each way
    ConvShape(1, 1, 1, 4, 1, _ONE, _ONE),  # more than three channels
    ConvShape(1, 1, 2, 1, 1, (1, 2), _ONE),  # a kernel that is not square
    ConvShape(1, 2, 1, 1, 1, (2, 1), _ONE),  # and the other way
    ConvShape(1, 1, 3, 1, 1, (1, 2), _ONE),  # windows that overlap
    ConvShape(1, 3, 1, 1, 1, (2, 1), _ONE),  # and the other way
    ConvShape(1, 3, 2, 1, 1, (3, 2), _ONE),  # one window that is not square
    ConvShape(2, 1, 1, 2, 3, _ONE, _ONE),  # all counts different
    ConvShape(1, 2, 2, 1, 1, (2, 2), _ONE),  # an even kernel
    ConvShape(1, 3, 3, 1, 1, (2, 2), _ONE),  # an even kernel, windows that overlap both ways
    ConvShape(1, 3, 3, 1, 1, _ONE, (2, 2)),  # equal strides, gaps between windows
    ConvShape(1, 3, 4, 1, 1, _ONE, (2, 3)),  # different strides
    ConvShape(1, 4, 3, 1, 1, _ONE, (3, 2)),  # and the other way
    ConvShape(1, 5, 3, 1, 1, (2, 1), (3, 2)),  # different strides, a kernel that is not square
    ConvShape(1, 3, 3, 1, 1, (2, 2), (2, 2)),  # rows and columns left over
    ConvShape(1, 3, 3, 1, 1, (3, 3), _ONE),  # an odd kernel
    ConvShape(1, 3, 3, 1, 1, (3, 3), (2, 2)),  # an odd kernel with a stride
    ConvShape(1, 4, 4, 1, 1, (2, 2), (2, 2)),  # equal strides, windows side by side
    ConvShape(1, 4, 5, 1, 1, (2, 2), (2, 3)),  # different strides, an even kernel
    ConvShape(1, 4, 6, 1, 1, (2, 3), (2, 3)),  # different strides, windows side by side
    ConvShape(1, 3, 5, 1, 1, (3, 4), (2, 3)),  # a kernel above the stride, rows and columns left over
    ConvShape(1, 4, 6, 1, 1, (3, 4), (2, 3)),  # as large as padding 'same' needs to tell its two amounts apart
)

#: Batch, height, width, channels, window, stride, and which values: see `PoolClass`.
POOL_RUNGS: tuple[tuple[PoolShape, str], ...] = (
    (PoolShape(1, 1, 1, 1, _ONE, _ONE), "positive"),
    (PoolShape(1, 1, 1, 1, _ONE, _ONE), "negative"),
    (PoolShape(1, 1, 2, 1, (1, 2), _ONE), "positive"),
    (PoolShape(1, 2, 1, 1, (2, 1), _ONE), "positive"),
    (PoolShape(1, 1, 2, 1, (1, 2), (1, 2)), "negative"),
    (PoolShape(1, 1, 2, 1, (1, 2), (1, 2)), "tied"),
    (PoolShape(1, 1, 1, 2, _ONE, _ONE), "positive"),
    (PoolShape(1, 1, 2, 2, _ONE, _ONE), "positive"),
    (PoolShape(1, 1, 4, 1, (1, 2), (1, 2)), "negative"),
    (PoolShape(2, 1, 1, 1, _ONE, _ONE), "positive"),
    (PoolShape(1, 1, 3, 1, (1, 2), _ONE), "peaked"),
    (PoolShape(1, 3, 1, 1, (2, 1), _ONE), "peaked"),
    (PoolShape(1, 3, 2, 1, _ONE, (2, 1)), "positive"),
    (PoolShape(1, 2, 2, 1, _ONE, _ONE), "positive"),
    (PoolShape(1, 2, 2, 1, (2, 2), _ONE), "positive"),
    (PoolShape(1, 2, 2, 1, (2, 2), (2, 2)), "tied"),
    (PoolShape(1, 2, 3, 1, (2, 2), (2, 2)), "positive"),
    (PoolShape(1, 2, 3, 1, _ONE, (2, 2)), "positive"),
    (PoolShape(1, 2, 4, 1, (2, 2), (2, 2)), "positive"),
    (PoolShape(1, 2, 4, 1, (2, 1), (2, 1)), "positive"),
    (PoolShape(1, 4, 2, 1, (2, 1), (2, 1)), "positive"),
    (PoolShape(1, 5, 2, 1, (3, 2), (2, 1)), "peaked"),
    (PoolShape(1, 5, 3, 1, (3, 2), (2, 1)), "peaked"),
    (PoolShape(1, 6, 2, 1, (3, 2), (3, 2)), "positive"),
    (PoolShape(1, 3, 3, 1, (3, 2), _ONE), "peaked"),
    (PoolShape(1, 2, 5, 1, (2, 2), (2, 3)), "positive"),
    (PoolShape(1, 3, 4, 1, (3, 2), (3, 2)), "positive"),
    (PoolShape(1, 3, 5, 1, (1, 2), (2, 3)), "positive"),
    (PoolShape(1, 4, 4, 1, (2, 2), (2, 2)), "positive"),
    (PoolShape(1, 4, 5, 1, (2, 2), (2, 3)), "positive"),
    (PoolShape(2, 2, 2, 2, (2, 2), (2, 2)), "positive"),
)


def rungs(check: LayerCheck, oracle: Oracle) -> list[Case]:
    """The check's ladder with all answers, the fewest numbers first; the same on every machine."""
    questions = _pool_questions(check) if check.function.startswith("max_pool") else _conv_questions(check)
    ordered = sorted(questions, key=_numbers)
    return [
        layer_cases.case(check, oracle, SMALLER, Visibility.PUBLIC, number, q) for number, q in enumerate(ordered, 1)
    ]


def _numbers(question: Question) -> int:
    return sum(array.size for array in question.inputs.values())


def _conv_questions(check: LayerCheck) -> Iterable[Question]:
    padding = check.name.partition(".")[2]
    for number, shape in enumerate(CONV_RUNGS):
        random = generator(PUBLIC_SEED, check.name, SMALLER, number)
        drawn = conv_cases.question(shape, "array", padding, check.backward, random)
        # A bias of whole tens shows in the answer at a glance; no other array holds a 1, which hides a product.
        whole = {
            name: 10.0 * np.arange(1, array.size + 1) if name == "b" else _whole(random, array.shape)
            for name, array in drawn.inputs.items()
        }
        yield Question(whole, drawn.parameters)


def _pool_questions(check: LayerCheck) -> Iterable[Question]:
    for number, (shape, values) in enumerate(POOL_RUNGS):
        if values == "tied" and not check.backward:
            continue
        random = generator(PUBLIC_SEED, check.name, SMALLER, number)
        drawn = pool_cases.question(PoolClass(shape, values), shape, check.backward, random)
        inputs = {"x": np.round(10.0 * drawn.inputs["x"])}
        if check.backward:
            inputs = {"dout": _whole(random, drawn.inputs["dout"].shape), **inputs}
        yield Question(inputs, drawn.parameters)


def _whole(random: np.random.Generator, shape: Sequence[int]) -> np.ndarray:
    """Whole numbers from 2 up as float64, all different, in random order."""
    return (random.permutation(int(np.prod(shape))) + 2.0).reshape(shape)
