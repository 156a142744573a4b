"""Probe `forward_backward`: a backward function, given the cache of the student's own forward function."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model.observation import Value
from grader.probes.lookup import student_function


def forward_backward(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``module``, ``forward``, ``backward``, ``forward_args`` (list), ``upstream`` (array like `out`).

    Returns ``backward(upstream, cache)`` with ``(out, cache) = forward(*forward_args)``; the cache stays in the child,
    since it may hold anything. Raises ModuleNotImported, FunctionMissing, TypeError where forward returns no such
    pair, or whatever the functions raise.
    """
    forward = student_function(arguments["module"], arguments["forward"])
    backward = student_function(arguments["module"], arguments["backward"])
    returned = forward(*arguments["forward_args"])
    if type(returned) not in (tuple, list) or len(returned) < 2:
        raise TypeError(f"{arguments['forward']} did not return out and cache")
    return backward(arguments["upstream"], returned[1])
