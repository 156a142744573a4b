"""Operations and their gradients agree with TensorFlow's, in float64."""

from __future__ import annotations

import time

import numpy as np
import pytest

from grader.checks.network.errors import GraphUnreadable, UnknownOperation
from grader.checks.network.forward import outputs
from grader.checks.network.gradients import gradients
from grader.checks.network.graph import Graph, Node, Source

FLAT = "tf.reshape({}, (5, -1))"

#: An expression of x (5, 7, 6, 4), its elements around 0 and 1, and the shape of the variable w in it.
EXPRESSIONS = {
    "conv valid": ("tf.nn.conv2d(x, w, 1, 'VALID')", (3, 2, 4, 3)),
    "conv same even kernel": ("tf.nn.conv2d(x, w, 1, 'SAME')", (4, 2, 4, 3)),
    "conv same strides": ("tf.nn.conv2d(x, w, (2, 3), 'SAME')", (3, 5, 4, 2)),
    "conv explicit": ("tf.nn.conv2d(x, w, 2, [[0, 0], [1, 2], [0, 3], [0, 0]])", (3, 3, 4, 2)),
    "conv dilated": ("tf.raw_ops.Conv2D(input=x, filter=w, strides=[1] * 4, padding='SAME', dilations=[1, 2, 3, 1])", (3, 2, 4, 2)),
    "conv dilated by interleaving": ("tf.nn.convolution(x, w, padding='SAME', dilations=(2, 3))", (3, 3, 4, 2)),
    "conv interleaved valid": ("tf.nn.convolution(x, w, padding='VALID', dilations=(2, 2))", (3, 2, 4, 2)),
    "conv smaller than stride": ("tf.nn.conv2d(x, w, 3, 'VALID')", (2, 1, 4, 2)),
    "conv groups": ("tf.nn.conv2d(x, w, 1, 'SAME')", (3, 3, 2, 6)),
    "conv behind a variable": ("tf.nn.conv2d(x * w, tf.ones((3, 3, 4, 2), tf.float64), 2, 'SAME')", (7, 6, 4)),
    "depthwise": ("tf.nn.depthwise_conv2d(x, w, (1, 2, 2, 1), 'SAME')", (3, 2, 4, 2)),
    "depthwise behind a variable": ("tf.nn.depthwise_conv2d(x * w, tf.ones((2, 2, 4, 1), tf.float64), [1] * 4, 'VALID')", (7, 6, 4)),
    "max pool valid": ("tf.nn.max_pool2d(x * w, 3, 2, 'VALID')", (7, 6, 4)),
    "max pool same": ("tf.nn.max_pool2d(x * w - 3, 3, 1, 'SAME')", (7, 6, 4)),
    "max pool ties": ("tf.nn.max_pool2d(tf.round(x) * w, 3, 2, 'SAME')", (1,)),
    "average pool same": ("tf.nn.avg_pool2d(x * w, 3, 2, 'SAME')", (7, 6, 4)),
    "average pool valid": ("tf.nn.avg_pool2d(x * w, (2, 3), (3, 2), 'VALID')", (7, 6, 4)),
    "bias add": ("tf.nn.bias_add(x, w)", (4,)),
    "add": ("x + w", (6, 4)), "subtract": ("w - x", (7, 1, 4)), "multiply": ("x * w", (1, 6, 1)),
    "divide": ("x / (w * w + 1)", (4,)), "divided": ("w / (x * x + 1)", (4,)), "maximum": ("tf.maximum(x, w)", (4,)),
    "maximum of equals": ("tf.maximum(x * w, w * x)", (4,)), "minimum": ("tf.minimum(w, x)", (6, 4)),
    "power": ("tf.pow(tf.abs(x * w) + .1, 1.5)", (4,)), "power of a variable": ("tf.pow(tf.abs(x), tf.abs(w))", (4,)),
    "squared difference": ("tf.math.squared_difference(x, w)", (4,)), "division without nan": ("tf.math.divide_no_nan(x, tf.nn.relu(w))", (4,)),
    **{name: (f"{name}(x * w)", (4,)) for name in (
        "tf.square", "tf.exp", "tf.negative", "tf.abs", "tf.nn.relu", "tf.nn.relu6", "tf.nn.leaky_relu", "tf.nn.elu",
        "tf.nn.selu", "tf.sigmoid", "tf.tanh", "tf.nn.softplus", "tf.nn.softsign", "tf.nn.softmax", "tf.nn.log_softmax",
        "tf.nn.gelu", "tf.nn.silu", "tf.math.erf", "tf.math.erfc", "tf.math.expm1", "tf.sin", "tf.cos", "tf.identity",
        "keras.activations.hard_swish", "keras.activations.mish", "keras.activations.exponential", "tf.math.l2_normalize")},
    "leaky slope": ("tf.nn.leaky_relu(x * w, .3)", (4,)),
    "roots": ("tf.sqrt(tf.square(x * w) + 1) + tf.math.rsqrt(tf.square(x + w) + 1)", (4,)),
    "logarithms": ("tf.math.log(tf.square(x * w) + 1) + tf.math.log1p(tf.square(x))", (4,)),
    "reciprocal": ("tf.math.reciprocal(tf.square(x * w) + 1)", (4,)),
    "where": ("tf.where(x > 0, x * w, w)", (4,)), "clip": ("tf.clip_by_value(x * w, -.5, .5)", (4,)),
    "cast": ("x * w * tf.cast(tf.cast(x > 0, tf.int32), tf.float64)", (4,)),
    "stop gradient": ("tf.stop_gradient(x * w) + w", (4,)), "add n": ("tf.add_n([x * w, x, x * w])", (4,)),
    "mean": ("tf.reduce_mean(x * w, (1, 2))", (4,)), "sum": ("tf.reduce_sum(x * w, -1)", (4,)),
    "max": ("tf.reduce_max(x * w, (1, 2), keepdims=True)", (4,)), "max ties": ("tf.reduce_max(tf.round(x) * w, (1, 2))", (1,)),
    "min": ("tf.reduce_min(x * w, 2)", (4,)), "variance": ("(x - tf.reduce_mean(x * w, 3, keepdims=True)) ** 2", (4,)),
    "pad": ("tf.pad(x * w, [[0, 0], [1, 2], [0, 1], [0, 0]])", (4,)),
    "pad with a value": ("tf.pad(x * w, [[0, 0], [1, 2], [0, 1], [0, 0]], constant_values=2.)", (4,)),
    "matmul": ("tf.reshape(x, (5, 168)) @ w", (168, 3)), "matmul turned": ("tf.matmul(x[:, 0, 0], w, transpose_b=True)", (3, 4)),
    "matmul both turned": ("tf.matmul(tf.transpose(x[:, 0, 0]), w, transpose_a=True, transpose_b=True)", (3, 4)),
    "batched matmul": ("tf.matmul(x, w)", (6, 4, 2)[1:]), "batched matmul turned": ("tf.matmul(x, w, adjoint_a=True)", (5, 7, 6, 2)),
    "tensordot": ("tf.tensordot(x, w, 1)", (4, 3)), "tensordot two axes": ("tf.tensordot(x, w, [[1, 2], [1, 0]])", (6, 7, 2)),
    "einsum": ("tf.einsum('nhwc,cd->nhwd', x, w)", (4, 3)), "einsum summing": ("tf.einsum('nhwc,hk->nck', x, w)", (7, 3)),
    "einsum of one": ("tf.einsum('nhwc->nc', x * w)", (4,)),
    "dense layer on images": ("tf.tensordot(x, w, [[3], [0]])", (4, 3)),
    "transpose": ("tf.transpose(x * w, (0, 3, 1, 2))", (4,)), "squeeze": ("tf.squeeze(x[:, :1] * w, 1)", (4,)),
    "expand": ("tf.expand_dims(x * w, 2)", (4,)), "slices": ("(x * w)[:, 1::2, ::-1, tf.newaxis, 2]", (4,)),
    "slice with ellipsis": ("(x * w)[..., 1:3]", (4,)), "slice": ("tf.slice(x * w, (0, 1, 2, 0), (-1, 3, 2, 4))", (4,)),
    "concat": ("tf.concat([x, x * w, x[:, :, :, :1]], -1)", (4,)), "concat rows": ("tf.concat([x, x * w], 1)", (4,)),
    "stack": ("tf.stack([x, x * w], 2)", (4,)), "unstack": ("tf.unstack(x * w, axis=3)[2] + tf.unstack(x * w, axis=3)[0]", (4,)),
    "split": ("tf.split(x * w, 2, -1)[1]", (4,)), "split sizes": ("tf.split(x * w, (1, 3), 3)[1]", (4,)),
    "gather": ("tf.gather(x * w, (2, 0, 2), axis=3)", (4,)), "tile": ("tf.tile(x * w, (1, 2, 1, 3))", (4,)),
    "broadcast": ("tf.broadcast_to(w, tf.shape(x)) + x", (4,)), "fill": ("x * tf.fill(tf.shape(x), w[0])", (4,)),
    "one way": ("x * w + tf.ones_like(x) * tf.cast(tf.range(4), tf.float64) * w + tf.cast(tf.rank(x) + tf.size(x), tf.float64)", (4,)),
    "norm in inference": ("tf.compat.v1.nn.fused_batch_norm(tf.cast(x, tf.float32), tf.cast(w, tf.float32), tf.ones(4), tf.zeros(4), tf.ones(4) * 2, is_training=False)[0]", (4,)),
    "norm in training": ("tf.compat.v1.nn.fused_batch_norm(tf.cast(x * w, tf.float32), tf.cast(w, tf.float32), tf.ones(4))[0]", (4,)),
}  # fmt: skip

#: TensorFlow has no derivative of these on a CPU.
FORWARD_ONLY = {"conv dilated", "conv groups"}
#: These are in float32 in TensorFlow.
IN_FLOAT32 = {"norm in inference", "norm in training"}


def near(got: np.ndarray, expected: np.ndarray, tolerance: float) -> bool:
    return got.shape == expected.shape and bool(np.abs(got - expected).max() <= tolerance * np.abs(expected).max())


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_operation_and_its_gradient_are_tensorflows(tensorflow, name: str) -> None:
    code, shape = EXPRESSIONS[name]
    rng = np.random.default_rng(3)
    x, w, labels = rng.normal(size=(5, 7, 6, 4)), rng.normal(size=shape), np.array([0, 2, 1, 0, 2])
    tolerance = 2e-5 if name in IN_FLOAT32 else 1e-10
    told, output, _, _ = tensorflow("expression", code, x, w, None)
    assert near(outputs(Graph.from_value(told), x), output, tolerance)
    if name in FORWARD_ONLY:
        assert_gradient_is_that_of_central_differences(Graph.from_value(told), x)
        return
    told, logits, loss, gradient = tensorflow("expression", f"tf.reshape({code}, (tf.shape(x)[0], -1))", x, w, labels)
    graph = Graph.from_value(told)
    found = gradients(graph, x, labels)
    assert near(found.logits, logits, tolerance)
    assert abs(found.loss - loss) <= tolerance * max(loss, 1)
    assert near(found.by_constant[graph.variables[0]], gradient, 20 * tolerance)


def assert_gradient_is_that_of_central_differences(graph: Graph, x: np.ndarray) -> None:
    """Of the cross-entropy of the flattened output, along one random direction of the one variable."""
    rng, (name,) = np.random.default_rng(4), graph.variables
    sizes = Node("sizes", "Const", value=np.array([len(x), -1]))
    flat = Node("flat", "Reshape", (graph.output, Source("sizes")))
    graph = Graph({**graph.nodes, "sizes": sizes, "flat": flat}, graph.input, Source("flat"))
    labels, step, direction = np.zeros(len(x), int), 1e-6, rng.normal(size=graph.nodes[name].value.shape)
    moved = [graph.with_constants({name: graph.nodes[name].value + sign * step * direction}) for sign in (1, -1)]
    ahead, behind = (gradients(each, x, labels).loss for each in moved)
    expected = float((gradients(graph, x, labels).by_constant[name] * direction).sum())
    assert (ahead - behind) / (2 * step) == pytest.approx(expected, rel=1e-6)


def test_mirrored_border_is_tensorflows(tensorflow) -> None:
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 1))
    for mode in ("REFLECT", "SYMMETRIC"):
        code = f"tf.pad(x, [[0, 0], [1, 2], [2, 0], [0, 0]], '{mode}')"
        told, output, _, _ = tensorflow("expression", code, x, np.ones(1), None)
        assert np.array_equal(outputs(Graph.from_value(told), x), output)


def test_unknown_operation_is_named(tensorflow) -> None:
    told, _, _, _ = tensorflow("expression", "tf.math.lgamma(x)", np.ones((2, 3)), np.ones(1), None)
    with pytest.raises(UnknownOperation, match="Lgamma") as caught:
        outputs(Graph.from_value(told), np.ones((2, 3)))
    assert caught.value.op == "Lgamma"


def convolution(kernel: tuple[int, ...], **attributes: object) -> Graph:
    given = {"strides": [1, 1, 1, 1], "padding": "SAME", **attributes}
    return Graph.from_value({
        "nodes": [
            {"name": "x", "op": "Placeholder", "inputs": [], "attributes": {}},
            {"name": "w", "op": "Const", "inputs": [], "attributes": {}, "value": np.ones(kernel, np.float32)},
            {"name": "y", "op": "Conv2D", "inputs": ["x", "w"], "attributes": given},
        ],
        "input": "x",
        "output": "y",
    })  # fmt: skip


def test_large_kernel_takes_milliseconds() -> None:
    graph, images = convolution((9, 9, 3, 8)), np.ones((16, 32, 32, 3))
    outputs(graph, images)
    started = time.process_time()
    outputs(graph, images)
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    "attributes",
    [{"strides": [1, 0, 1, 1]}, {"strides": "x"}, {"padding": "ROUND"}, {"padding": "EXPLICIT", "explicit_paddings": [0, 0, -1, 9, 0, 0, 0, 0]},
     {"padding": "EXPLICIT", "explicit_paddings": [0, 0, 10**9, 10**9, 0, 0, 0, 0]}, {"data_format": "NCHW"}, {"dilations": [1, 2, 2, 2]}],
)  # fmt: skip
def test_attributes_that_make_no_sense_are_told_and_not_believed(attributes: dict[str, object]) -> None:
    with pytest.raises((GraphUnreadable, UnknownOperation)):
        outputs(convolution((3, 3, 3, 2), **attributes), np.ones((2, 8, 8, 3)))


@pytest.mark.parametrize("images", [(2, 8, 8, 4), (2, 8, 8), (2, 0, 0, 3)])
def test_images_that_do_not_fit_are_told(images: tuple[int, ...]) -> None:
    with pytest.raises(GraphUnreadable, match="Conv2D 'y' cannot be computed"):
        outputs(convolution((3, 3, 3, 2), padding="VALID"), np.ones(images))


def test_small_text_that_asks_for_a_huge_tensor_is_refused() -> None:
    for op, value in (("Fill", [10**6, 10**6]), ("Tile", [10**6, 10**6])):
        sizes = {"name": "n", "op": "Const", "inputs": [], "attributes": {}, "value": np.array(value)}
        inputs = ["n", "x"] if op == "Fill" else ["x", "n"]
        nodes = [{"name": "x", "op": "Placeholder", "inputs": [], "attributes": {}}, sizes,
                 {"name": "y", "op": op, "inputs": inputs, "attributes": {}}]  # fmt: skip
        graph = Graph.from_value({"nodes": nodes, "input": "x", "output": "y"})
        with pytest.raises(GraphUnreadable, match="would make a tensor"):
            outputs(graph, np.ones((2, 3)) if op == "Tile" else np.ones(()))
