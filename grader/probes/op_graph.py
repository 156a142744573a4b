"""A traced TensorFlow function as plain data: its operations from input to output, its weights as constants.

Calls of inner functions are put in their caller's place, a branch whose condition is known is put in the place of its
`If`, and what the output does not depend on is left out. What then is left is the arithmetic itself, whichever way the
network was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.model.observation import Value
from grader.probes.operation_order import inputs_first

#: Constants of more elements than this are what the option `values` leaves out.
FEW_ELEMENTS = 64

_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
_BRANCHES = frozenset({"If", "StatelessIf"})
_TRANSPARENT = frozenset({"Identity", "IdentityN", "ReadVariableOp"})
_UNTOLD = frozenset({"value", "use_cudnn_on_gpu", "output_shapes", "grad_a", "grad_b"})


class _Resource:
    """Stands where a tensor's name would, for a handle (of a variable as a rule) outside the graph."""

    def __init__(self, handle: Any):
        self.handle = handle


#: What an operation's input is: ``name`` or ``name:index`` of a node that is told, or a handle.
_Source = str | _Resource


def read_graph(concrete: Any, weights: Sequence[Any], values: bool = True) -> dict[str, Value]:
    """The graph of `concrete`, a ConcreteFunction of one tensor that returns one tensor; traced, never run.

    Returns ``{"nodes": [{"name", "op", "inputs": [name or "name:index"], "attributes": {...}, "value": array}], "input":
    name, "output": name}``, nodes before those that use them. ``value`` is there for Const only. Attributes are numbers,
    text and lists of them, dtypes by name (``float32``); a Const has ``dtype`` and ``shape``. Variables are Const nodes
    with the values that they have now, named ``weight/<i>`` with the attributes ``weight``: i, the place in `weights`, and
    ``variable``: its path, or ``variable/<i>`` where `weights` does not have them: so the same model's nodes have the
    same names whenever it is read. With `values` false, constants of more than 64 elements come without ``value``.
    """
    return _Reading(weights, values).read(concrete)


def further_variables(concrete: Any, weights: Sequence[Any]) -> list[Any]:
    """The variables that `concrete`, a ConcreteFunction, reads and `weights` does not have, in the order of reading."""
    reading = _Reading(weights, values=False)
    reading.read(concrete)
    by_handle = {id(variable.handle): variable for variable in concrete.variables}
    listed = {id(weight.handle) for weight in weights}
    return [by_handle[handle] for handle in reading.handles if handle in by_handle and handle not in listed]


def constant_node(name: str, value: np.ndarray, more: Mapping[str, Value], values: bool) -> dict[str, Value]:
    """A Const as it is told; `more` are further attributes, and without `values` a large one comes without its numbers."""
    attributes = {"dtype": value.dtype.name, "shape": list(value.shape), **more}
    node: dict[str, Value] = {"name": name, "op": "Const", "inputs": [], "attributes": attributes}
    if value.dtype.kind not in "OSU" and (values or value.size <= FEW_ELEMENTS):
        # Types that NumPy does not have itself, bfloat16 and the like, are told as float32, which holds them exactly.
        node["value"] = value.astype(np.float32) if value.dtype.kind == "V" else value
    return node


def operation_node(operation: Any, name: str, inputs: Sequence[str]) -> dict[str, Value]:
    """Any other operation as it is told."""
    attributes = _attributes(operation.node_def.attr)
    return {"name": name, "op": operation.type, "inputs": list(inputs), "attributes": attributes}


class _Reading:
    """The nodes told so far, and the names of the handles among them by id."""

    def __init__(self, weights: Sequence[Any], values: bool):
        self.nodes: list[dict[str, Value]] = []
        self._values = values
        self._names: set[str] = set()
        self._known: dict[str, np.ndarray] = {}
        self._weights = {id(weight.handle): (place, weight) for place, weight in enumerate(weights)}
        self.handles: dict[int, str] = {}
        self._outside: list[Any] = []  # keeps handles alive, since they are told apart by id

    def read(self, concrete: Any) -> dict[str, Value]:
        graph = concrete.graph
        image = graph.inputs[0]
        name = self._told(image.op, image.op.name, [])
        captured = {inner.name: self._from_outside(outer) for outer, inner in graph.captures}
        given = [name, *(captured[inner.name] for inner in graph.inputs[1:])]
        (output,) = self._sources(graph, given, "", graph.outputs[:1])
        return {"nodes": self.nodes, "input": name, "output": self._name(output)}

    def _sources(self, graph: Any, given: Sequence[_Source], prefix: str, outputs: Sequence[Any]) -> list[_Source]:
        """Tell what `outputs`, tensors of `graph`, need; `given` is what the graph's inputs stand for.

        Tensors go by name, which is theirs alone within one graph.
        """
        found = {tensor.name: source for tensor, source in zip(graph.inputs, given, strict=True)}
        for operation in _needed(outputs, found):
            self._operation(graph, operation, found, prefix)
        return [found[output.name] for output in outputs]

    def _operation(self, graph: Any, operation: Any, found: dict[str, _Source], prefix: str) -> None:
        inputs = [found[tensor.name] for tensor in operation.inputs]
        name = prefix + operation.name
        body, arguments = self._body(graph, operation, inputs)
        if body is not None:
            results = self._sources(body, arguments, f"{name}/", body.outputs)
        elif operation.type in _TRANSPARENT:
            results = [self._read(operation, source) for source in inputs]
        else:
            name = self._told(operation, name, [self._name(source) for source in inputs])
            results = [name if place == 0 else f"{name}:{place}" for place in range(len(operation.outputs))]
        found.update((tensor.name, source) for tensor, source in zip(operation.outputs, results, strict=True))

    def _body(self, graph: Any, operation: Any, inputs: list[_Source]) -> tuple[Any, list[_Source]]:
        """The graph that stands for a call, or for a branch whose condition is known, and what it is given."""
        if operation.type in _CALLS:
            return _function(graph, operation.get_attr("f").name), inputs
        if operation.type in _BRANCHES and (condition := self._condition(operation, inputs[0])) is not None:
            branch = "then_branch" if condition else "else_branch"
            return _function(graph, operation.get_attr(branch).name), inputs[1:]
        return None, []

    def _condition(self, operation: Any, source: _Source) -> bool | None:
        import tensorflow as tf

        known = self._known.get(source) if isinstance(source, str) else None
        if known is None:
            known = tf.get_static_value(operation.inputs[0])
        return bool(known) if known is not None and np.ndim(known) == 0 else None

    def _read(self, operation: Any, source: _Source) -> _Source:
        if operation.type != "ReadVariableOp":
            return source
        import tensorflow as tf

        assert isinstance(source, _Resource)
        key = id(source.handle)
        if key in self.handles:
            return self.handles[key]
        place, weight = self._weights.get(key, (None, None))
        value = tf.raw_ops.ReadVariableOp(resource=source.handle, dtype=operation.get_attr("dtype")).numpy()
        name = f"variable/{len(self.handles)}" if place is None else f"weight/{place}"
        more = {} if place is None else {"weight": place, "variable": _path(weight)}
        self.handles[key] = self._constant(name, value, more)
        return self.handles[key]

    def _name(self, source: _Source) -> str:
        """The node's name; for a handle that is used otherwise than read (a table, a variable in a loop), one of its own."""
        if isinstance(source, str):
            return source
        key = id(source.handle)
        if key not in self.handles:
            name = self._unique(f"resource/{len(self.handles)}")
            self.nodes.append({"name": name, "op": "Resource", "inputs": [], "attributes": {}})
            self.handles[key] = name
        return self.handles[key]

    def _from_outside(self, tensor: Any) -> _Source:
        """The source for an eager `tensor` that the traced function has taken up."""
        import tensorflow as tf

        self._outside.append(tensor)
        if tensor.dtype in (tf.resource, tf.variant):
            return _Resource(tensor)
        return self._constant(f"captured/{len(self._outside)}", tensor.numpy(), {})

    def _told(self, operation: Any, name: str, inputs: Sequence[str]) -> str:
        """Append `operation` as a node; returns its name."""
        if operation.type == "Const":
            import tensorflow as tf

            return self._constant(name, tf.make_ndarray(operation.get_attr("value")), {})
        name = self._unique(name)
        self.nodes.append(operation_node(operation, name, inputs))
        return name

    def _constant(self, name: str, value: np.ndarray, more: Mapping[str, Value]) -> str:
        name = self._unique(name)
        value = np.asarray(value)
        if value.size == 1 and value.dtype.kind in "bif":
            self._known[name] = value
        self.nodes.append(constant_node(name, value, more, self._values))
        return name

    def _unique(self, name: str) -> str:
        while name in self._names:
            name += "_"
        self._names.add(name)
        return name


def _needed(outputs: Sequence[Any], found: Mapping[str, _Source]) -> list[Any]:
    """The operations that `outputs` depend on, inputs before users, without those that are found already."""

    def of(tensors: Sequence[Any]) -> list[Any]:
        return [tensor.op for tensor in tensors if tensor.name not in found]

    return inputs_first(of(outputs), lambda operation: of(operation.inputs))


def _function(graph: Any, name: str) -> Any:
    """The body of the function that `graph` calls by `name`; None where it is not to be had."""
    while graph is not None:
        if (function := graph._get_function(name)) is not None:
            return function.graph
        graph = getattr(graph, "outer_graph", None)
    return None


def _path(weight: Any) -> str:
    return str(getattr(weight, "path", None) or weight.name)


def _attributes(attributes: Mapping[str, Any]) -> dict[str, Value]:
    told = {
        name: _attribute(value)
        for name, value in sorted(attributes.items())
        if not name.startswith("_") and name not in _UNTOLD
    }
    return {name: value for name, value in told.items() if value is not None}


def _attribute(value: Any) -> Value:
    """An AttrValue as a number, text or list; None for functions and tensors."""
    import tensorflow as tf

    kind = value.WhichOneof("value")
    if kind == "list":
        entries = value.list
        if entries.type:
            return [tf.as_dtype(entry).name for entry in entries.type]
        return [*entries.i, *entries.f, *entries.b, *(entry.decode("utf-8", "replace") for entry in entries.s)]
    if kind in ("i", "f", "b"):
        return getattr(value, kind)
    if kind == "s":
        return value.s.decode("utf-8", "replace")
    if kind == "type":
        return tf.as_dtype(value.type).name
    if kind == "shape":
        return None if value.shape.unknown_rank else [dimension.size for dimension in value.shape.dim]
    return None
