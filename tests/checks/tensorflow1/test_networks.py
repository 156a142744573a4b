"""How networks of TensorFlow 1 are read, fed and restored, whatever they are called and however they were written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.checks.network.forward import outputs
from grader.checks.network.graph import Graph
from tests.checks.tensorflow1.notebooks import DATA, MY_MODEL, edited
from tests.probes.conftest import Notebook

IMAGES = np.random.default_rng(0).normal(size=(6, 32, 32, 3)).astype(np.float32)
PATH = "model_checkpoints/my_model_final"
SAVE = """
def save(path, scope=None, before=0):
    tf.reset_default_graph()
    for number in range(before):
        tf.layers.dense(tf.zeros([1, 2]), 3), tf.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, 1)
    with tf.variable_scope(scope or tf.get_variable_scope()):
        model = my_model()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for number, variable in enumerate(tf.global_variables()):
            if 'moving' in variable.name:
                sess.run(tf.assign(variable, variable + 0.5))
        own = [each for each in tf.global_variables()[4 * before:]]
        tf.train.Saver(own).save(sess, path)
        feed = {model.x: np.ones([2, 32, 32, 3]), model.is_training: False, model.keep_prob: 1.0}
        return sess.run(model.out, feed).tolist()
"""


def network(notebook: Notebook, source: str = MY_MODEL, function: str = "my_model") -> dict[str, Any]:
    notebook.holds(DATA + source)
    told: dict[str, Any] = notebook.probe("network", handle="own", function=function)
    return told


def test_nothing_is_dropped_in_the_pass_of_inference(notebook: Notebook) -> None:
    graph = Graph.from_value(network(notebook)["graph"])
    assert not {op for op in graph.operations if "Random" in op or op in ("Switch", "Merge", "Placeholder")} - {
        "Placeholder"
    }
    assert sum(node.op == "Placeholder" for node in graph.nodes.values()) == 1
    got = notebook.probe("logits", handle="own", images=IMAGES)
    assert got.shape == (6, 10) and np.allclose(outputs(graph, IMAGES), got, atol=1e-5)


def test_the_pass_of_training_shows_what_acts_there(notebook: Notebook) -> None:
    network(notebook)
    graph = Graph.from_value(notebook.probe("graph", handle="own", training=True))
    assert sum(node.op == "RandomUniform" for node in graph.nodes.values()) == 3
    assert sum(node.op == "RandomStandardNormal" for node in graph.nodes.values()) == 1
    (normalisation,) = [node for node in graph.nodes.values() if node.op.startswith("FusedBatchNorm")]
    assert normalisation.attributes["is_training"] is True


def test_weights_are_told_with_their_statistics_and_can_be_set(notebook: Notebook) -> None:
    told = network(notebook)
    variables = [node["attributes"] for node in told["graph"]["nodes"] if "weight" in node["attributes"]]
    names = {each["variable"] for each in variables}
    assert {"conv2d/kernel", "batch_normalization/moving_mean", "dense_1/bias"} <= names
    assert len(names) == len(told["weights"]) == 10
    values = [np.full(shape, 0.25, np.float32) for shape in told["weights"]]
    assert notebook.probe("assign", handle="own", values=values) == 10
    graph = Graph.from_value(notebook.probe("graph", handle="own"))
    assert all((graph.nodes[name].value == 0.25).all() for name in graph.variables)
    assert np.allclose(outputs(graph, IMAGES), notebook.probe("logits", handle="own", images=IMAGES), rtol=1e-5)


def test_the_optimiser_in_the_graph_is_told(notebook: Notebook) -> None:
    compiled = network(notebook)["compiled"]
    assert (compiled["optimizer"], compiled["learning_rate"]) == ("Adam", 0.001)
    assert compiled["loss"] == "softmax_cross_entropy"


@pytest.mark.parametrize(
    "ending",
    [
        "self.a = tf.nn.softmax(logits)",
        "self.a = tf.nn.sigmoid(tf.reduce_sum((logits - tf.one_hot(y, 10)) ** 2))",
        "self.a = tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=tf.one_hot(y, 10))",
        "self.a = -tf.reduce_sum(tf.one_hot(y, 10) * tf.log(tf.nn.softmax(logits)))",
        "self.a = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=y); b = tf.nn.softmax(2 * logits)",
    ],
)
def test_scores_are_found_by_what_is_made_of_them(notebook: Notebook, ending: str) -> None:
    source = f"""
class my_model:
    def __init__(self):
        y, image = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, 32, 32, 3])
        logits = tf.layers.dense(tf.layers.flatten(image), 10, name='wanted')
        {ending}
"""
    graph = network(notebook, source)["graph"]
    assert graph["output"].startswith("wanted/")


def test_an_open_interactive_session_is_no_obstacle(notebook: Notebook) -> None:
    notebook.holds(DATA + MY_MODEL + "sess = tf.InteractiveSession()\n")
    assert notebook.probe("network", handle="own", function="my_model")["parameters"] > 0


@pytest.mark.parametrize(("scope", "before"), [(None, 0), ("net", 0), (None, 11)])
def test_a_checkpoint_is_restored_into_the_own_network(notebook: Notebook, scope: str | None, before: int) -> None:
    notebook.holds(DATA + MY_MODEL + SAVE)
    expected = notebook.value(f"save({PATH!r}, {scope!r}, {before})")
    told = notebook.probe("saved_model", path=PATH, builder="my_model", handle="saved", largest_bytes=1 << 30)
    assert told["loaded"] and told["graph_matches_builder"] and told["kind"] == "tf1_checkpoint"
    assert told["output_shape"] == [None, 10] and told["bytes"] > 10_000
    got = notebook.probe("logits", handle="saved", images=np.ones((2, 32, 32, 3), np.float32))
    assert np.allclose(got, expected, atol=1e-6)


def test_a_checkpoint_of_another_network_is_told_as_such(notebook: Notebook) -> None:
    notebook.holds(DATA + MY_MODEL + SAVE)
    notebook.value(f"save({PATH!r})")
    notebook.holds(DATA + edited(MY_MODEL, [("self.x, 4, 3,", "self.x, 5, 3,")]))
    told = notebook.probe("saved_model", path=PATH, builder="my_model", handle="saved", largest_bytes=1 << 30)
    assert told["graph_matches_builder"] is False and "conv2d/kernel" in told["detail"]


def test_what_cannot_be_restored_has_a_reason(notebook: Notebook, tmp_path: Path) -> None:
    def reason(**settings: Any) -> Any:
        asked = {"path": PATH, "builder": "my_model", "handle": "saved", "largest_bytes": 1 << 30, **settings}
        return notebook.probe("saved_model", **asked)["reason"]

    notebook.holds(DATA + MY_MODEL + SAVE)
    assert reason() == "missing"
    notebook.value(f"save({PATH!r})")
    assert reason(largest_bytes=100) == "too_large"
    assert reason(builder="nobody") == "no_builder"
    (data,) = (tmp_path / "model_checkpoints").glob("*.data-*")
    data.write_bytes(data.read_bytes()[:100])
    assert reason() == "corrupted"
    data.unlink()
    assert reason() == "corrupted"
