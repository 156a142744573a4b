"""Convolutions and poolings computed by TensorFlow in a process of its own.

It takes the place of `convolution` and `pooling` in what students receive: those are, in NumPy, what Part 1 asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.network.errors import UnknownOperation
from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import (
    Arrays,
    Backward,
    Operation,
    check_elements,
    check_multiplications,
    spatial,
)
from grader.execute.operation_process import SHARED

_NONE = (0,) * 8


def _attributes(node: Node, inputs: Arrays) -> dict[str, Any]:
    """What TensorFlow is to be told, each of it looked at: it came from a student's process."""
    if inputs[0].ndim != 4 or 0 in inputs[0].shape:
        raise ValueError(f"images have shape {inputs[0].shape}")
    padding = node.attributes.get("padding")
    if padding not in ("SAME", "VALID", "EXPLICIT"):
        raise UnknownOperation(f"{node.op} with padding {str(padding)[:20]}")
    told: dict[str, Any] = {"padding": padding, "explicit_paddings": []}
    for name, default in (("strides", None), ("dilations", 1), *((("ksize", None),) if len(inputs) == 1 else ())):
        height, width = spatial(node, name, default)
        told[name] = [1, height, width, 1]
    if padding == "EXPLICIT":
        told["explicit_paddings"] = [int(amount) for amount in node.attributes.get("explicit_paddings", ())]
        if len(told["explicit_paddings"]) != 8 or min(told["explicit_paddings"]) < 0:
            raise ValueError(f"explicit paddings {told['explicit_paddings'][:8]}")
    _check_size(node, inputs, told)
    return told


def _check_size(node: Node, inputs: Arrays, told: Mapping[str, Any]) -> None:
    """Refuses what would be too large or take too long, by the most that its output can be."""
    images, height, width, channels = inputs[0].shape
    borders = told["explicit_paddings"] or _NONE
    extents = (height + borders[2] + borders[3], width + borders[4] + borders[5])
    check_elements(node, (images, *extents, channels))
    positions = [-(-extent // stride) for extent, stride in zip(extents, told["strides"][1:3], strict=True)]
    if len(inputs) == 1:
        made, terms = channels, told["ksize"][1] * told["ksize"][2]
    else:
        rows, columns, taken, kept = _kernel_shape(inputs)
        check_elements(node, (rows * told["dilations"][1], columns * told["dilations"][2], taken, kept))
        made, terms = (
            (taken * kept, rows * columns) if node.op.startswith("Depthwise") else (kept, rows * columns * taken)
        )
    check_elements(node, (images, *positions, made))
    check_multiplications(node, images * positions[0] * positions[1] * made * terms)


def _kernel_shape(inputs: Arrays) -> tuple[int, int, int, int]:
    channels, shape = inputs[0].shape[3], inputs[1].shape
    if len(shape) != 4 or 0 in shape or channels % shape[2]:
        raise ValueError(f"a kernel {shape} on images of {channels} channels")
    return shape[0], shape[1], shape[2], shape[3]


def _forward(node: Node, inputs: Arrays) -> tuple[np.ndarray, ...]:
    found = SHARED.computed(node.op, _attributes(node, inputs), inputs)
    if 0 in found[0].shape:
        raise ValueError("not one window fits")
    return tuple(found)


def _backward_to(*places: int) -> Backward:
    def backward(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> Sequence[np.ndarray | None]:
        found = SHARED.computed(node.op, _attributes(node, inputs), inputs, upstream[0], places)
        by_place = dict(zip(places, found, strict=True))
        return [by_place.get(place) for place in range(len(inputs))]

    return backward


CONVOLUTIONS: Mapping[str, Operation] = dict.fromkeys(
    ("Conv2D", "DepthwiseConv2dNative"), Operation(_forward, _backward_to(0, 1), _backward_to(1))
)
POOLINGS: Mapping[str, Operation] = dict.fromkeys(("MaxPool", "AvgPool"), Operation(_forward, _backward_to(0)))
