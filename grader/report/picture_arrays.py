"""Stored arrays for pictures, looked at before anything is drawn: most of them came out of a student's process."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.report.clean_text import clean_line
from grader.report.wording import write

#: Arrays of an item by name, under their names without the item's.
Stored = Mapping[str, np.ndarray]

#: Most images of an item that are shown, and longest side of one in pixels.
MOST = 8
_LONGEST_SIDE = 4096

_NAME_CHARACTERS = 40
_CLASS_NAMES = "samples/class_names"


def images(stored: Stored, name: str) -> np.ndarray | None:
    """Images (k, H, W, 3) uint8 with at most `MOST` of them; None where there are none or they are something else."""
    found = stored.get(name)
    if found is None or found.dtype != np.uint8 or found.ndim != 4 or found.shape[3] != 3 or not found.size:
        return None
    return found[:MOST] if max(found.shape[1:3]) <= _LONGEST_SIDE else None


def numbers(stored: Stored, name: str, place: int) -> np.ndarray | None:
    """The float64 array at `place` of the first axis; None where there is none."""
    found = stored.get(name)
    if found is None or found.dtype.kind not in "biuf" or not found.ndim or place >= len(found):
        return None
    with np.errstate(all="ignore"):
        return found[place].astype(np.float64)


def whole_number(stored: Stored, name: str, place: int | None = None) -> int | None:
    """The integer at `place`, or the only one without a place."""
    found = stored.get(name)
    if found is None or found.dtype.kind not in "iu":
        return None
    if place is None:
        return int(found.reshape(-1)[0]) if found.size == 1 else None
    return int(found[place]) if found.ndim == 1 and place < len(found) else None


def number(stored: Stored, name: str, place: int) -> float | None:
    """The number at `place` of a line of them; it may be NaN or infinite."""
    found = numbers(stored, name, place)
    return float(found) if found is not None and not found.ndim else None


def class_name(stored: Stored, label: int | None) -> str:
    """What class `label` is called; its number where that is not known."""
    if label is None:
        return write("picture3.no_class")
    names = stored.get(_CLASS_NAMES)
    if names is not None and names.dtype.kind == "U" and names.ndim == 1 and 0 <= label < len(names):
        return clean_line(names[label], _NAME_CHARACTERS) or str(label)
    return str(label)


def shape_text(shape: tuple[int, ...]) -> str:
    return str(tuple(map(int, shape)))
