"""Probe `describe`: which of the named functions a module has, and with which parameters."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from grader.model.observation import Value
from grader.probes.lookup import student_module

_MISSING = object()


def describe(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``module`` and ``functions`` (list of names).

    Returns for each name ``{"present": bool, "callable": bool, "parameters": [names] or None}``; parameters are None
    where there is no signature to read.
    """
    module = student_module(arguments["module"])
    return {name: _description(getattr(module, name, _MISSING)) for name in arguments["functions"]}


def _description(found: object) -> dict[str, Value]:
    if found is _MISSING:
        return {"present": False, "callable": False, "parameters": None}
    return {"present": True, "callable": callable(found), "parameters": _parameters(found)}


def _parameters(found: object) -> list[str] | None:
    try:
        return [str(name) for name in inspect.signature(found).parameters]  # type: ignore[arg-type]
    except Exception:  # no function, a built-in, or an object with a broken signature of its own
        return None
