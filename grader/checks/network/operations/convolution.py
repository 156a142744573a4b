"""Convolutions (cross-correlations, as TensorFlow has them) of images (N, H, W, C) with kernels (KH, KW, C, F)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.lib.stride_tricks import as_strided

from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import (
    Arrays,
    Operation,
    check_elements,
    check_multiplications,
    single,
)
from grader.checks.network.operations.windows import Windows, windows_of

#: Of `_strips`: some megabytes, which a processor keeps at hand.
_ELEMENTS_AT_ONCE = 400_000


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


def _strips(padded: np.ndarray, windows: Windows) -> np.ndarray:
    """Of every row of the images, what each window has of it, side by side: (N, rows, OW, KW * C).

    A matrix of whole windows would be KH times as large; here windows that overlap share their rows.
    """
    width, (image, row, column, channel) = windows.width, padded.strides
    shape = (*padded.shape[:2], width.count, width.size, padded.shape[3])
    strides = (image, row, column * width.stride, column * width.dilation, channel)
    strips = as_strided(padded, shape, strides, writeable=False)
    return np.ascontiguousarray(strips).reshape(*shape[:3], -1)


def _row(strips: np.ndarray, windows: Windows, i: int) -> np.ndarray:
    """Row `i` of every window: (N, OH * OW, KW * C)."""
    rows = strips[:, windows.height.cells(i)]
    return rows.reshape(len(rows), -1, rows.shape[3])


def _chunks(images: int, windows: Windows, kernel: np.ndarray) -> Iterator[slice]:
    """The batch in pieces for which `_strips` fits the processor's cache, or nearly so."""
    per_image = windows.padded_extent[0] * windows.width.count * kernel.shape[1] * kernel.shape[2]
    step = max(1, _ELEMENTS_AT_ONCE // max(per_image, 1))
    for start in range(0, images, step):
        yield slice(start, start + step)


def _convolve(x: np.ndarray, kernel: np.ndarray, windows: Windows) -> np.ndarray:
    padded, filters = windows.padded(x), kernel.shape[3]
    output = np.zeros((x.shape[0], windows.height.count * windows.width.count, filters))
    for images in _chunks(x.shape[0], windows, kernel):
        strips = _strips(padded[images], windows)
        for i in range(kernel.shape[0]):
            output[images] += _row(strips, windows, i) @ kernel[i].reshape(-1, filters)
    return output.reshape(x.shape[0], windows.height.count, windows.width.count, filters)


def _to_kernel(x: np.ndarray, kernel: np.ndarray, windows: Windows, upstream: np.ndarray) -> np.ndarray:
    padded, gradient = windows.padded(x), np.zeros(kernel.shape)
    above = upstream.reshape(x.shape[0], windows.height.count * windows.width.count, kernel.shape[3])
    for images in _chunks(x.shape[0], windows, kernel):
        strips = _strips(padded[images], windows)
        for i in range(kernel.shape[0]):
            # Image by image: one product of all would be of two long, thin matrices, which takes several times as long.
            by_image = _row(strips, windows, i).transpose(0, 2, 1) @ above[images]
            gradient[i] += by_image.sum(axis=0).reshape(kernel.shape[1:])
    return gradient


def _to_images(x: np.ndarray, kernel: np.ndarray, windows: Windows, upstream: np.ndarray) -> np.ndarray:
    # Channels first: what is added in one go is a row of pixels, not the few channels of one.
    height, width, (_, size, channels, filters) = windows.height, windows.width, kernel.shape
    gradient = np.zeros((channels, x.shape[0], *windows.padded_extent))
    for images in _chunks(x.shape[0], windows, kernel):
        above = np.ascontiguousarray(upstream[images].reshape(-1, filters).T)
        for i in range(kernel.shape[0]):
            row = kernel[i].reshape(size * channels, filters) @ above
            for j, column in enumerate(row.reshape(size, channels, -1, height.count, width.count)):
                gradient[:, images, height.cells(i), width.cells(j)] += column
    return np.ascontiguousarray(windows.cropped(gradient.transpose(1, 2, 3, 0)))


def _groups(x: np.ndarray, kernel: np.ndarray) -> int:
    """How many groups of channels are convolved apart: a kernel of fewer channels than the image says so."""
    groups, left = divmod(x.shape[3], kernel.shape[2])
    if groups < 1 or left or kernel.shape[3] % groups:
        raise ValueError(f"a kernel {kernel.shape} on images of {x.shape[3]} channels")
    return groups


def _forward(node: Node, inputs: Arrays) -> tuple[np.ndarray, ...]:
    x, kernel = inputs
    windows = _windows(node, x, kernel)
    parts = _by_channels(_groups(x, kernel), x, kernel)
    return (_joined([_convolve(part, own, windows) for part, own in parts]),)


def _backward(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> list[np.ndarray | None]:
    return [_by_group(_to_images, node, inputs, upstream[0]), _by_group(_to_kernel, node, inputs, upstream[0])]


def _backward_to_kernel(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> list[np.ndarray | None]:
    return [None, _by_group(_to_kernel, node, inputs, upstream[0])]


def _backward_to_images(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> list[np.ndarray | None]:
    return [_by_group(_to_images, node, inputs, upstream[0])]


def _by_group(gradient: Callable[..., np.ndarray], node: Node, inputs: Arrays, upstream: np.ndarray) -> np.ndarray:
    x, kernel = inputs
    windows = _windows(node, x, kernel)
    parts = _by_channels(_groups(x, kernel), x, kernel, upstream)
    return _joined([gradient(part, own, windows, above) for part, own, above in parts])


def _by_channels(groups: int, *arrays: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    """Of each group of channels its part of every array."""
    return [arrays] if groups == 1 else list(zip(*(np.split(array, groups, axis=3) for array in arrays), strict=True))


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=3)


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
