"""Case classes of the convolution layer: each fixes a structure and draws the sizes that it leaves open.

A class is what credit is given for, so an answer's behaviour must not change inside it: everything that known
mistakes depend on (strides, odd and even kernels, divisibility, batch, channel and filter counts, which axis is the
longer one) is fixed by the class, for its public and its hidden cases alike, and only extents and values are drawn. The
simplest class has one of everything; the others have several images, channels and filters, and different numbers of
them. Most are wider than high; `non_square` and `kernel_below_stride` are there for mistakes that show the other way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.checks.cases import Question, readable_values
from grader.checks.growth import grown


@dataclass(frozen=True, slots=True)
class ConvShape:
    """Sizes of one convolution: batch, height, width, channels, filters, kernel and stride (height, width)."""

    n: int
    h: int
    w: int
    c: int
    f: int
    kernel: tuple[int, int]
    stride: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ConvClass:
    """`smallest` is the public case's shape, `draw` makes a hidden one.

    `stride_type` is how the stride is handed over. Up to `more_channels` channels are added. Where `grows` is false the
    hidden case has the public one's sizes: what a function has kept for these sizes meets other values.
    """

    smallest: ConvShape
    stride_type: str = "array"
    more_channels: int = 0
    grows: bool = True

    def draw(self, random: np.random.Generator) -> ConvShape:
        """A hidden case's shape."""
        least = self.smallest
        if not self.grows:
            return least
        height, width = grown((least.h, least.w), least.kernel, least.stride, random)
        return replace(least, h=height, w=width, c=least.c + int(random.integers(0, self.more_channels + 1)))


_SHARED: Mapping[str, ConvClass] = {
    "kernel_1x1": ConvClass(ConvShape(2, 2, 3, 2, 3, (1, 1), (1, 1)), "list", grows=False),
    "non_square": ConvClass(ConvShape(2, 5, 3, 2, 3, (3, 2), (1, 1))),
    "channels_and_filters": ConvClass(ConvShape(2, 4, 4, 4, 3, (3, 3), (1, 1)), "list", more_channels=2),
}

VALID_CLASSES: Mapping[str, ConvClass] = {
    "unit_stride": ConvClass(ConvShape(1, 3, 3, 1, 1, (2, 2), (1, 1))),
    **_SHARED,
    "strides": ConvClass(ConvShape(2, 5, 7, 2, 3, (3, 4), (2, 3))),
    "partial_windows": ConvClass(ConvShape(2, 5, 7, 2, 3, (2, 2), (2, 3))),
    "kernel_below_stride": ConvClass(ConvShape(2, 2, 6, 2, 3, (2, 1), (3, 2))),
}

SAME_CLASSES: Mapping[str, ConvClass] = {
    "odd_kernel": ConvClass(ConvShape(1, 3, 3, 1, 1, (3, 3), (1, 1))),
    "even_kernel": ConvClass(ConvShape(1, 3, 3, 1, 1, (2, 2), (1, 1))),
    **_SHARED,
    "strides": ConvClass(ConvShape(2, 4, 6, 2, 3, (3, 4), (2, 3))),
    "partial_windows": ConvClass(ConvShape(2, 3, 5, 2, 3, (3, 4), (2, 3))),
    "kernel_below_stride": ConvClass(ConvShape(2, 3, 6, 2, 3, (2, 1), (3, 2))),
}

#: The largest number in a question's `db` is at least this.
_LEAST_SUM = 0.5

CLASSES: Mapping[str, Mapping[str, ConvClass]] = {"valid": VALID_CLASSES, "same": SAME_CLASSES}


def output_extent(size: int, kernel: int, stride: int, padding: str) -> int:
    """Rows (or columns) of the output: the contract's formulas for `valid` and `same`."""
    return (size - kernel) // stride + 1 if padding == "valid" else -(-size // stride)


def question(shape: ConvShape, stride_type: str, padding: str, backward: bool, random: np.random.Generator) -> Question:
    """Draws values: `x (N, H, W, C)`, `w (F, WH, WW, C)`, `b (F,)` and, for the backward pass, `dout (N, OH, OW, F)`."""
    inputs = {
        "x": readable_values(random, (shape.n, shape.h, shape.w, shape.c)),
        "w": readable_values(random, (shape.f, *shape.kernel, shape.c)),
        "b": readable_values(random, (shape.f,)),
    }
    if backward:
        rows = output_extent(shape.h, shape.kernel[0], shape.stride[0], padding)
        columns = output_extent(shape.w, shape.kernel[1], shape.stride[1], padding)
        inputs = {"dout": _upstream(random, (shape.n, rows, columns, shape.f)), **inputs}
    return Question(inputs, {"stride": list(shape.stride), "padding": padding, "stride_type": stride_type})


def _upstream(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values for `dout` whose sums do not all but cancel: beside a `db` near 0, float32's rounding would look large."""
    while True:
        dout = readable_values(random, shape)
        if float(np.abs(dout.sum(axis=(0, 1, 2))).max()) >= _LEAST_SUM:
            return dout
