"""Operations on a tensor's shape, and on the order of its axes; the values stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import Arrays, Operation, check_elements, integers, single, unbroadcast


def _same_values(forward: object) -> Operation:
    """An operation whose gradient is the upstream one in the input's shape."""
    return single(
        forward,  # type: ignore[arg-type]
        lambda node, inputs, output, upstream: [upstream.reshape(inputs[0].shape), *[None] * (len(inputs) - 1)],
    )


def _reshape(node: Node, inputs: Arrays) -> np.ndarray:
    return inputs[0].reshape(integers(inputs[1]))


def _squeeze(node: Node, inputs: Arrays) -> np.ndarray:
    told = node.attributes.get("squeeze_dims", node.attributes.get("axis", ()))
    return np.squeeze(inputs[0], axis=tuple(told) if told else None)


def _expand(node: Node, inputs: Arrays) -> np.ndarray:
    (axis,) = integers(inputs[1])
    return np.expand_dims(inputs[0], axis)


def _transpose(node: Node, inputs: Arrays) -> np.ndarray:
    return inputs[0].transpose(integers(inputs[1]))


def _transpose_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
    rank = inputs[0].ndim
    return [upstream.transpose(np.argsort([axis % rank for axis in integers(inputs[1])])), None]


def _broadcast(node: Node, inputs: Arrays) -> np.ndarray:
    shape = integers(inputs[1])
    check_elements(node, shape)
    return np.broadcast_to(inputs[0], shape)


def _fill(node: Node, inputs: Arrays) -> np.ndarray:
    shape = integers(inputs[0])
    check_elements(node, shape)
    return np.full(shape, inputs[1])


def _range(node: Node, inputs: Arrays) -> np.ndarray:
    start, stop, step = (entry.reshape(()) for entry in inputs)
    check_elements(node, [max(0, int((stop - start) / step) + 1)])
    return np.arange(start, stop, step)


def _shape_n(node: Node, inputs: Arrays) -> tuple[np.ndarray, ...]:
    return tuple(np.array(array.shape, np.int64) for array in inputs)


def _space_to_batch(node: Node, inputs: Arrays) -> np.ndarray:
    x, block, borders = _blocks(inputs)
    check_elements(node, [x.shape[0], *(n + int(a) + int(b) for n, (a, b) in zip(x.shape[1:], borders, strict=False)),
                          *x.shape[1 + len(block):]])  # fmt: skip
    x = np.pad(x, [(0, 0), *borders, *[(0, 0)] * (x.ndim - 1 - len(block))])
    split = [x.shape[0]]
    for extent, size in zip(x.shape[1:], block, strict=False):
        split += [extent // size, size]
    count = len(block)
    cut = x.reshape(*split, *x.shape[1 + count :])
    inner, outer = [2 + 2 * axis for axis in range(count)], [1 + 2 * axis for axis in range(count)]
    turned = cut.transpose(*inner, 0, *outer, *range(1 + 2 * count, cut.ndim))
    return turned.reshape(-1, *turned.shape[count + 1 :])


def _batch_to_space(node: Node, inputs: Arrays) -> np.ndarray:
    x, block, crops = _blocks(inputs)
    count = len(block)
    cut = x.reshape(*block, x.shape[0] // int(np.prod(block)), *x.shape[1:])
    order = [count]
    for axis in range(count):
        order += [count + 1 + axis, axis]
    turned = cut.transpose(*order, *range(2 * count + 1, cut.ndim))
    extents = [n * size for n, size in zip(x.shape[1:], block, strict=False)]
    whole = turned.reshape(-1, *extents, *x.shape[1 + count :])
    kept = [slice(before, extent - after) for extent, (before, after) in zip(extents, crops, strict=True)]
    return whole[(slice(None), *kept)]


def _blocks(inputs: Arrays) -> tuple[np.ndarray, list[int], list[tuple[int, int]]]:
    x, block, borders = inputs[0], integers(inputs[1]), inputs[2]
    if borders.shape != (len(block), 2) or (borders < 0).any() or min(block) < 1 or x.ndim < 1 + len(block):
        raise ValueError("blocks and borders do not fit")
    return x, block, [(int(before), int(after)) for before, after in borders]


def _space_to_batch_back(
    node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray
) -> list[np.ndarray | None]:
    return [_batch_to_space(node, [upstream, *inputs[1:]]), None, None]


def _batch_to_space_back(
    node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray
) -> list[np.ndarray | None]:
    return [_space_to_batch(node, [upstream, *inputs[1:]]), None, None]


SHAPES: Mapping[str, Operation] = {
    "Shape": single(lambda node, inputs: np.array(inputs[0].shape, np.int64)),
    "ShapeN": Operation(_shape_n),
    "Rank": single(lambda node, inputs: np.array(inputs[0].ndim, np.int64)),
    "Size": single(lambda node, inputs: np.array(inputs[0].size, np.int64)),
    "Reshape": _same_values(_reshape),
    "Squeeze": _same_values(_squeeze),
    "ExpandDims": _same_values(_expand),
    "Transpose": single(_transpose, _transpose_back),
    "BroadcastTo": single(_broadcast, lambda node, inputs, y, g: [unbroadcast(g, inputs[0].shape), None]),
    "BroadcastArgs": single(
        lambda node, inputs: np.array(np.broadcast_shapes(*(integers(entry) for entry in inputs)), np.int64)
    ),
    "Fill": single(_fill, lambda node, inputs, y, g: [None, g.sum()]),
    "Range": single(_range),
    "InvertPermutation": single(lambda node, inputs: np.argsort(integers(inputs[0]))),
    "SpaceToBatchND": single(_space_to_batch, _space_to_batch_back),
    "BatchToSpaceND": single(_batch_to_space, _batch_to_space_back),
}
