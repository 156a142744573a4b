"""Arrays of numbers as colours: maps in grey, errors from dark to light orange, differences about a grey zero.

What is no finite number is magenta in each, a colour that none of the scales has.
"""

from __future__ import annotations

import numpy as np

_ODD = (255, 0, 200)
_GREY_ZERO = 128.0

#: Where the scale of errors starts, three quarters and ends: its lightness rises evenly, which needs no colour vision.
_ERROR_STOPS = np.array([(24, 20, 24), (122, 54, 12), (226, 134, 52), (255, 240, 205)], np.float64)


def in_grey(values: np.ndarray, largest: float) -> np.ndarray:
    """Colours (H, W, 3) uint8 of a map (H, W): 0 is black, `largest` white; what is negative is blue."""
    share = _share(values, largest)
    grey = np.clip(share, 0, 1)[..., None] * np.array([255.0, 255.0, 255.0])
    blue = np.clip(-share, 0, 1)[..., None] * np.array([60.0, 120.0, 255.0])
    return _finished(grey + blue, ~np.isfinite(values))


def of_errors(errors: np.ndarray, largest: float) -> np.ndarray:
    """Colours (H, W, 3) uint8 of errors (H, W) >= 0: 0 is nearly black, `largest` and all above nearly white."""
    share = np.clip(_share(errors, largest), 0, 1)
    places = np.linspace(0, 1, len(_ERROR_STOPS))
    colours = np.stack([np.interp(share, places, _ERROR_STOPS[:, part]) for part in range(3)], axis=-1)
    return _finished(colours, ~np.isfinite(errors))


def about_grey(difference: np.ndarray, times: float) -> np.ndarray:
    """Colours (H, W, 3) uint8 of a difference (H, W, 3) in steps of 255: 0 is grey; `times` it, cut off at both ends."""
    finite = np.isfinite(difference)
    levels = _GREY_ZERO + times * np.clip(np.where(finite, difference, 0.0), -255, 255)
    return _finished(levels, ~finite.all(axis=-1))


def _share(values: np.ndarray, largest: float) -> np.ndarray:
    """`values` with `largest` as 1, and 0 where one is no finite number."""
    finite = np.where(np.isfinite(values), values, 0.0)
    if not largest > 0:
        return np.zeros_like(finite)
    # Clipped first: a quotient of very different numbers may be too large for a float.
    return np.clip(finite, -largest, largest) / largest


def _finished(colours: np.ndarray, odd: np.ndarray) -> np.ndarray:
    pixels = np.rint(np.clip(colours, 0, 255)).astype(np.uint8)
    pixels[odd] = _ODD
    return pixels
