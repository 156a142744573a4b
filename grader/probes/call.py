"""Probe `call`: one call of one function."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model.observation import Value
from grader.probes.lookup import student_function


def call(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``module``, ``function``, ``args`` (list). Returns what the function returned.

    Raises ModuleNotImported, FunctionMissing, or whatever the function raises.
    """
    return student_function(arguments["module"], arguments["function"])(*arguments["args"])
