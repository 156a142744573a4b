"""Where the windows of a convolution or a pooling lie: padding and output size along one axis, as TensorFlow has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.checks.network.errors import UnknownOperation
from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import check_elements, spatial


@dataclass(frozen=True, slots=True)
class AxisWindows:
    """`count` windows of `size` cells, `dilation` apart, every `stride` cells, on an axis padded `before` and `after`."""

    size: int
    stride: int
    dilation: int
    before: int
    after: int
    count: int

    def cells(self, offset: int) -> slice:
        """The padded axis' cells that stand at place `offset` of each window."""
        start = offset * self.dilation
        return slice(start, start + (self.count - 1) * self.stride + 1, self.stride)


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows on an image of `extent` (H, W)."""

    extent: tuple[int, int]
    height: AxisWindows
    width: AxisWindows

    @property
    def padded_extent(self) -> tuple[int, int]:
        """Rows and columns of the image with its border."""
        height, width = self.extent
        return self.height.before + height + self.height.after, self.width.before + width + self.width.after

    def padded(self, x: np.ndarray, fill: float = 0.0) -> np.ndarray:
        """`x (N, H, W, C)` with its border."""
        height, width = self.extent
        if self.padded_extent == self.extent:
            return x
        padded = np.full((x.shape[0], *self.padded_extent, x.shape[3]), fill, dtype=x.dtype)
        top, left = self.height.before, self.width.before
        padded[:, top : top + height, left : left + width] = x
        return padded

    def cropped(self, padded: np.ndarray) -> np.ndarray:
        """What is left of `padded` without the border."""
        top, left = self.height.before, self.width.before
        return padded[:, top : top + self.extent[0], left : left + self.extent[1]]

    def places(self) -> Iterator[tuple[int, int, slice, slice]]:
        """For every place in a window: row and column in it, and the padded image's cells that stand there."""
        for i in range(self.height.size):
            for j in range(self.width.size):
                yield i, j, self.height.cells(i), self.width.cells(j)


def windows_of(node: Node, x: np.ndarray, size: tuple[int, int]) -> Windows:
    """The windows of `node` on `x (N, H, W, C)`. Raises ValueError where not one window fits."""
    if x.ndim != 4:
        raise ValueError(f"images have rank {x.ndim}, not 4")
    strides, dilations = spatial(node, "strides"), spatial(node, "dilations", 1)
    padding = node.attributes.get("padding")
    explicit = node.attributes.get("explicit_paddings", ())
    axes = []
    for axis in (0, 1):
        amounts = (
            explicit[2 * axis + 2 : 2 * axis + 4] if padding == "EXPLICIT" and isinstance(explicit, tuple) else None
        )
        axes.append(_axis(node, x.shape[1 + axis], size[axis], strides[axis], dilations[axis], padding, amounts))
    found = Windows((x.shape[1], x.shape[2]), *axes)
    check_elements(node, (x.shape[0], *found.padded_extent, x.shape[3]))
    return found


def _axis(
    node: Node, extent: int, size: int, stride: int, dilation: int, padding: object, amounts: tuple[int, ...] | None
) -> AxisWindows:
    reach = (size - 1) * dilation + 1
    before = after = 0
    if padding == "SAME":
        total = max((-(-extent // stride) - 1) * stride + reach - extent, 0)
        before, after = total // 2, total - total // 2
    elif padding == "EXPLICIT" and amounts is not None and len(amounts) == 2:
        before, after = amounts
        if not all(isinstance(amount, int) and amount >= 0 for amount in amounts):
            raise ValueError(f"explicit paddings {amounts}")
    elif padding != "VALID":
        raise UnknownOperation(f"{node.op} with padding {str(padding)[:20]}")
    count = (before + extent + after - reach) // stride + 1
    if count < 1:
        raise ValueError(f"a window of {reach} cells on an axis of {extent}")
    return AxisWindows(size, stride, dilation, before, after, count)
