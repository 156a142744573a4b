"""A picture on a page: its pixels as a PNG, the size it is shown at, and its words."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np

from grader.report.png_image import encoded

#: Longest side on the page, about, in CSS pixels: five fit beside each other.
_SHOWN_SIDE = 160

#: Images with longer sides, in pixels, are made smaller: a page with twenty of them would be slow to open.
_LONGEST_SIDE = 160


@dataclass(frozen=True, slots=True)
class Picture:
    """`png` is base64, empty where there is nothing to be drawn; then `told` says why.

    `caption` says what it is, `told` gives figures, `alternative` says both to those who do not see it. `width` and
    `height` are CSS pixels; `crisp` says that each of its pixels is shown as a square of its own.
    """

    caption: str
    told: tuple[str, ...] = ()
    alternative: str = ""
    png: str = ""
    width: int = 0
    height: int = 0
    crisp: bool = False


@dataclass(frozen=True, slots=True)
class PictureRow:
    """Pictures that belong together. `reached` is a sign for a goal that was reached or missed, None without a goal.

    With `compared`, the first two can be laid one over the other.
    """

    title: str
    pictures: tuple[Picture, ...]
    reached: bool | None = None
    compared: bool = False


@dataclass(frozen=True, slots=True)
class PictureView:
    """`told` are sentences that say how to read the pictures."""

    told: tuple[str, ...]
    rows: tuple[PictureRow, ...]

    @property
    def any_compared(self) -> bool:
        return any(row.compared for row in self.rows)


def picture(pixels: np.ndarray, caption: str, told: tuple[str, ...], alternative: str) -> Picture:
    """A picture of `pixels` (H, W, 3) uint8, which `averaged` or `extreme` made small enough."""
    height, width, _ = pixels.shape
    enlarged = max(1, round(_SHOWN_SIDE / max(height, width)))
    return Picture(
        caption=caption,
        told=told,
        alternative=alternative,
        png=base64.b64encode(encoded(np.ascontiguousarray(pixels))).decode(),
        width=width * enlarged,
        height=height * enlarged,
        crisp=enlarged > 1,
    )


def no_picture(caption: str, reason: str) -> Picture:
    return Picture(caption, (reason,))


def averaged(pixels: np.ndarray) -> np.ndarray:
    """An image (H, W, 3) uint8, made smaller where it is large: squares of it become their mean."""
    across = _across(pixels)
    if across == 1:
        return pixels
    sums = _reduced(np.add, pixels.astype(np.float64), across)
    counts = _reduced(np.add, np.ones((*pixels.shape[:2], 1)), across)
    return np.rint(sums / counts).astype(np.uint8)


def extreme(values: np.ndarray) -> np.ndarray:
    """Numbers (H, W) or (H, W, 3), made fewer where they are many: of each square the one furthest from 0 is kept.

    A mean would let a single wrong pixel vanish. NaN counts as furthest.
    """
    across = _across(values)
    if across == 1:
        return values
    highest, lowest = _reduced(np.maximum, values, across), _reduced(np.minimum, values, across)
    return np.where(-lowest > highest, lowest, highest)


def _across(values: np.ndarray) -> int:
    """Side of the squares that become one."""
    return -(-max(values.shape[:2]) // _LONGEST_SIDE)


def _reduced(operation: np.ufunc, values: np.ndarray, across: int) -> np.ndarray:
    for axis in (0, 1):
        values = operation.reduceat(values, np.arange(0, values.shape[axis], across), axis=axis)
    return values
