"""Sums, means and extremes over axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import Arrays, Operation, integers, single


def axes_of(node: Node, inputs: Arrays) -> tuple[int, ...]:
    """The axes that are reduced, counted from the front, each once."""
    rank = inputs[0].ndim
    axes = integers(inputs[1])
    if any(not -rank <= axis < rank for axis in axes):
        raise ValueError(f"axes {axes} of a tensor of rank {rank}")
    return tuple(sorted({axis % rank for axis in axes}))


def _keeps(node: Node) -> bool:
    return bool(node.attributes.get("keep_dims", False))


def _spread(node: Node, inputs: Arrays, array: np.ndarray) -> np.ndarray:
    """A reduced `array` in the rank of what was reduced, so that it broadcasts."""
    return array if _keeps(node) else np.expand_dims(array, axes_of(node, inputs))


def _reduction(function: Callable[..., np.ndarray], share: Callable[..., np.ndarray] | None = None) -> Operation:
    """`share` says how much of the gradient each element gets, from the elements and the result spread over them."""

    def forward(node: Node, inputs: Arrays) -> np.ndarray:
        return function(inputs[0], axis=axes_of(node, inputs), keepdims=_keeps(node))

    if share is None:
        return single(forward)

    def backward(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
        x = inputs[0]
        shares = share(x, _spread(node, inputs, output), axes_of(node, inputs))
        return [np.broadcast_to(_spread(node, inputs, upstream) * shares, x.shape), None]

    return single(forward, backward)


def _mean_share(x: np.ndarray, mean: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    return np.full(mean.shape, mean.size / max(x.size, 1))


def _extreme_share(x: np.ndarray, extreme: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """TensorFlow shares the gradient out among all that hold the extreme."""
    holds = x == extreme
    return holds / np.maximum(holds.sum(axis=axes, keepdims=True), 1)


def _mean(x: np.ndarray, **options: object) -> np.ndarray:
    if x.dtype.kind in "iu":
        raise ValueError("mean of integers")
    return np.mean(x, **options)


def _extreme_place(function: Callable[..., np.ndarray]) -> Operation:
    def forward(node: Node, inputs: Arrays) -> np.ndarray:
        (axis,) = integers(inputs[1])
        return function(inputs[0], axis=axis)

    return single(forward)


REDUCTIONS: Mapping[str, Operation] = {
    "Sum": _reduction(np.sum, lambda x, y, axes: np.ones(y.shape)),
    "Mean": _reduction(_mean, _mean_share),
    "Max": _reduction(np.max, _extreme_share),
    "Min": _reduction(np.min, _extreme_share),
    "Prod": _reduction(np.prod),
    "All": _reduction(np.all),
    "Any": _reduction(np.any),
    "ArgMax": _extreme_place(np.argmax),
    "ArgMin": _extreme_place(np.argmin),
}
