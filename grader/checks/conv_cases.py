"""Case classes of the convolution layer: each fixes a structure and draws the sizes that it leaves open.

A class is what credit is given for, so an answer's behaviour must not change inside it: everything that known
mistakes depend on (strides, odd and even kernels, divisibility, batch, channel and filter counts) is fixed by the
class, for its public and its hidden cases alike, and only extents and values are drawn. The simplest class has one of
everything; the others have several images, channels and filters, and different numbers of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from grader.checks.cases import Question, readable_values

Draw = Callable[[np.random.Generator], "ConvShape"]


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
    """`smallest` is the public case's shape, `draw` makes a hidden one. `stride_type` is how the stride is handed over."""

    smallest: ConvShape
    draw: Draw
    stride_type: str = "array"


def _pick(random: np.random.Generator, low: int, high: int) -> int:
    return int(random.integers(low, high + 1))


def _unit_stride(kernel: int) -> Draw:
    def draw(random: np.random.Generator) -> ConvShape:
        return ConvShape(1, kernel + _pick(random, 2, 4), kernel + _pick(random, 2, 4), 1, 1,
                         (kernel, kernel), (1, 1))  # fmt: skip

    return draw


def _non_square(random: np.random.Generator) -> ConvShape:
    height = _pick(random, 4, 6)
    return ConvShape(2, height, height + _pick(random, 1, 3), 2, 3, (2, 3), (1, 1))


def _kernel_1x1(random: np.random.Generator) -> ConvShape:
    return ConvShape(2, _pick(random, 2, 4), _pick(random, 2, 4), 2, 3, (1, 1), (1, 1))


def _channels(random: np.random.Generator) -> ConvShape:
    channels = _pick(random, 4, 6)
    return ConvShape(2, _pick(random, 4, 5), _pick(random, 4, 5), channels, 3, (3, 3), (1, 1))


def _strided(remainder: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], valid: bool) -> Draw:
    """Windows that leave `remainder` rows and columns over (`valid`), or inputs that many beyond a multiple (`same`)."""

    def draw(random: np.random.Generator) -> ConvShape:
        steps = _pick(random, 2, 3), _pick(random, 2, 3)
        base = kernel if valid else stride
        extent = [base[a] + (steps[a] - 1) * stride[a] + remainder[a] for a in (0, 1)]
        return ConvShape(2, extent[0], extent[1], 2, 3, kernel, stride)

    return draw


_SHARED: Mapping[str, ConvClass] = {
    "kernel_1x1": ConvClass(ConvShape(2, 2, 3, 2, 3, (1, 1), (1, 1)), _kernel_1x1, "list"),
    "non_square": ConvClass(ConvShape(2, 3, 4, 2, 3, (2, 3), (1, 1)), _non_square),
    "channels_and_filters": ConvClass(ConvShape(2, 3, 3, 4, 3, (3, 3), (1, 1)), _channels, "list"),
}

VALID_CLASSES: Mapping[str, ConvClass] = {
    "unit_stride": ConvClass(ConvShape(1, 3, 3, 1, 1, (2, 2), (1, 1)), _unit_stride(2)),
    **_SHARED,
    "strides": ConvClass(ConvShape(2, 4, 6, 2, 3, (2, 3), (2, 3)), _strided((0, 0), (2, 3), (2, 3), True)),
    "partial_windows": ConvClass(ConvShape(2, 5, 7, 2, 3, (2, 2), (2, 3)), _strided((1, 2), (2, 2), (2, 3), True)),
    "kernel_below_stride": ConvClass(ConvShape(2, 4, 5, 2, 3, (1, 2), (2, 3)), _strided((1, 0), (1, 2), (2, 3), True)),
}

SAME_CLASSES: Mapping[str, ConvClass] = {
    "odd_kernel": ConvClass(ConvShape(1, 3, 3, 1, 1, (3, 3), (1, 1)), _unit_stride(3)),
    "even_kernel": ConvClass(ConvShape(1, 3, 3, 1, 1, (2, 2), (1, 1)), _unit_stride(2)),
    **_SHARED,
    "strides": ConvClass(ConvShape(2, 4, 6, 2, 3, (3, 4), (2, 3)), _strided((0, 0), (3, 4), (2, 3), False)),
    "partial_windows": ConvClass(ConvShape(2, 3, 5, 2, 3, (3, 4), (2, 3)), _strided((1, 1), (3, 4), (2, 3), False)),
    "kernel_below_stride": ConvClass(ConvShape(2, 4, 6, 2, 3, (1, 2), (2, 3)), _strided((0, 0), (1, 2), (2, 3), False)),
}

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
        inputs = {"dout": readable_values(random, (shape.n, rows, columns, shape.f)), **inputs}
    return Question(inputs, {"stride": list(shape.stride), "padding": padding, "stride_type": stride_type})
