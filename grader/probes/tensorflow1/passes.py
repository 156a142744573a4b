"""What a graph of TensorFlow 1 comes to in one pass: which branches are taken, what is known without images, what drops nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.probes.tensorflow1.graph_search import dependent_on, run_before

_TRANSPARENT = frozenset({"Identity", "ReadVariableOp", "Snapshot", "RefIdentity"})
_SWITCHES = frozenset({"Switch", "RefSwitch"})
_MERGES = frozenset({"Merge", "RefMerge"})
_VARIABLES = frozenset({"VariableV2", "Variable", "VarHandleOp"})
_RANDOM = ("Random", "Multinomial", "TruncatedNormal", "Stateless", "ParameterizedTruncatedNormal")
_ADDITIONS = frozenset({"Add", "AddV2"})


class Pass:
    """One pass through the graph that `output` is of, with `fed` for the placeholders other than `images`."""

    def __init__(self, output: Any, images: Any, session: Any, fed: Mapping[Any, Any]):
        self._images = images
        self._session = session
        self._fed = dict(fed)
        self._needed = run_before(output)
        variables = [op.outputs[0] for op in self._needed if op.type in _VARIABLES]
        random = [op.outputs[0] for op in self._needed if op.type.startswith(_RANDOM) and op.outputs]
        self._open = dependent_on([images, *variables, *random])
        self._known: dict[str, np.ndarray | None] = {}
        self._dead: set[str] = set()
        self._meant: dict[str, Any] = {}
        self._follow_branches()

    def meant(self, tensor: Any) -> Any:
        """The tensor that `tensor` is the same as in this pass."""
        name = tensor.name
        if name not in self._meant:
            passed = [name]
            while (same := self._same_as(tensor)) is not None:
                tensor = same
                passed.append(tensor.name)
            self._meant.update(dict.fromkeys(passed, tensor))
        return self._meant[name]

    def known(self, tensor: Any) -> np.ndarray | None:
        """The value of a tensor that depends on no image, variable or chance; None of any other."""
        import tensorflow as tf

        # What only passes a value on within a branch must not be fetched.
        tensor = self.meant(tensor)
        if tensor.name not in self._known:
            value: np.ndarray | None = None
            if tensor.op.type == "Const":
                value = tf.make_ndarray(tensor.op.get_attr("value"))
            elif tensor.op.name not in self._open and tensor.name not in self._dead:
                try:
                    value = np.asarray(self._session.run(tensor, self._fed))
                except (tf.errors.OpError, ValueError, TypeError):  # labels, say, or a branch that is not taken
                    value = None
            self._known[tensor.name] = value
        return self._known[tensor.name]

    def _follow_branches(self) -> None:
        """Find the tensors that are not computed in this pass."""
        idle: set[str] = set()
        for operation in self._needed:
            if operation.type in _MERGES:
                if all(tensor.name in self._dead for tensor in operation.inputs):
                    self._mark(operation, idle)
                continue
            if any(tensor.name in self._dead for tensor in operation.inputs) or any(
                before.name in idle for before in operation.control_inputs
            ):
                self._mark(operation, idle)
            elif operation.type in _SWITCHES and (chosen := self._chosen(operation)) is not None:
                self._dead.add(operation.outputs[1 - chosen].name)

    def _mark(self, operation: Any, idle: set[str]) -> None:
        idle.add(operation.name)
        self._dead.update(tensor.name for tensor in operation.outputs)

    def _chosen(self, switch: Any) -> int | None:
        """The output of a Switch that is computed, where what decides on it is known."""
        condition = self.known(switch.inputs[1])
        return int(bool(condition)) if condition is not None and condition.ndim == 0 else None

    def _same_as(self, tensor: Any) -> Any:
        """The tensor that this one is a copy of; None where it is one of its own."""
        operation = tensor.op
        if operation.type in _TRANSPARENT:
            return operation.inputs[0]
        if operation.type in _SWITCHES:
            return operation.inputs[0] if self._chosen(operation) is not None else None
        if operation.type in _MERGES and tensor.value_index == 0:
            live = [source for source in operation.inputs if source.name not in self._dead]
            return live[0] if len(live) == 1 else None
        return self._undropped(operation)

    def _undropped(self, operation: Any) -> Any:
        """What dropout that drops nothing was given."""
        inputs = operation.inputs
        if operation.type in ("Select", "SelectV2") and self._is_all_true(inputs[0]):
            return inputs[1]
        if operation.type == "Mul":
            for factor, other in ((inputs[1], inputs[0]), (inputs[0], inputs[1])):
                if self._is_one(factor) or self._is_all_true(factor):
                    return other
        if operation.type in ("RealDiv", "Div") and self._is_one(inputs[1]):
            return inputs[0]
        return None

    def _is_one(self, tensor: Any) -> bool:
        known = self.known(tensor)
        return known is not None and known.ndim == 0 and bool(known == 1)

    def _is_all_true(self, tensor: Any) -> bool:
        """Whether this is a mask, of whatever type, with which nothing is dropped."""
        operation = self.meant(tensor).op
        if operation.type == "Cast":
            return self._is_all_true(operation.inputs[0])
        if operation.type == "GreaterEqual":
            least = self.known(operation.inputs[1])
            return least is not None and least.ndim == 0 and bool(least <= 0) and self._is_chance(operation.inputs[0])
        if operation.type == "Floor":
            added = self.meant(operation.inputs[0]).op
            if added.type in _ADDITIONS:
                a, b = added.inputs
                return (self._is_one(a) and self._is_chance(b)) or (self._is_one(b) and self._is_chance(a))
        return False

    def _is_chance(self, tensor: Any) -> bool:
        """Whether these are random numbers from 0 to 1."""
        operation = self.meant(tensor).op
        if operation.type == "RandomUniform":
            return True
        if operation.type in _ADDITIONS:  # from a least number on
            known = self.known(operation.inputs[1])
            return known is not None and bool(np.all(known == 0)) and self._is_chance(operation.inputs[0])
        return False
