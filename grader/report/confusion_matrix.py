"""What a model takes each class for, as rows of numbers with a shade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: From which share of a class's images on a number has the next deeper shade: the right ones, and each wrong class.
_RIGHT_SHADES = (0.0, 0.25, 0.5, 0.75)
_WRONG_SHADES = (0.0, 0.05, 0.12, 0.25)

#: Mix-ups that are told in words.
_TOLD = 3


@dataclass(frozen=True, slots=True)
class ConfusionCell:
    """`shade` is 0 (nothing) to 4; `right` marks the diagonal."""

    count: int
    shade: int
    right: bool


@dataclass(frozen=True, slots=True)
class ConfusionRow:
    """Images of one true class; `right` is the share of them that were predicted right, in [0, 1], None without any."""

    name: str
    cells: tuple[ConfusionCell, ...]
    images: int
    right: float | None


@dataclass(frozen=True, slots=True)
class MixUp:
    """`count` of `images` images of class `true` were taken for `predicted`."""

    true: str
    predicted: str
    count: int
    images: int


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """Rows are true classes, columns predicted ones. `without` images have no prediction that is a class."""

    names: tuple[str, ...]
    rows: tuple[ConfusionRow, ...]
    most: tuple[MixUp, ...]
    without: int


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, names: Sequence[str]) -> ConfusionMatrix | None:
    """`labels` and `predictions`: ``(N,)`` integers. None where they are no such pair, or there is no image."""
    if labels.ndim != 1 or labels.shape != predictions.shape or not labels.size:
        return None
    classes = len(names)
    known = (labels >= 0) & (labels < classes)
    predicted = known & (predictions >= 0) & (predictions < classes)
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels[predicted], predictions[predicted]), 1)
    images = np.bincount(labels[known], minlength=classes)
    rows = tuple(_row(true, name, counts[true], int(images[true])) for true, name in enumerate(names))
    mixed = [
        MixUp(names[true], names[other], int(counts[true, other]), int(images[true]))
        for true, other in np.argwhere(counts).tolist()
        if true != other
    ]
    most = sorted(mixed, key=lambda found: -found.count / found.images)[:_TOLD]
    return ConfusionMatrix(tuple(names), rows, tuple(most), int((known & ~predicted).sum()))


def _row(true: int, name: str, counts: np.ndarray, images: int) -> ConfusionRow:
    cells = tuple(
        ConfusionCell(count, _shade(count, images, _RIGHT_SHADES if other == true else _WRONG_SHADES), other == true)
        for other, count in enumerate(counts.tolist())
    )
    return ConfusionRow(name, cells, images, int(counts[true]) / images if images else None)


def _shade(count: int, images: int, steps: Sequence[float]) -> int:
    return sum(count / images > step for step in steps) if images and count else 0
