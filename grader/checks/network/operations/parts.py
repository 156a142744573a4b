"""Taking parts of tensors, and putting tensors together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.checks.network.errors import UnknownOperation
from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import Arrays, Operation, check_elements, integers, single

Index = tuple[slice | int | None, ...]


def _joined(node: Node, inputs: Arrays) -> tuple[Arrays, int]:
    """The tensors that are concatenated, and the axis counted from the front."""
    first = node.op == "Concat"
    (axis,) = integers(inputs[0] if first else inputs[-1])
    arrays = inputs[1:] if first else inputs[:-1]
    check_elements(node, [sum(array.size for array in arrays)])
    return arrays, axis % max(arrays[0].ndim, 1)


def _concatenated(node: Node, inputs: Arrays) -> np.ndarray:
    arrays, axis = _joined(node, inputs)
    return np.concatenate(arrays, axis=axis)


def _concatenated_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
    arrays, axis = _joined(node, inputs)
    places = np.cumsum([array.shape[axis] for array in arrays])[:-1]
    parts: list[np.ndarray | None] = list(np.split(upstream, places, axis=axis))
    return [None, *parts] if node.op == "Concat" else [*parts, None]


def _axis(node: Node) -> int:
    axis = node.attributes.get("axis", 0)
    if not isinstance(axis, int):
        raise ValueError("axis is no number")
    return axis


def _packed(node: Node, inputs: Arrays) -> np.ndarray:
    check_elements(node, [sum(array.size for array in inputs)])
    return np.stack(inputs, axis=_axis(node))


def _packed_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    return list(np.moveaxis(upstream, _axis(node), 0))


def _unpacked(node: Node, inputs: Arrays) -> tuple[np.ndarray, ...]:
    return tuple(np.moveaxis(inputs[0], _axis(node), 0))


def _unpacked_back(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> list[np.ndarray]:
    return [np.stack(upstream, axis=_axis(node))]


def _split(node: Node, inputs: Arrays) -> tuple[np.ndarray, ...]:
    if node.op == "SplitV":
        (axis,) = integers(inputs[2])
        sizes = integers(inputs[1])
        rest = inputs[0].shape[axis] - sum(size for size in sizes if size >= 0)
        return tuple(np.split(inputs[0], np.cumsum([rest if size < 0 else size for size in sizes])[:-1], axis=axis))
    (axis,) = integers(inputs[0])
    return tuple(np.split(inputs[1], int(node.attributes.get("num_split", 1)), axis=axis))


def _split_back(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> list[np.ndarray | None]:
    if node.op == "SplitV":
        return [np.concatenate(upstream, axis=integers(inputs[2])[0]), None, None]
    return [None, np.concatenate(upstream, axis=integers(inputs[0])[0])]


def _slice_index(node: Node, inputs: Arrays) -> Index:
    begins, sizes = integers(inputs[1]), integers(inputs[2])
    if any(begin < 0 or size < -1 for begin, size in zip(begins, sizes, strict=True)):
        raise ValueError(f"a slice from {begins} of {sizes}")
    return tuple(slice(a, None if n == -1 else a + n) for a, n in zip(begins, sizes, strict=True))


def _strided_index(node: Node, inputs: Arrays) -> Index:
    begins, ends, steps = (integers(entry) for entry in inputs[1:4])
    if not len(begins) == len(ends) == len(steps):
        raise ValueError("a strided slice whose ends and steps differ in number")
    masks = {
        name: node.attributes.get(f"{name}_mask", 0) for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }

    def masked(name: str, place: int) -> bool:
        return bool(int(masks[name]) >> place & 1)

    index: list[slice | int | None] = []
    for place, (begin, end, step) in enumerate(zip(begins, ends, steps, strict=True)):
        if masked("ellipsis", place):
            index.append(Ellipsis)  # type: ignore[arg-type]
        elif masked("new_axis", place):
            index.append(None)
        elif masked("shrink_axis", place):
            index.append(begin)
        else:
            from_, to = None if masked("begin", place) else begin, None if masked("end", place) else end
            index.append(slice(from_, to, step))
    return tuple(index)


def _padding(node: Node, inputs: Arrays) -> list[tuple[int, int]]:
    if inputs[1].dtype.kind not in "iu" or inputs[1].shape != (inputs[0].ndim, 2) or (inputs[1] < 0).any():
        raise ValueError(f"paddings of shape {inputs[1].shape}")
    amounts = [(int(before), int(after)) for before, after in inputs[1]]
    check_elements(node, [n + a + b for n, (a, b) in zip(inputs[0].shape, amounts, strict=True)])
    return amounts


def _padded(node: Node, inputs: Arrays) -> np.ndarray:
    amounts = _padding(node, inputs)
    if node.op == "MirrorPad":
        mode = {"REFLECT": "reflect", "SYMMETRIC": "symmetric"}[str(node.attributes.get("mode", "REFLECT"))]
        return np.pad(inputs[0], amounts, mode=mode)  # type: ignore[call-overload]
    fill = inputs[2] if len(inputs) > 2 else 0
    return np.pad(inputs[0], amounts, constant_values=fill)


def _padded_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
    if node.op == "MirrorPad":
        raise UnknownOperation("gradient of MirrorPad")
    inside = tuple(slice(a, a + n) for n, (a, _) in zip(inputs[0].shape, _padding(node, inputs), strict=True))
    # A border's value of its own gets what lies outside.
    to_fill = [upstream.sum() - upstream[inside].sum()] if len(inputs) > 2 else []
    return [upstream[inside], None, *to_fill]


def _gathered(node: Node, inputs: Arrays) -> np.ndarray:
    x, places, axis = inputs[0], inputs[1], integers(inputs[2])[0] if len(inputs) > 2 else 0
    if node.attributes.get("batch_dims", 0):
        raise UnknownOperation("GatherV2 with batch_dims")
    if places.dtype.kind not in "iu" or (places < 0).any():
        raise ValueError("places to gather from are no whole numbers from 0")
    check_elements(node, [x.size // max(x.shape[axis], 1), places.size])
    return np.take(x, places, axis=axis)


def _gathered_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
    x, places, axis = inputs[0], inputs[1], integers(inputs[2])[0] if len(inputs) > 2 else 0
    axis %= x.ndim
    gradient = np.zeros(x.shape)
    above = upstream.reshape(*x.shape[:axis], places.size, *x.shape[axis + 1 :])
    np.add.at(np.moveaxis(gradient, axis, 0), places.reshape(-1), np.moveaxis(above, axis, 0))
    return [gradient, None, None][: len(inputs)]


def _tiled(node: Node, inputs: Arrays) -> np.ndarray:
    times = integers(inputs[1])
    if len(times) != inputs[0].ndim or any(count < 0 for count in times):
        raise ValueError(f"tiled {times} times")
    check_elements(node, [n * count for n, count in zip(inputs[0].shape, times, strict=True)])
    return np.tile(inputs[0], times)


def _tiled_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
    pairs = zip(integers(inputs[1]), inputs[0].shape, strict=True)
    cut = upstream.reshape([extent for pair in pairs for extent in pair])
    return [cut.sum(axis=tuple(range(0, cut.ndim, 2))), None]


def _indexed(index_of: object) -> Operation:
    """An operation that takes what stands at an index."""

    def forward(node: Node, inputs: Arrays) -> np.ndarray:
        return inputs[0][index_of(node, inputs)]  # type: ignore[operator]

    def backward(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
        gradient = np.zeros(inputs[0].shape)
        gradient[index_of(node, inputs)] += upstream  # type: ignore[operator]
        return [gradient, *[None] * (len(inputs) - 1)]

    return single(forward, backward)


_PAD, _SPLIT = single(_padded, _padded_back), Operation(_split, _split_back)
_CONCATENATE, _GATHER = single(_concatenated, _concatenated_back), single(_gathered, _gathered_back)

PARTS: Mapping[str, Operation] = {
    **dict.fromkeys(("Concat", "ConcatV2"), _CONCATENATE),
    "Pack": single(_packed, _packed_back),
    "Unpack": Operation(_unpacked, _unpacked_back),
    **dict.fromkeys(("Split", "SplitV"), _SPLIT),
    "Slice": _indexed(_slice_index),
    "StridedSlice": _indexed(_strided_index),
    **dict.fromkeys(("Pad", "PadV2", "MirrorPad"), _PAD),
    **dict.fromkeys(("Gather", "GatherV2"), _GATHER),
    "Tile": single(_tiled, _tiled_back),
}
