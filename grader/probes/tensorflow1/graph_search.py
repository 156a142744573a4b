"""What depends on what in a graph of TensorFlow 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_PLACEHOLDERS = frozenset({"Placeholder", "PlaceholderV2", "PlaceholderWithDefault"})


def placeholders(operations: Iterable[Any]) -> list[Any]:
    """Outputs of the placeholders among `operations`, in their order."""
    return [operation.outputs[0] for operation in operations if operation.type in _PLACEHOLDERS]


def is_placeholder(operation: Any) -> bool:
    return operation.type in _PLACEHOLDERS


def needed_by(tensor: Any, *, control: bool = False) -> list[Any]:
    """The operations that `tensor` depends on, its own among them, in the order in which they were made.

    With `control` also those that only have to run before.
    """
    found: dict[str, Any] = {}
    waiting = [tensor.op]
    while waiting:
        operation = waiting.pop()
        if operation.name in found:
            continue
        found[operation.name] = operation
        waiting += [source.op for source in operation.inputs]
        if control:
            waiting += operation.control_inputs
    return [operation for operation in tensor.graph.get_operations() if operation.name in found]


def dependent_on(tensors: Iterable[Any], graph: Any) -> set[str]:
    """Names of the operations that depend on any of `tensors`, which are of `graph`."""
    found = {tensor.op.name for tensor in tensors}
    for operation in graph.get_operations():  # in the order of making, which but for loops is inputs first
        if any(source.op.name in found for source in operation.inputs):
            found.add(operation.name)
    return found
