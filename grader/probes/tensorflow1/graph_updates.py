"""Whether running a graph of TensorFlow 1 makes a step of an optimiser: told by what is fetched, once for each name."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from grader.probes.tensorflow1.optimizers import updates_of

#: Operations that hand on what a condition was given.
_HANDING_ON = frozenset(("Identity", "Switch"))
#: A branch of ``tf.cond``: the placeholder that decides, empty where that cannot be told, and the value that it must have.
_Branch = tuple[str, bool]


class GraphUpdates:
    """Remembers of each graph what its names reach, and keeps no graph alive."""

    def __init__(self) -> None:
        self._graphs: weakref.WeakKeyDictionary[Any, _Known] = weakref.WeakKeyDictionary()

    def made(self, graph: Any, fetches: Any, feed: Mapping[Any, Any] | None) -> bool:
        """Whether fetching `fetches` from `graph` with `feed` makes a step; a branch of which nothing is known makes none.

        `fetches` as a session takes them: tensors, operations, variables, names; lists, tuples and dicts of such.
        """
        known = self._graphs.get(graph)
        if known is None:
            known = self._graphs[graph] = _Known()
        return any(
            all(_is_taken(branch, feed) for branch in branches)
            for name in _names(fetches)
            for branches in known.updates(graph, name)
        )


class _Known:
    """Of one graph. Holds names alone: an operation would hold the graph."""

    def __init__(self) -> None:
        self._updates: dict[str, tuple[tuple[_Branch, ...], ...]] = {}
        #: Operations that depend on no step.
        self._without: set[str] = set()

    def updates(self, graph: Any, name: str) -> tuple[tuple[_Branch, ...], ...]:
        """Of each step that fetching `name` makes, the branches that it is in."""
        if name not in self._updates:
            self._updates[name] = self._found(graph.get_operation_by_name(name.partition(":")[0]))
        return self._updates[name]

    def _found(self, operation: Any) -> tuple[tuple[_Branch, ...], ...]:
        waiting, seen, found = [operation], {operation.name}, set()
        while waiting:
            operation = waiting.pop()
            if updates_of([operation]):
                found.add(tuple(_branches(operation)))
            for before in (*operation.control_inputs, *(tensor.op for tensor in operation.inputs)):
                if before.name not in seen and before.name not in self._without:
                    seen.add(before.name)
                    waiting.append(before)
        if not found:
            self._without |= seen
        return ((),) if () in found else tuple(found)


def _names(fetches: Any) -> Iterator[str]:
    kind = type(fetches)
    if kind is str:
        yield fetches
    elif isinstance(fetches, (list, tuple)):
        for each in fetches:
            yield from _names(each)
    elif isinstance(fetches, Mapping):
        for each in fetches.values():
            yield from _names(each)
    elif (operation := getattr(fetches, "op", fetches)) is not None:
        yield operation.name


def _branches(operation: Any) -> Iterator[_Branch]:
    context = operation._get_control_flow_context()
    while context is not None:
        if hasattr(context, "pred"):
            decides = context.pred.op
            while decides.type in _HANDING_ON:
                decides = decides.inputs[0].op
            yield decides.name if decides.type.startswith("Placeholder") else "", bool(context.branch)
        context = context.outer_context


def _is_taken(branch: _Branch, feed: Mapping[Any, Any] | None) -> bool:
    placeholder, wanted = branch
    for key, value in (feed or {}).items():
        name = key if isinstance(key, str) else getattr(key, "name", "")
        if placeholder and name.partition(":")[0] == placeholder:
            return bool(np.all(value)) is wanted
    return False
