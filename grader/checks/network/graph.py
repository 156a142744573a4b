"""A network as operations and the tensors between them, from what the student's process said. Nothing of that is believed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from grader.checks.network.errors import GraphUnreadable
from grader.model.observation import Value

#: A deep residual network of the usual kind has about 2,000 operations.
MOST_NODES = 20_000
#: Elements of all constants together: 50 million are 200 MB of float32.
MOST_CONSTANT_ELEMENTS = 50_000_000
LONGEST_NAME = 1000
#: Elements of an attribute's list, and how deep lists may lie in lists.
LONGEST_ATTRIBUTE = 1000
DEEPEST_ATTRIBUTE = 4

_OP = re.compile(r"[A-Za-z][A-Za-z0-9_>.]{0,99}")
#: Constants with such names are variables, in a graph whose constants do not tell which weight they are.
_VARIABLE_NAME = re.compile(r"variable/\d+|.*/resource", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """A tensor: output `index` of the node `name`."""

    name: str
    index: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One operation. `value` is the array of a Const (None where it was left out); attributes are JSON-like."""

    name: str
    op: str
    inputs: tuple[Source, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    value: np.ndarray | None = None

    @property
    def is_variable(self) -> bool:
        """Whether this is a Const of floats that stands for a variable of the student's."""
        if self.op != "Const" or self.value is None or self.value.dtype.kind != "f":
            return False
        return "weight" in self.attributes or _VARIABLE_NAME.fullmatch(self.name) is not None


@dataclass(frozen=True, eq=False)
class Graph:
    """`nodes` maps names to nodes, inputs before those that use them; only what `output` depends on, and `input`.

    `input` names the node at which images come in.
    """

    nodes: Mapping[str, Node]
    input: str
    output: Source

    @classmethod
    def from_value(cls, value: Value) -> Graph:
        """Reads ``{"nodes": [{"name", "op", "inputs", "attributes", "value"}], "input", "output"}``.

        Inputs and output are ``name`` or ``name:index``; control inputs (``^name``) are left out. Raises
        GraphUnreadable with one line on the first thing that is not as it has to be.
        """
        if not isinstance(value, Mapping):
            raise GraphUnreadable(f"the graph is a {type(value).__name__}, not a mapping")
        nodes = _read_nodes(value.get("nodes"))
        source, output = _source(value.get("input"), "the input"), _source(value.get("output"), "the output")
        for told, what in ((source, "input"), (output, "output")):
            if told.name not in nodes:
                raise GraphUnreadable(f"the {what} {_quoted(told.name)} is not among the nodes")
        ordered = {name: nodes[name] for name in _topological(nodes, output.name)}
        return cls({source.name: nodes[source.name], **ordered}, source.name, output)

    @cached_property
    def operations(self) -> frozenset[str]:
        """The types of all operations in it."""
        return frozenset(node.op for node in self.nodes.values())

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the constants that are variables of the student's, in the graph's order."""
        return tuple(name for name, node in self.nodes.items() if node.is_variable)

    @cached_property
    def last_use(self) -> Mapping[str, str]:
        """For every node the last node that takes something from it."""
        return {source.name: name for name, node in self.nodes.items() for source in node.inputs}

    def with_constants(self, values: Mapping[str, np.ndarray]) -> Graph:
        """The same graph with other values in the Const nodes that `values` names."""
        nodes = {
            name: replace(node, value=values[name]) if name in values else node for name, node in self.nodes.items()
        }
        return replace(self, nodes=nodes)

    def with_output(self, output: Source) -> Graph:
        """The part of the graph that computes `output`."""
        ordered = {name: self.nodes[name] for name in _topological(self.nodes, output.name)}
        return Graph({self.input: self.nodes[self.input], **ordered}, self.input, output)


def _read_nodes(told: Value) -> dict[str, Node]:
    if not isinstance(told, list | tuple):
        raise GraphUnreadable(f"the nodes are a {type(told).__name__}, not a list")
    if len(told) > MOST_NODES:
        raise GraphUnreadable(f"there are {len(told)} nodes; at most {MOST_NODES} are read")
    nodes: dict[str, Node] = {}
    elements = 0
    for number, entry in enumerate(told):
        node = _read_node(entry, f"node {number}")
        if node.name in nodes:
            raise GraphUnreadable(f"two nodes are called {_quoted(node.name)}")
        nodes[node.name] = node
        elements += node.value.size if node.value is not None else 0
    if elements > MOST_CONSTANT_ELEMENTS:
        raise GraphUnreadable(f"the constants have {elements} elements; at most {MOST_CONSTANT_ELEMENTS} are read")
    return nodes


def _read_node(told: Value, where: str) -> Node:
    if not isinstance(told, Mapping):
        raise GraphUnreadable(f"{where} is a {type(told).__name__}, not a mapping")
    name = _text(told.get("name"), f"the name of {where}")
    where = f"node {_quoted(name)}"
    op = _text(told.get("op"), f"the operation of {where}")
    if not _OP.fullmatch(op):
        raise GraphUnreadable(f"the operation of {where} is {_quoted(op)}, no operation's name")
    inputs, attributes = told.get("inputs", ()), told.get("attributes", {})
    if not isinstance(inputs, list | tuple):
        raise GraphUnreadable(f"the inputs of {where} are a {type(inputs).__name__}, not a list")
    if not isinstance(attributes, Mapping):
        raise GraphUnreadable(f"the attributes of {where} are a {type(attributes).__name__}, not a mapping")
    if len(inputs) > LONGEST_ATTRIBUTE or len(attributes) > LONGEST_ATTRIBUTE:
        raise GraphUnreadable(f"{where} has more than {LONGEST_ATTRIBUTE} inputs or attributes")
    sources = [_source(text, f"an input of {where}") for text in inputs if not _is_control(text)]
    read = {
        _text(key, f"an attribute of {where}"): _attribute(entry, f"attribute {_quoted(str(key))} of {where}")
        for key, entry in attributes.items()
    }
    return Node(name, op, tuple(sources), read, _array(told.get("value"), where) if op == "Const" else None)


def _is_control(text: Value) -> bool:
    return isinstance(text, str) and text.startswith("^")


def _text(told: Value, what: str) -> str:
    if not isinstance(told, str) or not told or len(told) > LONGEST_NAME:
        raise GraphUnreadable(f"{what} is no text of 1 to {LONGEST_NAME} characters")
    return told


def _source(told: Value, what: str) -> Source:
    name, colon, index = _text(told, what).rpartition(":")
    if not colon:
        return Source(index)
    if not name or not re.fullmatch(r"[0-9]{1,4}", index):
        raise GraphUnreadable(f"{what} is {_quoted(told)}, neither name nor name:index")
    return Source(name, int(index))


def _attribute(told: Value, what: str, depth: int = 0) -> Any:
    if told is None or isinstance(told, bool | float | str):
        return told[:LONGEST_ATTRIBUTE] if isinstance(told, str) else told
    if isinstance(told, int) and abs(told) < 2**63:
        return told
    if isinstance(told, list | tuple) and len(told) <= LONGEST_ATTRIBUTE and depth < DEEPEST_ATTRIBUTE:
        return tuple(_attribute(entry, what, depth + 1) for entry in told)
    raise GraphUnreadable(f"{what} is neither number, text nor a short list of these")


def _array(told: Value, where: str) -> np.ndarray | None:
    """A Const's value; None where it was left out or is no array of numbers (a text for a message, say)."""
    if isinstance(told, bool | float) or (isinstance(told, int) and abs(told) < 2**63):
        told = np.asarray(told)
    if not isinstance(told, np.ndarray):
        return None
    if told.dtype.kind not in "biuf":
        raise GraphUnreadable(f"the value of {where} has dtype {told.dtype}, not real numbers")
    value = np.asarray(told).view()
    value.flags.writeable = False
    return value


def _topological(nodes: Mapping[str, Node], output: str) -> Iterator[str]:
    """Names of the nodes that `output` depends on, inputs first; in a loop, not by recursion, however deep the graph."""
    done: set[str] = set()
    open_: set[str] = set()
    waiting: list[tuple[str, bool]] = [(output, False)]
    while waiting:
        name, inputs_done = waiting.pop()
        if inputs_done:
            open_.discard(name)
            done.add(name)
            yield name
        elif name not in done:
            if name in open_:
                raise GraphUnreadable(f"node {_quoted(name)} depends on itself")
            open_.add(name)
            waiting.append((name, True))
            waiting.extend((source, False) for source in _inputs(nodes, name) if source not in done)


def _inputs(nodes: Mapping[str, Node], name: str) -> Sequence[str]:
    sources: Collection[Source] = nodes[name].inputs
    for source in sources:
        if source.name not in nodes:
            raise GraphUnreadable(f"node {_quoted(name)} takes {_quoted(source.name)}, which is not there")
    return [source.name for source in reversed(tuple(sources))]


def _quoted(text: str) -> str:
    """`text` short and on one line, in quotation marks."""
    shown = repr(text)
    return shown if len(shown) <= 80 else f"{shown[:77]}…'"
