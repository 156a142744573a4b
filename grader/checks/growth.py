"""Hidden sizes: a class's smallest shape, some windows larger, in the same proportions.

Nothing that a known mistake depends on may differ between two cases of a class, or credit would be a matter of luck:
somebody who takes height for width is right on every square input. So kernel, stride and rows left over stay, and so
does which axis is the longer one, of the input and of the output alike.
"""

from __future__ import annotations

import itertools

import numpy as np

#: Most windows that are added on an axis.
_MOST = 3

Pair = tuple[int, int]


def grown(extents: Pair, kernel: Pair, stride: Pair, random: np.random.Generator) -> Pair:
    """Height and width with one to three more windows on each axis than `extents`."""
    more = [
        added
        for added in itertools.product(range(1, _MOST + 1), repeat=2)
        if _order(_enlarged(extents, stride, added), kernel, stride) == _order(extents, kernel, stride)
    ]
    return _enlarged(extents, stride, more[int(random.integers(len(more)))])


def _enlarged(extents: Pair, stride: Pair, windows: Pair) -> Pair:
    return extents[0] + windows[0] * stride[0], extents[1] + windows[1] * stride[1]


def _order(extents: Pair, kernel: Pair, stride: Pair) -> tuple[int, ...]:
    """Which axis is the longer one: of the input, and of the output with padding `valid` and `same`."""
    valid = [(extents[axis] - kernel[axis]) // stride[axis] for axis in (0, 1)]
    same = [-(-extents[axis] // stride[axis]) for axis in (0, 1)]
    return tuple(int(np.sign(height - width)) for height, width in (extents, valid, same))
