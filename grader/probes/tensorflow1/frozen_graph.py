"""A graph of TensorFlow 1 as plain data, as `grader.probes.op_graph` tells one of TensorFlow 2.

What it consists of while nothing is trained, or while something is: flags and shares have the values of that pass, the
branch that these decide on stands in the place of ``tf.cond``, and what drops nothing is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.model.observation import Value
from grader.probes.op_graph import constant_node, operation_node
from grader.probes.operation_order import inputs_first
from grader.probes.tensorflow1.networks import Network
from grader.probes.tensorflow1.passes import Pass

_VARIABLES = frozenset({"VariableV2", "Variable", "VarHandleOp"})


def read_graph(network: Network, training: bool = False, values: bool = True) -> dict[str, Value]:
    """The GRAPH (see `op_graph.read_graph`) of `network` with the values that its variables have now."""
    return _Reading(network, training, values).read()


class _Reading:
    def __init__(self, network: Network, training: bool, values: bool):
        self._network = network
        self._with_values = values
        self._pass = Pass(network.output, network.images, network.session, network.fed(training))
        self._places = {variable.op.name: place for place, variable in enumerate(network.weights)}
        self._values = network.values()
        self._names: set[str] = set()
        self._told: dict[str, str] = {}
        self._nodes: list[dict[str, Value]] = []

    def read(self) -> dict[str, Value]:
        images = self._network.images.op
        self._node(images, [])
        output = self._pass.meant(self._network.output)
        for operation in self._needed(output):
            self._tell(operation)
        return {"nodes": self._nodes, "input": self._told[images.name], "output": self._source(output)}

    def _needed(self, output: Any) -> list[Any]:
        """Operations that are told, inputs before users."""
        return inputs_first([output.op], lambda operation: [tensor.op for tensor in self._inputs(operation)])

    def _inputs(self, operation: Any) -> list[Any]:
        """The tensors that it takes in this pass; none of a variable or of what is known without images."""
        if operation.type in _VARIABLES or operation is self._network.images.op:
            return []
        if any(self._pass.known(tensor) is not None for tensor in operation.outputs[:1]):
            return []
        return [self._pass.meant(tensor) for tensor in operation.inputs]

    def _tell(self, operation: Any) -> None:
        if operation.name in self._told:
            return
        if operation.type in _VARIABLES:
            self._variable(operation)
            return
        known = self._pass.known(operation.outputs[0]) if operation.outputs else None
        if known is not None:
            self._constant(operation, operation.name, known, {})
        else:
            self._node(operation, [self._source(tensor) for tensor in self._inputs(operation)])

    def _variable(self, operation: Any) -> None:
        place = self._places.get(operation.name)
        if place is None:  # in no collection: nobody can set it, but it has a value
            value = np.asarray(self._network.session.run(operation.outputs[0]))
            self._constant(operation, f"variable/{len(self._nodes)}", value, {})
        else:
            more: Mapping[str, Value] = {"weight": place, "variable": operation.name}
            self._constant(operation, f"weight/{place}", self._values[place], more)

    def _constant(self, operation: Any, name: str, value: np.ndarray, more: Mapping[str, Value]) -> None:
        self._told[operation.name] = self._unique(name)
        self._nodes.append(constant_node(self._told[operation.name], value, more, self._with_values))

    def _node(self, operation: Any, inputs: list[str]) -> None:
        if operation.name not in self._told:
            self._told[operation.name] = self._unique(operation.name)
            self._nodes.append(operation_node(operation, self._told[operation.name], inputs))

    def _source(self, tensor: Any) -> str:
        name = self._told[tensor.op.name]
        return name if tensor.value_index == 0 else f"{name}:{tensor.value_index}"

    def _unique(self, name: str) -> str:
        while name in self._names:
            name += "_"
        self._names.add(name)
        return name
