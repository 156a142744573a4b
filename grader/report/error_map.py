"""A picture of where two arrays differ, made of numbers alone: ``|got - expected|`` over one 2-D slice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from grader.report.number_table import differing, index_text, laid_out_axes, number_text, span

#: Steps of the colour scale above "within the limit", even steps of the largest difference in the slice.
STEPS = 5

#: Longest side of the picture, in positions: what is more than that is cut to a window around the first difference.
_LONGEST_SIDE = 64

#: With fewer positions than this the numbers beside the picture say all of it.
_FEWEST_POSITIONS = 4

#: Side of one position and the room for row and column numbers, in CSS pixels.
_LARGE, _SMALL, _MARGIN = 26, 6, 22
_LARGE_UP_TO = 12


@dataclass(frozen=True, slots=True)
class Tick:
    """A row's or column's number in the array, and where its middle is, in pixels."""

    label: int
    at: float


@dataclass(frozen=True, slots=True)
class ErrorMap:
    """The slice ``window`` of an array, e.g. ``[0, :, :, 1]``, ready to be drawn.

    `steps` holds an SVG path for each step of the scale, smallest differences first; `odd` one for positions whose
    difference is no finite number. `first_place` is the row and column of the first difference in the array, `first` the
    corner (x, y) where it is drawn, `table` the rectangle
    (x, y, width, height) that the table of numbers shows, None where that is all. Lengths are CSS pixels.
    `wrong_rows` and `wrong_columns` name where in the slice something differs; `wrong_slices` of `slices` differ at all.
    """

    window: str
    rows: int
    columns: int
    side: int
    steps: tuple[str, ...]
    odd: str
    first_place: tuple[int, int]
    first: tuple[int, int]
    row_ticks: tuple[Tick, ...]
    column_ticks: tuple[Tick, ...]
    differing: int
    largest: str
    wrong_rows: str
    wrong_columns: str
    slices: int
    wrong_slices: int
    table: tuple[int, int, int, int] | None = None

    @property
    def any_finite(self) -> bool:
        return any(self.steps)

    @property
    def margin(self) -> int:
        return _MARGIN

    @property
    def width(self) -> int:
        return self.columns * self.side

    @property
    def height(self) -> int:
        return self.rows * self.side


def error_map(expected: np.ndarray, got: np.ndarray, limit: float | None, table_size: int = 6) -> ErrorMap | None:
    """The map of the slice that holds the first difference in C order.

    None where a picture would say nothing: unequal shapes, fewer than two axes, no difference, a handful of positions.
    `limit` is relative to ``max|expected|``; `table_size` is the side of the table of numbers beside the map.
    """
    if expected.shape != got.shape or expected.ndim < 2:
        return None
    differs = differing(expected, got, limit)
    if not differs.any():
        return None
    first = tuple(int(place) for place in np.unravel_index(int(differs.argmax()), differs.shape))
    down, across = laid_out_axes(expected.shape)
    index: list[int | slice] = list(first)
    index[down] = rows = span(expected.shape[down], first[down], _LONGEST_SIDE)
    index[across] = columns = span(expected.shape[across], first[across], _LONGEST_SIDE)
    wrong = differs[tuple(index)]
    if wrong.size < _FEWEST_POSITIONS:
        return None
    sizes = _sizes(expected[tuple(index)], got[tuple(index)])
    finite = np.isfinite(sizes)
    largest = float(sizes[wrong & finite].max(initial=0.0))
    step = np.ceil(STEPS * (sizes / largest)) if largest else np.ones_like(sizes)
    side = _LARGE if max(wrong.shape) <= _LARGE_UP_TO else _SMALL
    per_slice = np.moveaxis(differs, (down, across), (-2, -1)).any(axis=(-2, -1))
    return ErrorMap(
        window=index_text(index, expected.shape),
        rows=wrong.shape[0],
        columns=wrong.shape[1],
        side=side,
        steps=tuple(_squares(wrong & finite & (np.clip(step, 1, STEPS) == n + 1), side) for n in range(STEPS)),
        odd=_crosses(wrong & ~finite, side),
        first_place=(first[down], first[across]),
        first=((first[across] - columns.start) * side, (first[down] - rows.start) * side),
        row_ticks=_ticks(rows, side),
        column_ticks=_ticks(columns, side),
        differing=int(wrong.sum()),
        largest=number_text(largest),
        wrong_rows=_runs(np.flatnonzero(wrong.any(axis=1)) + rows.start),
        wrong_columns=_runs(np.flatnonzero(wrong.any(axis=0)) + columns.start),
        slices=int(per_slice.size),
        wrong_slices=int(per_slice.sum()),
        table=_table_window(expected.shape, first, (down, across), (rows, columns), side, table_size),
    )


def _sizes(expected: np.ndarray, got: np.ndarray) -> np.ndarray:
    """``|got - expected|``; not finite where either is not."""
    with np.errstate(all="ignore"):
        return np.abs(got.astype(np.complex128) - expected.astype(np.complex128))


def _table_window(
    shape: tuple[int, ...],
    first: tuple[int, ...],
    axes: tuple[int, int],
    shown: tuple[slice, slice],
    side: int,
    table_size: int,
) -> tuple[int, int, int, int] | None:
    """The rectangle of the numbers beside the map, which are cut around the same position."""
    down, across = (span(shape[axis], first[axis], table_size) for axis in axes)
    if (down, across) == shown:
        return None
    x, y = (across.start - shown[1].start) * side, (down.start - shown[0].start) * side
    return x, y, (across.stop - across.start) * side, (down.stop - down.start) * side


def _squares(where: np.ndarray, side: int) -> str:
    return "".join(f"M{x * side} {y * side}h{side}v{side}h-{side}z" for y, x in _places(where))


def _crosses(where: np.ndarray, side: int) -> str:
    return "".join(
        f"M{x * side} {y * side}l{side} {side}M{(x + 1) * side} {y * side}l-{side} {side}" for y, x in _places(where)
    )


def _places(where: np.ndarray) -> Iterable[tuple[int, int]]:
    return ((int(y), int(x)) for y, x in np.argwhere(where))


def _ticks(shown: slice, side: int) -> tuple[Tick, ...]:
    every = 1 if side == _LARGE else 8
    return tuple(
        Tick(place, (place - shown.start + 0.5) * side)
        for place in range(shown.start, shown.stop)
        if place % every == 0
    )


def _runs(places: np.ndarray) -> str:
    """Ascending places in few words: ``0-2, 5``."""
    parts: list[list[int]] = []
    for place in places.tolist():
        if parts and place == parts[-1][-1] + 1:
            parts[-1].append(place)
        else:
            parts.append([place])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in parts)
