"""Layers are read as a person would name them, however they were written."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.network.dataflow import Dataflow
from grader.checks.network.errors import GraphUnreadable, UnknownOperation
from grader.checks.network.graph import Graph
from grader.checks.network.layers import Convolution, Dense, Flatten, Pooling, Structure, described, every_layer
from grader.checks.network.structure import read

SIMPLE = (
    Convolution(shape=(24, 24, 8), activation=("relu",), kernel=(9, 9), filters=8, strides=(1, 1), padding="valid",
                dilation=(1, 1), channels=3, bias=True),
    Pooling(shape=(8, 8, 8), kind="max", size=(3, 3), strides=(3, 3), padding="valid"),
    Flatten(shape=(512,)),
    Dense(shape=(8,), activation=("relu",), units=8, features=512, on_flat=True, bias=True),
    Dense(shape=(10,), units=10, features=8, on_flat=True, bias=True),
)  # fmt: skip


@pytest.mark.parametrize("style", ["sequential", "functional", "subclassed"])
def test_simple_model_reads_alike_in_every_style(structure_of, style: str) -> None:
    assert structure_of("simple", style=style) == Structure(SIMPLE, (32, 32, 3), (10,))


@pytest.mark.parametrize("flatten", ["reshape", "shape"])
@pytest.mark.parametrize("relu", ["maximum", "where", "times", "relu"])
def test_plain_tensorflow_reads_like_layers(structure_of, flatten: str, relu: str) -> None:
    layers = structure_of("raw_simple", flatten=flatten, relu=relu).layers
    assert [described(layer) for layer in layers] == [described(layer) for layer in SIMPLE[:1]] + [
        "MaxPooling2D(3x3)", "Flatten", "Dense(8)", "Dense(10)"
    ]  # fmt: skip
    assert [layer.activation for layer in layers] == [layer.activation for layer in SIMPLE]
    # Zeros around the image and a convolution without padding make what padding "same" makes.
    assert layers[0].padding == "same" and layers[0].bias and layers[-1].bias


def test_dense_layer_on_images_is_not_taken_for_one_on_features(structure_of) -> None:
    layers = structure_of("simple", flatten="after").layers
    dense = [layer for layer in layers if isinstance(layer, Dense)]
    assert [(layer.units, layer.on_flat, layer.shape) for layer in dense] == [(8, False, (8, 8, 8)), (10, True, (10,))]


def test_free_designs_are_read(structure_of) -> None:
    structure = structure_of("varied")
    assert [described(layer) for layer in every_layer(structure.layers)] == [
        "Scaling", "Conv2D(6, 3x3)", "BatchNormalization", "AveragePooling2D(2x2)", "Conv2D(6, 3x3)", "Add(2)",
        "DepthwiseConv2D(6, 3x3)", "Conv2D(5, 1x1)", "LayerNormalization", "Dense(4)", "GlobalAveragePooling2D", "Dense(10)",
    ]  # fmt: skip
    found = [layer.activation for layer in every_layer(structure.layers) if layer.activation]
    assert found == [("leaky_relu",), ("swish",), ("gelu",), ("elu",)]
    dilated = structure.layers[1]
    assert isinstance(dilated, Convolution)
    assert (dilated.dilation, dilated.padding, dilated.bias) == ((2, 2), "same", False)


def expression(tensorflow, code: str, shape: tuple[int, ...], w: np.ndarray) -> Graph:
    return Graph.from_value(tensorflow("expression", code, np.ones((1, *shape)), w, None)[0])


@pytest.mark.parametrize(
    ("code", "activation"),
    [
        ("tf.nn.relu(x @ w)", "relu"),
        ("tf.maximum(tf.zeros((), tf.float64), x @ w)", "relu"),
        ("(lambda y: (tf.abs(y) + y) * .5)(x @ w)", None),
        ("(lambda y: y * tf.sigmoid(y))(x @ w)", "swish"),
        ("(lambda y: tf.maximum(y, .1 * y))(x @ w)", "leaky_relu"),
        ("(lambda y: tf.exp(y) / tf.reduce_sum(tf.exp(y), -1, keepdims=True))(x @ w)", "softmax"),
        ("(lambda y: tf.math.log(1 + tf.exp(y)) if False else tf.nn.softplus(y))(x @ w)", "softplus"),
        ("(lambda y: tf.where(y < 0, tf.zeros_like(y), y))(x @ w)", "relu"),
        ("tf.nn.relu(tf.nn.dropout(x @ w, 0.))", "relu"),
    ],
)
def test_activations_are_told_by_what_they_do(tensorflow, code: str, activation: str | None) -> None:
    structure = read(_wide(tensorflow, code))
    (dense,) = [layer for layer in structure.layers if isinstance(layer, Dense)]
    assert dense.activation == ((activation,) if activation else ())
    # What has no name is not passed over.
    assert (len(structure.layers) == 2) == (activation is not None)


def _wide(tensorflow, code: str) -> Graph:
    """The expression behind flattened images of (4, 4, 3)."""
    flat = code.replace("x @", "tf.reshape(x, (-1, 48)) @")
    return expression(tensorflow, flat, (4, 4, 3), np.random.default_rng(0).normal(size=(48, 6)))


def test_constant_output_and_unknown_operations_are_told(tensorflow) -> None:
    with pytest.raises(GraphUnreadable, match="does not depend on the images"):
        read(expression(tensorflow, "w + tf.zeros((1, 2), tf.float64)", (4, 4, 3), np.ones(2)))
    with pytest.raises(UnknownOperation, match="Lgamma"):
        read(expression(tensorflow, "tf.math.lgamma(x)", (4, 4, 3), np.ones(2)))


def test_structure_can_be_read_without_the_numbers(tensorflow) -> None:
    told = tensorflow("network", "simple", {})
    for node in told["nodes"]:
        if node["op"] == "Const" and node["value"].size > 64:
            del node["value"]
    assert read(Graph.from_value(told)).layers == SIMPLE


def test_ways_fork_where_all_of_them_come_from(tensorflow) -> None:
    flow = Dataflow.of(Graph.from_value(tensorflow("network", "module", {}, (12, 10, 3))), (12, 10, 3))
    join = next(name for name, node in flow.graph.nodes.items() if node.op == "ConcatV2")
    assert flow.forks[join] == flow.graph.input
    assert {node.op for node in flow.between(flow.graph.input, join)} >= {"Conv2D", "MaxPool", "ConcatV2"}


def test_dense_blocks_do_not_take_forever(tensorflow) -> None:
    graph = Graph.from_value(tensorflow("network", "dense_block", {}))
    assert len(read(graph).layers) >= 1
