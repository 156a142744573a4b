"""Cuts a small window of numbers out of two arrays, around the first place where they differ."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

#: Significant digits of a number in a table.
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class NumberCell:
    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class NumberTable:
    """A part of an array as rows of numbers; `window` is the NumPy index that cuts it out, e.g. ``[0, 2:6, :4, 1]``."""

    window: str
    rows: tuple[tuple[NumberCell, ...], ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class NumberComparison:
    """Expected and returned numbers side by side.

    `position`, `expected_number`, `got_number` tell the first difference in C order; they are empty where the shapes
    differ. `differing` of `total` numbers differ. `expected` and `got` are the same window if the shapes are equal.
    """

    expected_shape: tuple[int, ...]
    got_shape: tuple[int, ...]
    expected: NumberTable
    got: NumberTable
    position: str = ""
    expected_number: str = ""
    got_number: str = ""
    differing: int = 0
    total: int = 0

    @property
    def same_shape(self) -> bool:
        return self.expected_shape == self.got_shape


def compare(expected: np.ndarray, got: np.ndarray, limit: float | None, size: int = 6) -> NumberComparison:
    """Windows of at most `size` x `size` numbers, around the first number that differs where the shapes are equal.

    `limit` is the largest accepted difference relative to ``max|expected|``; None accepts none.
    """
    if expected.shape != got.shape:
        none_e, none_g = np.zeros(expected.shape, bool), np.zeros(got.shape, bool)
        return NumberComparison(
            expected.shape, got.shape, _table(expected, none_e, (), size), _table(got, none_g, (), size)
        )
    differs = differing(expected, got, limit)
    count = int(differs.sum())
    # argmax of booleans is the first True; without any it is the first number, a harmless place to look at.
    at = np.unravel_index(int(differs.argmax()), differs.shape) if differs.size else ()
    index = tuple(int(i) for i in at)
    return NumberComparison(
        expected.shape,
        got.shape,
        _table(expected, differs, index, size),
        _table(got, differs, index, size),
        position=f"[{', '.join(map(str, index))}]" if count else "",
        expected_number=number_text(expected[index]) if count else "",
        got_number=number_text(got[index]) if count else "",
        differing=count,
        total=int(differs.size),
    )


def laid_out_axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Which axes are shown as rows and columns; the others stay fixed.

    With four axes, (N, H, W, C) or (F, WH, WW, C), the inner two are the picture; where it is a single number, the outer
    two say more.
    """
    if len(shape) <= 2:
        return tuple(range(len(shape)))
    inner, outer = shape[1] * shape[2], shape[0] * shape[-1]
    return (0, len(shape) - 1) if inner == 1 < outer else (1, 2)


def number_text(value: object) -> str:
    """A number as a student would note it: four significant digits, no noise such as ``-0``."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if math.isnan(number):
            return "nan"
        return f"{number + 0.0:.{_DIGITS}g}"
    return str(value)[:12]


def differing(expected: np.ndarray, got: np.ndarray, limit: float | None) -> np.ndarray:
    """Where two arrays of one shape differ by more than `limit` times ``max|expected|``; NaN equals NaN. Boolean."""
    if not (_is_numeric(expected) and _is_numeric(got)):
        return np.ones(expected.shape, bool)
    # Complex keeps every numeric dtype exact enough here, and no comparison of it warns or raises.
    with np.errstate(all="ignore"):
        wanted, found = expected.astype(np.complex128), got.astype(np.complex128)
        largest = float(np.max(np.abs(wanted), initial=0.0))
        accepted = (limit or 0.0) * largest if math.isfinite(largest) else 0.0
        close = np.abs(found - wanted) <= accepted
    return ~(close | (found == wanted) | (np.isnan(found) & np.isnan(wanted)))


def _is_numeric(array: np.ndarray) -> bool:
    return bool(np.issubdtype(array.dtype, np.number) or np.issubdtype(array.dtype, np.bool_))


def _table(array: np.ndarray, differs: np.ndarray, around: tuple[int, ...], size: int) -> NumberTable:
    laid_out = laid_out_axes(array.shape)
    around = around or (0,) * array.ndim
    if array.size == 0:
        return NumberTable("[]", (), True)
    index: list[int | slice] = list(around)
    for axis in laid_out:
        index[axis] = span(array.shape[axis], around[axis], size)
    cut, marks = np.atleast_2d(array[tuple(index)]), np.atleast_2d(differs[tuple(index)])
    rows = tuple(
        tuple(NumberCell(number_text(value), bool(mark)) for value, mark in zip(numbers, flags, strict=True))
        for numbers, flags in zip(cut, marks, strict=True)
    )
    return NumberTable(index_text(index, array.shape), rows, whole=cut.size == array.size)


def span(length: int, around: int, size: int) -> slice:
    """A range of at most `size` places, inside the axis, with the place `around` not at its very edge."""
    start = min(max(around - size // 3, 0), max(length - size, 0))
    return slice(start, min(start + size, length))


def index_text(index: list[int | slice], shape: tuple[int, ...]) -> str:
    """A NumPy index as one would type it, e.g. ``[0, 2:6, :, 1]``."""
    parts = []
    for place, length in zip(index, shape, strict=True):
        if isinstance(place, int):
            parts.append(str(place))
        elif (place.start, place.stop) == (0, length):
            parts.append(":")
        else:
            parts.append(f"{place.start}:{place.stop}")
    return f"[{', '.join(parts)}]"
