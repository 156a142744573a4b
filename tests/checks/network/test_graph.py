"""Whatever a student's process says as its network is read or refused in one line, never believed."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks.network.errors import GraphUnreadable, NetworkError
from grader.checks.network.forward import outputs
from grader.checks.network.gradients import gradients
from grader.checks.network.graph import MOST_NODES, Graph, Source
from grader.checks.network.structure import read


def node(name: str, op: str, *inputs: str, **more: Any) -> dict[str, Any]:
    told = {"name": name, "op": op, "inputs": list(inputs), "attributes": more.pop("attributes", {})}
    return {**told, **more}


def small() -> dict[str, Any]:
    """Two logits: a matrix product and a bias."""
    return {
        "nodes": [
            node("b", "Const", value=np.array([1.0, -1.0], np.float32), attributes={"weight": 1, "variable": "b"}),
            node("unused", "Lgamma", "x"),
            node("x", "Placeholder", attributes={"shape": [-1, 3]}),
            node("w", "Const", value=np.ones((3, 2), np.float32), attributes={"weight": 0}),
            node("sum", "BiasAdd", "product", "b:0"),
            node("product", "MatMul", "x", "w", "^unused", attributes={"transpose_a": False}),
        ],
        "input": "x",
        "output": "sum:0",
    }


def test_nodes_come_in_order_without_what_nothing_depends_on() -> None:
    graph = Graph.from_value(small())
    assert list(graph.nodes) == ["x", "w", "product", "b", "sum"]
    assert graph.operations == {"Placeholder", "Const", "MatMul", "BiasAdd"}
    assert graph.variables == ("w", "b")
    assert graph.output == Source("sum", 0)
    assert graph.nodes["product"].inputs == (Source("x"), Source("w"))
    assert np.array_equal(outputs(graph, np.ones((4, 3))), [[4, 2]] * 4)


def test_constants_can_be_replaced_and_cannot_be_written_to() -> None:
    graph = Graph.from_value(small())
    other = graph.with_constants({"b": np.zeros(2)})
    assert np.array_equal(outputs(other, np.ones((1, 3))), [[3, 3]])
    assert np.array_equal(outputs(graph, np.ones((1, 3))), [[4, 2]])
    assert not graph.nodes["w"].value.flags.writeable


def changed(place: tuple[Any, ...], value: Any) -> Any:
    told = copy.deepcopy(small())
    inner = told
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return told


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (None, "the graph is a NoneType"),
        ([1, 2], "the graph is a list"),
        (changed(("nodes",), {}), "the nodes are a dict"),
        (changed(("nodes", 0), "b"), "node 0 is a str"),
        (changed(("nodes", 0, "name"), ""), "the name of node 0 is no text"),
        (changed(("nodes", 0, "name"), 7), "the name of node 0 is no text"),
        (changed(("nodes", 0, "name"), "x"), "two nodes are called 'x'"),
        (changed(("nodes", 4, "op"), "a b\n"), "no operation's name"),
        (changed(("nodes", 4, "op"), None), "the operation of node 'sum' is no text"),
        (changed(("nodes", 4, "inputs"), "product"), "the inputs of node 'sum' are a str"),
        (changed(("nodes", 4, "inputs"), [3]), "an input of node 'sum' is no text"),
        (changed(("nodes", 4, "inputs"), ["product:x", "b"]), "neither name nor name:index"),
        (changed(("nodes", 4, "inputs"), ["nowhere", "b"]), "node 'sum' takes 'nowhere', which is not there"),
        (changed(("nodes", 5, "inputs"), ["sum", "w"]), "depends on itself"),
        (changed(("nodes", 5, "inputs"), ["product", "w"]), "node 'product' depends on itself"),
        (changed(("nodes", 4, "attributes"), [1]), "the attributes of node 'sum' are a list"),
        (changed(("nodes", 4, "attributes"), {"a": {1: 2}}), "attribute 'a' of node 'sum' is neither"),
        (changed(("nodes", 4, "attributes"), {"a": 2**80}), "attribute 'a' of node 'sum' is neither"),
        (changed(("nodes", 4, "attributes"), {"a": [[[[[1]]]]]}), "attribute 'a' of node 'sum' is neither"),
        (changed(("nodes", 0, "value"), np.array([1j, 2])), "dtype complex128, not real numbers"),
        (changed(("nodes", 0, "value"), np.array(["a"])), "not real numbers"),
        (changed(("input",), "y"), "the input 'y' is not among the nodes"),
        (changed(("output",), "y:1"), "the output 'y' is not among the nodes"),
        (changed(("output",), None), "the output is no text"),
        ({"nodes": [node("x", "Placeholder")] * (MOST_NODES + 1), "input": "x", "output": "x"}, "at most 20000"),
    ],
)  # fmt: skip
def test_what_is_no_graph_is_refused_in_one_line(told: Any, reason: str) -> None:
    with pytest.raises(GraphUnreadable) as caught:
        Graph.from_value(told)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_deep_graph_is_read_without_recursion() -> None:
    chain = [node(f"n{i}", "Identity", f"n{i - 1}" if i else "x") for i in range(MOST_NODES - 1)]
    graph = Graph.from_value({"nodes": [node("x", "Placeholder"), *chain], "input": "x", "output": chain[-1]["name"]})
    assert len(graph.nodes) == MOST_NODES
    assert read(graph, (2, 2, 1)).layers == ()


def test_output_that_is_not_there_is_told() -> None:
    with pytest.raises(GraphUnreadable, match="takes output 3 of 'sum'"):
        outputs(Graph.from_value(changed(("output",), "sum:3")), np.ones((1, 3)))


def test_constant_without_numbers_is_told() -> None:
    with pytest.raises(GraphUnreadable, match="constant 'w' came without its numbers"):
        outputs(Graph.from_value(changed(("nodes", 3, "value"), None)), np.ones((1, 3)))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.builds(np.zeros, st.just((2, 3))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(["x", "a", "b", "c", "a:1", "^b", "", "d"])
operations = st.sampled_from(["Const", "Placeholder", "Add", "MatMul", "Conv2D", "Reshape", "Split", "Relu", "Mean", "Softmax",
                              "ConcatV2", "StridedSlice", "Pack", "MaxPool", "Transpose", "Pad", "Einsum", "Mul", "BiasAdd"])  # fmt: skip
values = st.none() | st.sampled_from(
    [np.ones((2, 2, 3, 4)), np.array([1, 2]), np.array(0), np.array([[0, 0], [1, 1], [1, 1], [0, 0]]), np.ones(4),
     np.array([-1, 12]), np.array([0, 3, 1, 2]), np.ones((12, 5)), np.array(True)]
)  # fmt: skip
attributes = st.dictionaries(
    st.sampled_from(["strides", "ksize", "padding", "axis", "num_split", "keep_dims", "equation", "shape", "weight"]),
    st.sampled_from([[1, 2, 2, 1], "SAME", "VALID", 1, 3, -1, True, "nhwc,cd->nhwd", [-1, 4, 4, 3]]) | anything,
    max_size=4,
)
nodes = st.fixed_dictionaries(
    {"name": names, "op": operations, "inputs": st.lists(names, max_size=3), "attributes": attributes, "value": values}
)
graphs = st.fixed_dictionaries(
    {"nodes": st.lists(nodes | anything, max_size=8, unique_by=repr), "input": names, "output": names}
)


@given(anything | graphs)
@settings(max_examples=150, deadline=None)
def test_anything_at_all_is_read_or_refused(told: Any) -> None:
    try:
        Graph.from_value(told)
    except GraphUnreadable as refusal:
        assert str(refusal)


@given(st.lists(nodes, max_size=7, unique_by=lambda told: told["name"]))
@settings(max_examples=150, deadline=None)
def test_whatever_is_read_is_computed_or_refused(told: list[Any]) -> None:
    rest = [each for each in told if each["name"] != "x"]
    value = {"nodes": [node("x", "Placeholder"), *rest], "input": "x", "output": rest[-1]["name"] if rest else "x"}
    images = np.ones((2, 4, 4, 3))
    for ask in (
        lambda graph: outputs(graph, images),
        lambda graph: gradients(graph, images, np.array([0, 1])),
        lambda graph: read(graph, (4, 4, 3)),
    ):
        try:
            ask(Graph.from_value(value))
        except NetworkError as refusal:
            assert str(refusal)
