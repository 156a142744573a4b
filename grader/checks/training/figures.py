"""The pair `(loss, accuracy)` that `run_model` returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.checks.training.asking import Breach
from grader.model.evidence import Problem
from grader.model.observation import Unsupported, Value


@dataclass(frozen=True, slots=True)
class Figures:
    loss: float
    accuracy: float


def figures_of(returned: Value) -> Figures:
    """Two finite numbers, in a tuple, a list or an array. Raises Breach."""
    if returned is None:
        raise Breach(Problem("returned_none"))
    if isinstance(returned, np.ndarray) and returned.shape == (2,):
        returned = list(returned)
    if not isinstance(returned, tuple | list):
        raise Breach(Problem("no_pair", {"type": type_name(returned)}))
    if len(returned) != 2:
        raise Breach(Problem("wrong_count", {"got": len(returned), "expected": 2, "names": "loss, accuracy"}))
    loss, accuracy = (_number(name, value) for name, value in zip(("loss", "accuracy"), returned, strict=True))
    return Figures(loss, accuracy)


def type_name(value: Value) -> str:
    """What a student would call the value's type."""
    return value.type_name if isinstance(value, Unsupported) else type(value).__name__


def _number(name: str, value: Value) -> float:
    if isinstance(value, np.ndarray | np.generic) and value.size == 1 and value.dtype.kind in "iuf":
        value = value.reshape(-1)[0].item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Breach(Problem("no_number", {"name": name, "type": type_name(value)}))
    if not np.isfinite(float(value)):
        raise Breach(Problem("figure_not_finite", {"name": name, "value": str(value)}))
    return float(value)
