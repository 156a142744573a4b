"""Convolutions (cross-correlations, as TensorFlow has them) of images (N, H, W, C) with kernels (KH, KW, C, F)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import (
    Arrays,
    Operation,
    check_elements,
    check_multiplications,
    single,
)
from grader.checks.network.operations.windows import Windows, windows_of

_ELEMENTS_AT_ONCE = 1_000_000


def _windows(node: Node, x: np.ndarray, kernel: np.ndarray) -> Windows:
    if kernel.ndim != 4 or 0 in kernel.shape:
        raise ValueError(f"kernel has shape {kernel.shape}")
    windows = windows_of(node, x, kernel.shape[:2])
    depthwise = node.op.startswith("Depthwise")
    filters = kernel.shape[2] * kernel.shape[3] if depthwise else kernel.shape[3]
    check_elements(node, (x.shape[0], windows.height.count, windows.width.count, filters))
    outputs = x.shape[0] * windows.height.count * windows.width.count
    check_multiplications(node, outputs * kernel.size)
    return windows


def _rows(padded: np.ndarray, windows: Windows, i: int) -> np.ndarray:
    """Row `i` of every window side by side: (N * OH * OW, KW * C)."""
    width = windows.width
    rows = padded[:, windows.height.cells(i)]
    reach = (width.size - 1) * width.dilation + 1
    strips = sliding_window_view(rows, reach, axis=2)[:, :, :: width.stride, :, :: width.dilation]
    strips = strips[:, :, : width.count].transpose(0, 1, 2, 4, 3)
    return np.ascontiguousarray(strips).reshape(-1, width.size * padded.shape[3])


def _chunks(images: int, windows: Windows, kernel: np.ndarray) -> Iterator[slice]:
    """The batch in pieces for which `_rows` fits the processor's cache, or nearly so."""
    per_image = windows.height.count * windows.width.count * kernel.shape[1] * kernel.shape[2]
    step = max(1, _ELEMENTS_AT_ONCE // max(per_image, 1))
    for start in range(0, images, step):
        yield slice(start, start + step)


def _convolve(x: np.ndarray, kernel: np.ndarray, windows: Windows) -> np.ndarray:
    # Row by row of the kernel: a matrix of whole windows would be KH times as large.
    padded = windows.padded(x)
    output = np.empty((x.shape[0], windows.height.count, windows.width.count, kernel.shape[3]))
    for images in _chunks(x.shape[0], windows, kernel):
        total: np.ndarray | float = 0.0
        for i in range(kernel.shape[0]):
            total = total + _rows(padded[images], windows, i) @ kernel[i].reshape(-1, kernel.shape[3])
        output[images] = np.reshape(total, output[images].shape)
    return output


def _to_kernel(x: np.ndarray, kernel: np.ndarray, windows: Windows, upstream: np.ndarray) -> np.ndarray:
    padded, gradient = windows.padded(x), np.zeros(kernel.shape)
    for images in _chunks(x.shape[0], windows, kernel):
        flat = upstream[images].reshape(-1, kernel.shape[3])
        for i in range(kernel.shape[0]):
            gradient[i] += (_rows(padded[images], windows, i).T @ flat).reshape(kernel.shape[1:])
    return gradient


def _to_images(x: np.ndarray, kernel: np.ndarray, windows: Windows, upstream: np.ndarray) -> np.ndarray:
    gradient = np.zeros(windows.padded(x).shape)
    for images in _chunks(x.shape[0], windows, kernel):
        for i, j, rows, columns in windows.places():
            gradient[images, rows, columns] += upstream[images] @ kernel[i, j].T
    return windows.cropped(gradient)


def _groups(x: np.ndarray, kernel: np.ndarray) -> int:
    """How many groups of channels are convolved apart: a kernel of fewer channels than the image says so."""
    groups, left = divmod(x.shape[3], kernel.shape[2])
    if groups < 1 or left or kernel.shape[3] % groups:
        raise ValueError(f"a kernel {kernel.shape} on images of {x.shape[3]} channels")
    return groups


def _forward(node: Node, inputs: Arrays) -> tuple[np.ndarray, ...]:
    x, kernel = inputs
    windows = _windows(node, x, kernel)
    groups = _groups(x, kernel)
    parts = zip(np.split(x, groups, axis=3), np.split(kernel, groups, axis=3), strict=True)
    return (np.concatenate([_convolve(part, own, windows) for part, own in parts], axis=3),)


def _backward(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> list[np.ndarray | None]:
    return [_by_group(_to_images, node, inputs, upstream[0]), _by_group(_to_kernel, node, inputs, upstream[0])]


def _backward_to_kernel(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> list[np.ndarray | None]:
    return [None, _by_group(_to_kernel, node, inputs, upstream[0])]


def _backward_to_images(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> list[np.ndarray | None]:
    return [_by_group(_to_images, node, inputs, upstream[0])]


def _by_group(gradient: Callable[..., np.ndarray], node: Node, inputs: Arrays, upstream: np.ndarray) -> np.ndarray:
    x, kernel = inputs
    windows = _windows(node, x, kernel)
    groups = _groups(x, kernel)
    parts = zip(*(np.split(array, groups, axis=3) for array in (x, kernel, upstream)), strict=True)
    return np.concatenate([gradient(part, own, windows, above) for part, own, above in parts], axis=3)


def _depthwise(node: Node, inputs: Arrays) -> np.ndarray:
    x, kernel = inputs
    if kernel.ndim != 4 or x.ndim != 4 or kernel.shape[2] != x.shape[3]:
        raise ValueError(f"a depthwise kernel {kernel.shape} on images {x.shape}")
    windows = _windows(node, x, kernel)
    padded = windows.padded(x)
    total = np.zeros((x.shape[0], windows.height.count, windows.width.count, *kernel.shape[2:]))
    for i, j, rows, columns in windows.places():
        total += padded[:, rows, columns, :, np.newaxis] * kernel[i, j]
    return total.reshape(*total.shape[:3], -1)


def _depthwise_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    x, kernel = inputs
    windows = _windows(node, x, kernel)
    padded = windows.padded(x)
    to_padded, to_kernel = np.zeros(padded.shape), np.zeros(kernel.shape)
    above = upstream.reshape(*upstream.shape[:3], *kernel.shape[2:])
    for i, j, rows, columns in windows.places():
        to_padded[:, rows, columns] += (above * kernel[i, j]).sum(axis=4)
        to_kernel[i, j] = np.einsum("nhwc,nhwcm->cm", padded[:, rows, columns], above)
    return [windows.cropped(to_padded), to_kernel]


CONVOLUTIONS: Mapping[str, Operation] = {
    "Conv2D": Operation(_forward, _backward, _backward_to_kernel, _backward_to_images),
    "DepthwiseConv2dNative": single(_depthwise, _depthwise_back),
}
