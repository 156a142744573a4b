"""The pair `(loss, accuracy)` that `run_model` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.checks.training.asking import Breach
from grader.model.evidence import Problem
from grader.model.observation import Unsupported, Value

_NAMES = ("loss", "accuracy")
_ACCURACIES = ("accuracy", "acc")
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Figures:
    loss: float
    accuracy: float


def read_figures(returned: Value) -> tuple[Figures, Problem | None]:
    """The two numbers, also where they come in another form than asked for; which form that is, is the problem then.

    Known are a number alone (the loss; the accuracy is then 0), a dict, more than two values, and text. Raises Breach
    where no figures can be made out.
    """
    try:
        return figures_of(returned), None
    except Breach as breach:
        found = _otherwise(returned)
        if found is None:
            raise
        return found, breach.problem


def _otherwise(returned: Value) -> Figures | None:
    if isinstance(returned, Mapping):
        names = {str(name).lower(): name for name in returned}
        wanted = [next((names[name] for name in known if name in names), None) for known in (("loss",), _ACCURACIES)]
        values = [returned[name] for name in wanted if name is not None]
    elif isinstance(returned, tuple | list) and len(returned) >= 2:
        values = list(returned[:2])
    else:
        values = [returned, 0.0]
    if len(values) != 2:
        return None
    try:
        loss, accuracy = (_number(name, _out_of_text(value)) for name, value in zip(_NAMES, values, strict=True))
    except Breach:
        return None
    return Figures(loss, accuracy)


def _out_of_text(value: Value) -> Value:
    if not isinstance(value, str) or len(value) > _LONGEST_NUMBER:
        return value
    try:
        return float(value.strip().removesuffix("%"))
    except ValueError:
        return value


def figures_of(returned: Value) -> Figures:
    """Two finite numbers, in a tuple, a list or an array. Raises Breach."""
    if returned is None:
        raise Breach(Problem("returned_none"))
    if isinstance(returned, np.ndarray) and returned.size == 2:
        returned = list(returned.reshape(-1))
    if not isinstance(returned, tuple | list):
        raise Breach(Problem("no_pair", {"type": type_name(returned)}))
    if len(returned) != 2:
        raise Breach(Problem("wrong_count", {"got": len(returned), "expected": 2, "names": "loss, accuracy"}))
    loss, accuracy = (_number(name, value) for name, value in zip(_NAMES, returned, strict=True))
    return Figures(loss, accuracy)


def type_name(value: Value) -> str:
    """What a student would call the value's type."""
    return value.type_name if isinstance(value, Unsupported) else type(value).__name__


def _number(name: str, value: Value) -> float:
    if isinstance(value, np.ndarray | np.generic) and value.size == 1 and value.dtype.kind in "iuf":
        value = value.reshape(-1)[0].item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Breach(Problem("no_number", {"name": name, "type": type_name(value)}))
    try:
        number = float(value)
    except OverflowError:
        number = np.inf
    if not np.isfinite(number):
        raise Breach(Problem("figure_not_finite", {"name": name, "value": str(number)}))
    return number
