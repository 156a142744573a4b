"""Gradients with respect to images agree with TensorFlow's, and with central differences."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.network.errors import GraphUnreadable, UnknownOperation
from grader.checks.network.forward import outputs
from grader.checks.network.graph import Graph, Node, Source
from grader.checks.network.input_gradients import input_gradient
from tests.checks.network.test_forward import near

NETWORKS = [
    ("simple", {}, (32, 32, 3)), ("complex_", {}, (32, 32, 3)), ("varied", {}, (32, 32, 3)),
    ("fire_modules", {}, (40, 36, 3)), ("mobile", {}, (33, 30, 3)),
]  # fmt: skip

#: Expressions of x (4, 9, 8, 3), its elements around 0 and 1; ``drawn`` gives numbers of a shape.
EXPRESSIONS = {
    "conv valid strided": "tf.nn.conv2d(x, drawn(3, 2, 3, 4), (3, 2), 'VALID')",
    "conv same strided": "tf.nn.conv2d(x, drawn(4, 5, 3, 4), (3, 2), 'SAME')",
    "conv same even kernel": "tf.nn.conv2d(x, drawn(2, 4, 3, 4), 1, 'SAME')",
    "conv explicit": "tf.nn.conv2d(x, drawn(3, 3, 3, 2), 2, [[0, 0], [1, 2], [0, 3], [0, 0]])",
    "conv smaller than its stride": "tf.nn.conv2d(x, drawn(1, 1, 3, 4), 2, 'VALID')",
    "conv dilated": "tf.nn.convolution(x, drawn(3, 3, 3, 2), padding='SAME', dilations=(2, 2))",
    "depthwise same": "tf.nn.depthwise_conv2d(x, drawn(3, 3, 3, 2), [1] * 4, 'SAME')",
    "depthwise strided": "tf.nn.depthwise_conv2d(x, drawn(3, 2, 3, 1), (1, 2, 2, 1), 'VALID')",
    "zero padding": "tf.nn.conv2d(tf.pad(x, [[0, 0], [2, 1], [0, 3], [0, 0]]), drawn(3, 3, 3, 2), 2, 'VALID')",
    "max pool": "tf.nn.max_pool2d(x, 3, 2, 'VALID')",
    "max pool of equals": "tf.nn.max_pool2d(x - tf.stop_gradient(x), 3, 2, 'SAME')",
    "average pool same": "tf.nn.avg_pool2d(x, 3, 2, 'SAME')",
    "global average": "tf.reduce_mean(x, (1, 2))",
    "global average, axes kept": "tf.reduce_mean(x, (1, 2), keepdims=True) * x",
    "global maximum": "tf.reduce_max(x, (1, 2))",
    "concatenated": "tf.concat([tf.nn.relu(x), x * x, x[:, :, :, :1]], 3)",
    "relu6": "tf.nn.relu6(6 * x)",
    "hard swish": "keras.activations.hard_swish(4 * x)",
    "used twice": "x * tf.sigmoid(x) + x",
    "a part of it": "x[:, 2:5, ::2]",
    "on both sides of a product": "tf.matmul(x, x, transpose_b=True)",
    "norm in inference": "tf.compat.v1.nn.fused_batch_norm(tf.cast(x, tf.float32), tf.constant([.5, 2, 1]), tf.ones(3), "
    "tf.constant([.1, 0, .3]), tf.constant([1, 2, .5]), is_training=False)[0]",
}  # fmt: skip


@pytest.mark.parametrize(("builder", "options", "shape"), NETWORKS, ids=[name for name, *_ in NETWORKS])
def test_networks_gradients_to_their_images_are_tensorflows(tensorflow, builder, options, shape) -> None:
    images = np.random.default_rng(1).normal(size=(4, *shape)).astype(np.float32)
    told, output, upstream, expected = tensorflow("to_images", builder, options, images, 2)
    graph = Graph.from_value(told)
    assert near(outputs(graph, images), output, 1e-5)
    assert np.abs(expected).max() > 0
    assert near(input_gradient(graph, images, upstream), expected, 1e-4)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_operations_gradients_to_images_are_tensorflows(tensorflow, name: str) -> None:
    x = np.random.default_rng(3).normal(size=(4, 9, 8, 3))
    told, output, upstream, expected = tensorflow("expression_to_images", EXPRESSIONS[name], x, 4)
    graph, tolerance = Graph.from_value(told), 1e-5 if output.dtype == np.float32 else 1e-10
    assert near(outputs(graph, x), output, tolerance)
    assert near(input_gradient(graph, x, upstream), expected, tolerance)


@pytest.mark.parametrize("builder", ["fire_modules", "mobile"])
def test_gradients_are_those_of_central_differences(tensorflow, builder: str) -> None:
    shape = {"fire_modules": (40, 36, 3), "mobile": (33, 30, 3)}[builder]
    graph = Graph.from_value(tensorflow("network", builder, {}, shape))
    rng, step = np.random.default_rng(5), 1e-7
    images = rng.normal(size=(2, *shape))
    upstream, direction = rng.normal(size=outputs(graph, images).shape), rng.normal(size=images.shape)
    ahead, behind = (float((outputs(graph, images + sign * step * direction) * upstream).sum()) for sign in (1, -1))
    expected = float((input_gradient(graph, images, upstream) * direction).sum())
    assert (ahead - behind) / (2 * step) == pytest.approx(expected, rel=1e-5)


def test_output_that_takes_nothing_from_the_images_has_gradient_zero() -> None:
    nodes = {
        "x": Node("x", "Placeholder"),
        "one": Node("one", "Const", value=np.ones((1, 2))),
        "sign": Node("sign", "Sign", (Source("x"),)),
    }
    for output in ("one", "sign"):
        graph = Graph(nodes, "x", Source(output))
        images = np.full((1, 2), 3.0)
        assert input_gradient(graph, images, np.ones((1, 2))).tolist() == [[0.0, 0.0]]


def test_upstream_of_another_shape_and_missing_derivatives_are_told() -> None:
    relu = {"x": Node("x", "Placeholder"), "y": Node("y", "Relu", (Source("x"),))}
    with pytest.raises(GraphUnreadable, match=r"gives shape \(2, 3\), the upstream gradient has \(2, 2\)"):
        input_gradient(Graph(relu, "x", Source("y")), np.ones((2, 3)), np.ones((2, 2)))
    bend = {**relu, "z": Node("z", "Bend", (Source("y"),))}
    with pytest.raises(UnknownOperation, match="Bend"):
        input_gradient(Graph(bend, "x", Source("z")), np.ones((2, 3)), np.ones((2, 3)))
