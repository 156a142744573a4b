"""Measures how far a returned array is from an expected one. Decides nothing: tolerances belong to scoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grader.checks.cases import Arrays
from grader.model.evidence import ArrayFact, Problem
from grader.model.observation import Unsupported, Value

#: An answer this close to a misconception's is that misconception; wide enough for float32.
MATCH_LIMIT = 1e-4

#: Axes of whatever a layer returns alone: image, row, column, channel.
IMAGE_AXES = 4


def relative_error(got: np.ndarray, expected: np.ndarray) -> float:
    """``max|got - expected| / max|expected|`` (absolute error where all expected values are 0), for equal shapes."""
    if expected.size == 0:
        return 0.0
    scale = float(np.max(np.abs(expected)))
    # What a student returns may be too large for float64, or for a difference.
    with np.errstate(over="ignore"):
        difference = float(np.max(np.abs(got.astype(np.float64) - expected)))
    return difference / scale if scale > 0 else difference


def as_array(value: Value) -> np.ndarray | Problem:
    """The array that a student returned: an exact array, or a nested list or tuple of numbers (taken as float64)."""
    if isinstance(value, np.ndarray):
        return value
    if value is None:
        return Problem("returned_none")
    if isinstance(value, Unsupported):
        return Problem("not_an_array", {"type": value.type_name})
    if isinstance(value, bool | int | float):
        return np.asarray(value, dtype=np.float64)
    if isinstance(value, list | tuple):
        try:
            return np.array(value, dtype=np.float64)
        except (ValueError, TypeError):
            return Problem("not_an_array", {"type": f"{type(value).__name__} that is not a grid of numbers"})
    return Problem("not_an_array", {"type": type(value).__name__})


def named_outputs(value: Value, names: Sequence[str]) -> Mapping[str, Value] | Problem:
    """Pairs what came back with the contract's output names.

    For one output a tuple or list that holds just one array is unwrapped, but for a list of rows that has just one;
    several come as a tuple or list.
    """
    if value is None:
        return Problem("returned_none")
    if len(names) == 1:
        if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], np.ndarray):
            value = value[0][np.newaxis] if value[0].ndim == IMAGE_AXES - 1 else value[0]
        return {names[0]: value}
    if not isinstance(value, list | tuple):
        kind = value.type_name if isinstance(value, Unsupported) else type(value).__name__
        return Problem("not_a_tuple", {"type": kind, "names": ", ".join(names)})
    if len(value) != len(names):
        return Problem("wrong_count", {"got": len(value), "expected": len(names), "names": ", ".join(names)})
    return dict(zip(names, value, strict=True))


def array_problem(name: str, got: np.ndarray, expected_shape: tuple[int, ...]) -> Problem | None:
    """The first reason why `got` cannot be compared at all: dtype, shape or values that are no numbers."""
    if got.dtype.kind not in "iuf":
        return Problem("wrong_dtype", {"name": name, "dtype": str(got.dtype)})
    if got.shape != expected_shape:
        return Problem("wrong_shape", {"name": name, "got": _shape(got.shape), "expected": _shape(expected_shape)})
    unusable = int(np.count_nonzero(~np.isfinite(got)))
    if unusable:
        return Problem("not_finite", {"name": name, "count": unusable, "total": got.size})
    return None


def _shape(shape: tuple[int, ...]) -> str:
    return str(tuple(int(extent) for extent in shape))


def facts(arrays: Arrays) -> dict[str, ArrayFact]:
    """Dtype and shape of every array."""
    return {name: ArrayFact(str(array.dtype), tuple(array.shape)) for name, array in arrays.items()}


def errors_to(answers: Mapping[str, Arrays], got: Arrays) -> dict[str, dict[str, float]]:
    """Relative error of every returned array to every accepted answer."""
    return {
        answer: {name: relative_error(got[name], expected[name]) for name in expected}
        for answer, expected in answers.items()
    }


def equals(got: Arrays, other: Arrays) -> bool:
    """Whether every array of `other` is there in `got` with the same shape and values (up to MATCH_LIMIT)."""
    return all(
        name in got
        and got[name].dtype.kind in "iuf"
        and got[name].shape == expected.shape
        and bool(np.isfinite(got[name]).all())
        and relative_error(got[name], expected) <= MATCH_LIMIT
        for name, expected in other.items()
    )
