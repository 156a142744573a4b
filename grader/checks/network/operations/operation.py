"""What an operation is here: how it computes its outputs, and how a gradient goes back through it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.checks.network.errors import GraphUnreadable, UnknownOperation
from grader.checks.network.graph import Node

#: Elements of one tensor: 1 GB of float64. A batch of 500 images with 64 channels at 32x32 has 33 million.
MOST_ELEMENTS = 128_000_000
#: Multiplications of one operation; about 20 seconds of one core.
MOST_MULTIPLICATIONS = 10**11

Arrays = Sequence[np.ndarray]
#: From the node and its inputs to its outputs.
Forward = Callable[[Node, Arrays], tuple[np.ndarray, ...]]
#: From node, inputs, outputs and the loss's gradients to the outputs, to those to the inputs (None: there is none).
Backward = Callable[[Node, Arrays, Arrays, Arrays], Sequence[np.ndarray | None]]


@dataclass(frozen=True, slots=True)
class Operation:
    """`backward` is None where the outputs do not depend on the inputs in a way that has a derivative.

    `to_parameters` may give the gradients to the inputs after the first alone (None for the first), where that is much
    cheaper: images need none. `to_first` may give that to the first alone, where only the images' is wanted.
    """

    forward: Forward
    backward: Backward | None = None
    to_parameters: Backward | None = None
    to_first: Backward | None = None


def single(
    forward: Callable[[Node, Arrays], np.ndarray],
    backward: Callable[[Node, Arrays, np.ndarray, np.ndarray], Sequence[np.ndarray | None]] | None = None,
) -> Operation:
    """An operation of one output, whose functions take and give that output alone."""

    def compute(node: Node, inputs: Arrays) -> tuple[np.ndarray, ...]:
        return (np.asarray(forward(node, inputs)),)

    if backward is None:
        return Operation(compute)

    def differentiate(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> Sequence[np.ndarray | None]:
        return backward(node, inputs, outputs[0], upstream[0])

    return Operation(compute, differentiate)


def check_elements(node: Node, shape: Sequence[int]) -> None:
    """Raises GraphUnreadable where a tensor of that shape would be too large, before it is made."""
    if math.prod(int(extent) for extent in shape) > MOST_ELEMENTS:
        raise GraphUnreadable(f"{node.op} {node.name[:80]!r} would make a tensor of shape {tuple(map(int, shape))[:8]}")


def check_multiplications(node: Node, count: int) -> None:
    """Raises GraphUnreadable where an operation would take too long."""
    if count > MOST_MULTIPLICATIONS:
        raise GraphUnreadable(f"{node.op} {node.name[:80]!r} would take {count:.1e} multiplications")


def integers(array: np.ndarray) -> list[int]:
    """A tensor of sizes or axes (rank 0 or 1) as Python's integers."""
    if array.dtype.kind not in "iu" or array.ndim > 1:
        raise ValueError(f"sizes have dtype {array.dtype} and rank {array.ndim}")
    return [int(entry) for entry in array.reshape(-1)]


def spatial(node: Node, attribute: str, default: int | None = None) -> tuple[int, int]:
    """Height and width of an attribute such as ``strides``: [1, height, width, 1]. Only NHWC is known."""
    layout = node.attributes.get("data_format", "NHWC")
    if layout != "NHWC":
        raise UnknownOperation(f"{node.op} in {str(layout)[:20]}")
    told: Any = node.attributes.get(attribute)
    if told in (None, ()) and default is not None:
        return default, default
    if not isinstance(told, tuple) or len(told) != 4 or told[0] != 1 or told[3] != 1:
        raise UnknownOperation(f"{node.op} with {attribute} {str(told)[:40]}")
    height, width = told[1], told[2]
    if not all(isinstance(entry, int) and entry >= 1 for entry in (height, width)):
        raise UnknownOperation(f"{node.op} with {attribute} {str(told)[:40]}")
    return height, width


def unbroadcast(gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The gradient to an input of `shape` that was broadcast to the shape of `gradient`."""
    extra = gradient.ndim - len(shape)
    if extra:
        gradient = gradient.sum(axis=tuple(range(extra)))
    stretched = tuple(axis for axis, extent in enumerate(shape) if extent == 1 and gradient.shape[axis] != 1)
    return gradient.sum(axis=stretched, keepdims=True) if stretched else gradient
