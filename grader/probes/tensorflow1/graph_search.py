"""What depends on what in a graph of TensorFlow 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grader.probes.operation_order import inputs_first

_PLACEHOLDERS = frozenset({"Placeholder", "PlaceholderV2", "PlaceholderWithDefault"})


def placeholders(operations: Iterable[Any]) -> list[Any]:
    """Outputs of the placeholders among `operations`, in their order."""
    return [operation.outputs[0] for operation in operations if operation.type in _PLACEHOLDERS]


def is_placeholder(operation: Any) -> bool:
    return operation.type in _PLACEHOLDERS


def needed_by(tensor: Any) -> list[Any]:
    """The operations that `tensor` depends on, its own among them, in the order in which they were made."""
    found = {operation.name for operation in _inputs_first(tensor.op, control=False)}
    return [operation for operation in tensor.graph.get_operations() if operation.name in found]


def run_before(tensor: Any) -> list[Any]:
    """The operations that `tensor` depends on or that have to run before it, those that others need before these.

    That is not the order in which they were made: ``tf.cond`` makes what decides between branches when it is asked for.
    """
    return _inputs_first(tensor.op, control=True)


def dependent_on(tensors: Iterable[Any]) -> set[str]:
    """Names of the operations that depend on any of `tensors`."""
    waiting = list(tensors)
    found = {tensor.op.name for tensor in waiting}
    while waiting:
        for consumer in waiting.pop().consumers():
            if consumer.name not in found:
                found.add(consumer.name)
                waiting += consumer.outputs
    return found


def _inputs_first(last: Any, control: bool) -> list[Any]:
    def before(operation: Any) -> list[Any]:
        return [tensor.op for tensor in operation.inputs] + (list(operation.control_inputs) if control else [])

    return inputs_first([last], before)
