"""Round numbers for the axis of a chart."""

from __future__ import annotations

import math

#: Numbers that lie closer together than this are laid out as one.
_NO_SPAN = 1e-12


def round_step(span: float, most: int) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that cuts `span` (> 0) into at most `most` pieces."""
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= raw * (1 - 1e-9))


def even_ticks(smallest: float, largest: float, most: int = 5) -> list[float]:
    """Even steps from the last that is not above `smallest` to the first that is not below `largest`, 0 among them."""
    low, high = min(smallest, 0.0), max(largest, 0.0)
    if high - low < _NO_SPAN:
        return [low, low + 1.0]
    step = round_step(high - low, most)
    return [n * step for n in range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)]


def decade_ticks(smallest: float, largest: float) -> list[float]:
    """Powers of ten around positive numbers, at most seven of them and at least two."""
    low, high = math.floor(math.log10(smallest)), math.ceil(math.log10(largest))
    every = math.ceil(max(high - low, 1) / 6)
    return [10.0**n for n in range(low, max(high, low + 1) + every, every)]


def whole_ticks(first: int, last: int, most: int = 8) -> list[int]:
    """Whole numbers from `first` to `last`, both among them where there is room."""
    step = max(1, round(round_step(max(last - first, 1), most)))
    return [first, *(n for n in range((first // step + 1) * step, last + 1, step))]
