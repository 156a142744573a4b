"""The names that a notebook has left in its process: its functions, classes and variables, for probes to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from grader.probes.lookup import FunctionMissing

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_current: list[Mapping[str, Any]] = [_NOTHING]


def use_namespace(names: Mapping[str, Any]) -> None:
    """Make `names`, the globals of a notebook that has run or been replayed in this process, what probes look in.

    The mapping is kept, not copied: what the notebook's functions define later is found as well.
    """
    _current[0] = names


def namespace() -> Mapping[str, Any]:
    """The notebook's globals; empty where no notebook has run in this process."""
    return _current[0]


def notebook_function(name: str) -> Callable[..., Any]:
    """The notebook's function or class `name`. Raises FunctionMissing where nothing of that name can be called."""
    function = namespace().get(name)
    if not callable(function):
        raise FunctionMissing(name)
    return function
