"""Whether two graphs are the same network, whatever their weights: operations, settings, wiring, shapes of constants."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np

from grader.model.observation import Value

#: Whole numbers of so few elements (shapes, axes, paddings) are part of the structure, not weights.
_FEW_NUMBERS = 16
#: How a constant came about is no part of the arithmetic.
_ASIDE = frozenset({"weight", "variable"})


def same_network(graph: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    """Whether both GRAPHs (see `op_graph.read_graph`) do the same with whatever weights they have.

    Their nodes come in the order in which the output asks for them, so nodes of the same place are compared.
    """
    return _outline(graph) == _outline(other)


def _outline(graph: Mapping[str, Value]) -> list[Hashable]:
    places: dict[str, int] = {}
    outline: list[Hashable] = []
    for node in graph["nodes"]:
        places[node["name"]] = len(places)
        inputs = [source.partition(":") for source in node["inputs"]]
        outline.append(
            (
                node["op"],
                tuple((places[name], index) for name, _, index in inputs),
                () if node["op"] == "Placeholder" else _settings(node["attributes"]),
                _numbers(node.get("value")),
            )
        )
    name, _, index = graph["output"].partition(":")
    return [*outline, (places[name], index)]


def _settings(attributes: Mapping[str, Value]) -> Hashable:
    return tuple((name, repr(value)) for name, value in sorted(attributes.items()) if name not in _ASIDE)


def _numbers(value: Value) -> Hashable:
    if isinstance(value, np.ndarray) and value.dtype.kind in "bi" and value.size <= _FEW_NUMBERS:
        return value.tobytes()
    return None
