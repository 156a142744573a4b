"""Max and average pooling of images (N, H, W, C)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import (
    Arrays,
    Operation,
    check_elements,
    check_multiplications,
    single,
    spatial,
)
from grader.checks.network.operations.windows import Windows, windows_of


def _windows(node: Node, x: np.ndarray) -> Windows:
    size = spatial(node, "ksize")
    windows = windows_of(node, x, size)
    shape = (x.shape[0], windows.height.count, windows.width.count, x.shape[3])
    check_elements(node, shape)
    check_multiplications(node, int(np.prod(shape, dtype=object)) * size[0] * size[1])
    return windows


def _max(node: Node, inputs: Arrays) -> np.ndarray:
    windows = _windows(node, inputs[0])
    padded = windows.padded(inputs[0], -np.inf)
    largest = np.full((padded.shape[0], windows.height.count, windows.width.count, padded.shape[3]), -np.inf)
    for _, _, rows, columns in windows.places():
        np.maximum(largest, padded[:, rows, columns], out=largest)
    return largest


def _max_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    windows = _windows(node, inputs[0])
    padded = windows.padded(inputs[0], -np.inf)
    to_padded = np.zeros(padded.shape)
    # Of several cells that hold the maximum TensorFlow gives the gradient to the first.
    waiting = np.ones(output.shape, bool)
    for _, _, rows, columns in windows.places():
        winner = waiting & (padded[:, rows, columns] == output)
        waiting &= ~winner
        to_padded[:, rows, columns] += np.where(winner, upstream, 0.0)
    return [windows.cropped(to_padded)]


def _counts(windows: Windows) -> np.ndarray:
    """How many cells of each window are not border, (OH, OW, 1)."""
    inside = windows.padded(np.ones((1, *windows.extent, 1)))
    total = np.zeros((windows.height.count, windows.width.count, 1))
    for _, _, rows, columns in windows.places():
        total += inside[0, rows, columns]
    return total


def _average(node: Node, inputs: Arrays) -> np.ndarray:
    windows = _windows(node, inputs[0])
    padded = windows.padded(inputs[0])
    total = np.zeros((padded.shape[0], windows.height.count, windows.width.count, padded.shape[3]))
    for _, _, rows, columns in windows.places():
        total += padded[:, rows, columns]
    return total / _counts(windows)


def _average_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    windows = _windows(node, inputs[0])
    to_padded = np.zeros(windows.padded(inputs[0]).shape)
    share = upstream / _counts(windows)
    for _, _, rows, columns in windows.places():
        to_padded[:, rows, columns] += share
    return [windows.cropped(to_padded)]


POOLINGS: Mapping[str, Operation] = {
    "MaxPool": single(_max, _max_back),
    "AvgPool": single(_average, _average_back),
}
