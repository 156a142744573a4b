"""Probe `names`: which names the notebook has left behind."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model.observation import Value
from grader.probes.namespace import namespace


def names(arguments: Mapping[str, Value]) -> Value:
    """Argument ``names`` (list). Returns for each ``{"present": bool, "callable": bool}``."""
    there = namespace()
    return {name: {"present": name in there, "callable": callable(there.get(name))} for name in arguments["names"]}
