"""Case classes of the max-pool layer. Inputs are positive and all different unless a class says otherwise.

The simplest class has one image and one channel, the others several. A maximum that starts from zero or from a tiny
positive number is then wrong in the class `negative` and nowhere else, whatever the seed; ties are met in the class
`ties` alone. Most inputs are wider than high; `non_square` and `overlapping` are there for mistakes that show the other
way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.checks.cases import Question, distinct_values, readable_values
from grader.checks.growth import grown


@dataclass(frozen=True, slots=True)
class PoolShape:
    """Sizes of one pooling: batch, height, width, channels, window and stride (height, width)."""

    n: int
    h: int
    w: int
    c: int
    window: tuple[int, int]
    stride: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PoolClass:
    """`smallest` is the public case's shape, `draw` makes a hidden one.

    `values` is ``positive``, ``negative``, ``tied``, or ``peaked``: overlapping windows share their maximum. Up to
    `more_channels` channels are added. Where `grows` is false the hidden case has the public one's sizes: what a function
    has kept for these sizes meets other values.
    """

    smallest: PoolShape
    values: str = "positive"
    stride_type: str = "list"
    more_channels: int = 0
    grows: bool = True

    def draw(self, random: np.random.Generator) -> PoolShape:
        """A hidden case's shape."""
        least = self.smallest
        if not self.grows:
            return least
        height, width = grown((least.h, least.w), least.window, least.stride, random)
        return replace(least, h=height, w=width, c=least.c + int(random.integers(0, self.more_channels + 1)))


CLASSES: Mapping[str, PoolClass] = {
    "square_windows": PoolClass(PoolShape(1, 2, 4, 1, (2, 2), (2, 2))),
    "window_1x1": PoolClass(PoolShape(2, 2, 2, 2, (1, 1), (1, 1)), stride_type="array", grows=False),
    "non_square": PoolClass(PoolShape(2, 9, 4, 2, (3, 2), (3, 2))),
    "strides": PoolClass(PoolShape(2, 5, 6, 2, (2, 2), (3, 4)), stride_type="array"),
    "overlapping": PoolClass(PoolShape(2, 5, 3, 2, (3, 2), (2, 1)), "peaked"),
    "partial_windows": PoolClass(PoolShape(2, 3, 5, 2, (2, 2), (2, 2))),
    "window_below_stride": PoolClass(PoolShape(2, 3, 6, 2, (1, 2), (2, 3))),
    "channels": PoolClass(PoolShape(3, 2, 2, 4, (2, 2), (2, 2)), more_channels=2),
    "negative": PoolClass(PoolShape(2, 2, 4, 2, (2, 2), (2, 2)), "negative"),
}

#: Only the backward pass meets ties: forward, they change nothing.
TIES = PoolClass(PoolShape(2, 2, 4, 2, (2, 2), (2, 2)), "tied")

BACKWARD_CLASSES: Mapping[str, PoolClass] = {**CLASSES, "ties": TIES}


def _tied_values(random: np.random.Generator, shape: PoolShape) -> np.ndarray:
    """Positive values where every window's maximum stands in two or more of its cells; windows must not overlap."""
    x = distinct_values(random, (shape.n, shape.h, shape.w, shape.c))
    rows, columns = (shape.h // shape.window[0]), (shape.w // shape.window[1])
    for i in range(rows):
        for j in range(columns):
            top, left = i * shape.window[0], j * shape.window[1]
            block = x[:, top : top + shape.window[0], left : left + shape.window[1], :]
            highest = block.max(axis=(1, 2))
            winners = random.permutation(shape.window[0] * shape.window[1])[: int(random.integers(2, 4))]
            for cell in winners:
                block[:, cell // shape.window[1], cell % shape.window[1], :] = highest
    return x


def windows(question: Question) -> Iterator[tuple[int, int, slice, slice]]:
    """Output position `(i, j)` and the rows and columns of its window, for every output position."""
    x = question.inputs["x"]
    height, width = int(question.parameters["pool_height"]), int(question.parameters["pool_width"])  # type: ignore[call-overload]
    stride_h, stride_w = question.parameters["stride"]  # type: ignore[misc]
    for i in range((x.shape[1] - height) // stride_h + 1):
        for j in range((x.shape[2] - width) // stride_w + 1):
            top, left = i * stride_h, j * stride_w
            yield i, j, slice(top, top + height), slice(left, left + width)


def question(kind: PoolClass, shape: PoolShape, backward: bool, random: np.random.Generator) -> Question:
    """Draws `x (N, H, W, C)` and, for the backward pass, `dout (N, OH, OW, C)`."""
    if kind.values == "tied":
        x = _tied_values(random, shape)
    else:
        x = distinct_values(random, (shape.n, shape.h, shape.w, shape.c))
    if kind.values == "negative":
        x = -x
    if kind.values == "peaked":
        x[:, shape.window[0] - 1, shape.window[1] - 1, :] += x.max()
    inputs = {"x": x}
    if backward:
        rows = (shape.h - shape.window[0]) // shape.stride[0] + 1
        columns = (shape.w - shape.window[1]) // shape.stride[1] + 1
        inputs = {"dout": readable_values(random, (shape.n, rows, columns, shape.c)), **inputs}
    window = {"pool_height": shape.window[0], "pool_width": shape.window[1]}
    return Question(inputs, {**window, "stride": list(shape.stride), "stride_type": kind.stride_type})
