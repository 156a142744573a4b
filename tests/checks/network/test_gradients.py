"""Loss, gradients and descent agree with TensorFlow's, and with central differences."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.network.errors import GraphUnreadable, UnknownOperation
from grader.checks.network.forward import outputs
from grader.checks.network.gradients import cross_entropy, descend, gradients, with_output_before
from grader.checks.network.graph import Graph

NETWORKS = [
    ("simple", {}), ("simple", {"style": "functional", "padding": "same"}), ("simple", {"style": "subclassed"}),
    ("raw_simple", {}), ("raw_simple", {"relu": "where", "flatten": "shape"}), ("complex_", {}), ("varied", {}),
]  # fmt: skip


def batch(size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(size, 32, 32, 3)).astype(np.float32), rng.integers(0, 10, size)


def relative(got: np.ndarray, expected: np.ndarray) -> float:
    assert got.shape == expected.shape
    return float(np.abs(got - expected).max() / max(np.abs(expected).max(), 1e-12))


@pytest.mark.parametrize(("builder", "options"), NETWORKS, ids=[f"{name}{options}" for name, options in NETWORKS])
def test_networks_loss_gradients_and_descent_are_tensorflows(tensorflow, builder: str, options: dict) -> None:
    images, labels = batch(12)
    rate, steps = 0.01, 3
    told, logits, loss, expected, after = tensorflow("differentiated", builder, options, images, labels, rate, steps)
    graph = Graph.from_value(told)
    found = gradients(graph, images, labels)
    assert relative(outputs(graph, images), logits) < 1e-5
    assert relative(found.logits, logits) < 1e-5
    assert found.loss == pytest.approx(loss, rel=1e-5)
    names = {graph.nodes[name].attributes["weight"]: name for name in graph.variables}
    assert expected and names.keys() >= expected.keys()
    for place, gradient in expected.items():
        assert relative(found.by_constant[names[place]], gradient) < 2e-4
    trained = [names[place] for place in expected]
    descended = descend(graph, [images] * steps, [labels] * steps, rate, trained)
    for place, values in after.items():
        before = graph.nodes[names[place]].value
        assert relative(descended.nodes[names[place]].value - before, values - before) < 2e-3
    untrained = set(graph.variables) - set(trained)
    assert all(descended.nodes[name].value is graph.nodes[name].value for name in untrained)


def test_gradients_are_those_of_central_differences(tensorflow) -> None:
    images, labels = batch(4)
    graph = Graph.from_value(tensorflow("network", "simple", {}))
    found, step, rng = gradients(graph, images, labels), 1e-8, np.random.default_rng(1)
    for name in graph.variables:
        direction = rng.normal(size=graph.nodes[name].value.shape)
        losses = []
        for sign in (1, -1):
            moved = graph.with_constants({name: graph.nodes[name].value + sign * step * direction})
            losses.append(cross_entropy(outputs(moved, images), labels)[0])
        assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(
            float((found.by_constant[name] * direction).sum()), rel=1e-5, abs=1e-9
        )


def test_descent_changes_the_variables_and_nothing_else(tensorflow) -> None:
    images, labels = batch(6)
    graph = Graph.from_value(tensorflow("network", "varied", {}))
    descended = descend(graph, [images], [labels], 0.1)
    changed = {name for name in graph.nodes if graph.nodes[name].value is not descended.nodes[name].value}
    assert changed and changed <= set(graph.variables)
    scaling = [name for name in gradients(graph, images, labels).by_constant if name not in graph.variables]
    assert scaling and not changed & set(scaling)


def test_descending_goes_downhill_batch_by_batch(tensorflow) -> None:
    graph = Graph.from_value(tensorflow("network", "simple", {}))
    (a, b), (c, d) = batch(8, 1), batch(8, 2)
    both = descend(graph, [a, c], [b, d], 0.05)
    one_by_one = descend(descend(graph, [a], [b], 0.05), [c], [d], 0.05)
    name = graph.variables[0]
    assert np.array_equal(both.nodes[name].value, one_by_one.nodes[name].value)
    assert gradients(descend(graph, [a], [b], 0.01), a, b).loss < gradients(graph, a, b).loss


def test_cross_entropy_stands_large_logits() -> None:
    loss, gradient = cross_entropy(np.array([[1000.0, 0.0], [0.0, -1000.0]]), np.array([1, 0]))
    assert loss == pytest.approx(500)
    assert np.allclose(gradient, [[0.5, -0.5], [0, 0]])


def test_softmax_at_the_end_can_be_cut_off(tensorflow) -> None:
    images, _ = batch(3)
    graph = Graph.from_value(tensorflow("network", "simple", {"end": "softmax"}))
    logits = with_output_before(graph, "Softmax")
    assert logits is not None and "Softmax" not in logits.operations
    raw = outputs(logits, images)
    assert np.allclose(np.exp(raw) / np.exp(raw).sum(-1, keepdims=True), outputs(graph, images))
    assert with_output_before(logits, "Softmax") is None


def test_wrong_labels_and_outputs_are_told(tensorflow) -> None:
    graph = Graph.from_value(tensorflow("network", "simple", {"units": 4}))
    images, _ = batch(2)
    with pytest.raises(GraphUnreadable, match=r"gives shape \(2, 4\) for 2 images"):
        gradients(graph, images, np.array([1, 9]))
    module = Graph.from_value(tensorflow("network", "module", {}, (12, 10, 3)))
    with pytest.raises(GraphUnreadable, match="gives shape"):
        gradients(module, np.ones((2, 12, 10, 3)), np.array([1, 0]))


def test_operation_without_derivative_is_told(tensorflow) -> None:
    x, w = np.ones((2, 4, 4, 3)), np.ones(3)
    code = "tf.reshape(tf.pad(x * w, [[0, 0], [1, 1], [1, 1], [0, 0]], 'REFLECT'), (2, -1))"
    told, *_ = tensorflow("expression", code, x, w, None)
    with pytest.raises(UnknownOperation, match="gradient of MirrorPad"):
        gradients(Graph.from_value(told), x, np.array([0, 1]))
