"""The geometry of a histogram, for a page to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.report.wording import points_text

#: Width of a bar with the gap beside it, the gap, and the height of the tallest bar, in SVG units.
_STEP, _GAP, _HEIGHT = 40, 4, 110


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its lower left corner at (`x`, the histogram's height); `count` stands above it."""

    x: int
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """`bars` from left to right; `edges` are labels and where they stand; `alternative` lists every bar in words."""

    bars: tuple[Bar, ...]
    edges: tuple[tuple[int, str], ...]
    alternative: str

    @property
    def width(self) -> int:
        return len(self.bars) * _STEP

    @property
    def height(self) -> int:
        return _HEIGHT

    @property
    def bar_width(self) -> int:
        return _STEP - _GAP


def histogram(counts: Sequence[int], edges: Sequence[float]) -> Histogram:
    """Bars for `counts`; `edges` are the limits between them, one more than there are bars."""
    tallest = max(counts, default=0) or 1
    labels = [points_text(edge) for edge in edges]
    return Histogram(
        bars=tuple(
            Bar(n * _STEP + _GAP // 2, round(_HEIGHT * count / tallest, 1), count) for n, count in enumerate(counts)
        ),
        edges=tuple((n * _STEP, label) for n, label in enumerate(labels)),
        alternative="; ".join(f"{labels[n]}–{labels[n + 1]}: {count}" for n, count in enumerate(counts)),
    )
