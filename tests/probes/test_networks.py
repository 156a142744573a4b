"""A network is told as what it computes, however it was written, and is the same one in the requests that follow."""

from __future__ import annotations

import numpy as np
import pytest

from tests.probes.conftest import Notebook
from tests.process_apart import Raised

IMAGES = np.random.default_rng(0).standard_normal((5, 32, 32, 3)).astype(np.float32)
LABELS = np.arange(5) % 10

SEQUENTIAL = """
def simple_model():
    return keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(8, 9, activation="relu"), layers.MaxPooling2D(3, 3),
                             layers.Flatten(), layers.Dense(8, activation="relu"), layers.Dense(10)])
"""
UNBUILT = SEQUENTIAL.replace("keras.Input((32, 32, 3)), ", "")
FUNCTIONAL = """
def simple_model():
    image = keras.Input((32, 32, 3))
    x = layers.MaxPooling2D(3, 3)(layers.Conv2D(8, 9, activation="relu")(image))
    return keras.Model(image, layers.Dense(10)(layers.Dense(8, activation="relu")(layers.Flatten()(x))))
"""
SUBCLASSED = """
class simple_model(keras.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b = layers.Conv2D(8, 9, activation="relu"), layers.MaxPooling2D(3, 3)
        self.c, self.d, self.e = layers.Flatten(), layers.Dense(8, activation="relu"), layers.Dense(10)

    @tf.function
    def call(self, images):
        return self.e(self.d(self.c(self.b(self.a(images)))))
"""
LAYER = SUBCLASSED.replace("keras.Model", "layers.Layer")
MODULE = """
class Simple(tf.Module):
    def __init__(self):
        draw = lambda *shape: tf.Variable(tf.random.normal(shape, stddev=0.1))
        self.k, self.kb, self.w, self.wb = draw(9, 9, 3, 8), draw(8), draw(512, 8), draw(8)
        self.v, self.vb = draw(8, 10), draw(10)

    @tf.function
    def __call__(self, images):
        x = tf.nn.relu(tf.nn.conv2d(images, self.k, 1, "VALID") + self.kb)
        x = tf.reshape(tf.nn.max_pool2d(x, 3, 3, "VALID"), (-1, 512))
        return tf.nn.relu(x @ self.w + self.wb) @ self.v + self.vb

def simple_model():
    return Simple()
"""
CALLABLE = MODULE.replace("(tf.Module)", "")
IN_KERAS = MODULE.replace("(tf.Module)", "(keras.Model)").replace(
    "__init__(self):", "__init__(self):\n        super().__init__()"
)
IN_KERAS = IN_KERAS.replace("__call__", "call")
WRITTEN = {
    "sequential": SEQUENTIAL,
    "unbuilt": UNBUILT,
    "functional": FUNCTIONAL,
    "subclassed": SUBCLASSED,
    "layer": LAYER,
    "module": MODULE,
    "callable": CALLABLE,
    "variables in keras": IN_KERAS,
}


@pytest.fixture(params=WRITTEN.values(), ids=list(WRITTEN))
def simple(request: pytest.FixtureRequest, notebook: Notebook) -> Notebook:
    notebook.holds(request.param)
    return notebook


def test_every_way_of_writing_a_network_is_read(simple: Notebook) -> None:
    told = simple.probe("network", function="simple_model", handle="m")
    assert told["parameters"] == 6146
    assert sorted(told["weights"]) == sorted([[9, 9, 3, 8], [8], [512, 8], [8], [8, 10], [10]])
    ops = [node["op"] for node in told["graph"]["nodes"] if node["op"] in ("Conv2D", "Relu", "MaxPool", "MatMul")]
    assert ops == ["Conv2D", "Relu", "MaxPool", "MatMul", "Relu", "MatMul"]
    nodes = {node["name"]: node for node in told["graph"]["nodes"]}
    assert len(nodes) == len(told["graph"]["nodes"])
    seen: set[str] = set()
    for name, node in nodes.items():
        assert {source.partition(":")[0] for source in node["inputs"]} <= seen
        seen.add(name)
    read = {node["attributes"]["weight"]: node for node in nodes.values() if "weight" in node["attributes"]}
    assert [list(read[place]["value"].shape) for place in range(6)] == told["weights"]
    assert told["compiled"] is None and told["wrapped"] is False


def test_the_graph_that_is_told_gives_the_logits_that_are_returned(simple: Notebook) -> None:
    graph = simple.probe("network", function="simple_model", handle="m")["graph"]
    logits = simple.probe("logits", handle="m", images=IMAGES, batch_size=2)
    assert logits.shape == (5, 10) and logits.dtype == np.float32 and np.ptp(logits) > 0
    np.testing.assert_allclose(simple.recomputed(graph, IMAGES), logits, rtol=1e-4, atol=1e-5)


def test_assigned_weights_are_the_ones_read_and_used_under_the_same_names(simple: Notebook) -> None:
    told = simple.probe("network", function="simple_model", handle="m")
    random = np.random.default_rng(1)
    values = [0.1 * random.standard_normal(shape) for shape in told["weights"]]
    assert simple.probe("assign", handle="m", values=values) == 6
    graph = simple.probe("graph", handle="m")
    names = [[node["name"] for node in each["nodes"] if node["op"] == "Const"] for each in (told["graph"], graph)]
    assert names[0] == names[1]
    for node in graph["nodes"]:
        if "weight" in node["attributes"]:
            np.testing.assert_allclose(node["value"], values[node["attributes"]["weight"]], rtol=1e-6)
    logits = simple.probe("logits", handle="m", images=IMAGES)
    np.testing.assert_allclose(simple.recomputed(graph, IMAGES), logits, rtol=1e-4, atol=1e-5)


def test_other_ways_of_writing_are_the_same_network(notebook: Notebook) -> None:
    for handle, source in (("s", SEQUENTIAL), ("f", FUNCTIONAL), ("c", SUBCLASSED), ("m", MODULE)):
        notebook.holds(source)
        notebook.probe("network", function="simple_model", handle=handle)
    notebook.holds(SEQUENTIAL.replace("3, 3)", "3, 2)"))
    notebook.probe("network", function="simple_model", handle="other")
    assert notebook.same("s", "f") and notebook.same("s", "c")
    assert not notebook.same("s", "other")
    assert not notebook.same("s", "m")  # other operations for the bias and for flattening


def test_values_may_be_left_out_where_they_are_large(notebook: Notebook) -> None:
    notebook.holds(SEQUENTIAL)
    notebook.probe("network", function="simple_model", handle="m")
    nodes = notebook.probe("graph", handle="m", values=False)["nodes"]
    left_out = [node["attributes"]["shape"] for node in nodes if node["op"] == "Const" and "value" not in node]
    assert left_out == [[9, 9, 3, 8], [512, 8], [8, 10]]


def test_how_a_network_was_compiled_is_told(notebook: Notebook) -> None:
    notebook.holds(
        SEQUENTIAL
        + """
def compiled(optimizer, loss):
    model = simple_model()
    model.compile(keras.optimizers.get(optimizer), getattr(keras.losses, loss)(from_logits=True) if loss[0].isupper() else loss)
    return model
"""
    )
    asked = {"function": "compiled", "handle": "m"}
    rate = {"class_name": "SGD", "config": {"learning_rate": 0.01}}
    assert notebook.probe("network", **asked, args=[rate, "SparseCategoricalCrossentropy"])["compiled"] == {
        "optimizer": "SGD",
        "learning_rate": 0.01,
        "loss": "SparseCategoricalCrossentropy",
        "from_logits": True,
    }
    plain = notebook.probe("network", **asked, args=["adam", "mse"])["compiled"]
    assert plain == {"optimizer": "Adam", "learning_rate": 0.001, "loss": "mse", "from_logits": None}


def test_a_learning_rate_that_changes_is_told_as_none(notebook: Notebook) -> None:
    notebook.holds(
        SEQUENTIAL
        + """
def scheduled():
    model = simple_model()
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)), "mse")
    return model
"""
    )
    assert notebook.probe("network", function="scheduled", handle="m")["compiled"]["learning_rate"] is None


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("None", "simple_model returned None"),
        ("3", "simple_model returned a value of type int"),
        ("keras.Input((32, 32, 3))", "simple_model returned a value of type KerasTensor"),
        ("(keras.Input((32, 32, 3)), tf.constant(1.0))", "simple_model returned a value of type tuple"),
        ("keras.Model", "simple_model returned a value of type type"),
    ],
)
def test_what_is_no_network_is_named(notebook: Notebook, returned: str, said: str) -> None:
    notebook.holds(f"def simple_model():\n    return {returned}\n")
    with pytest.raises(Raised) as raised:
        notebook.probe("network", function="simple_model", handle="m")
    assert raised.value.kind == "NotANetwork"
    assert raised.value.text == said


def test_a_network_that_comes_with_other_values_is_taken_and_told_so(notebook: Notebook) -> None:
    notebook.holds(SEQUENTIAL + "\ndef pair():\n    return simple_model(), 'history'\n")
    assert notebook.probe("network", function="pair", handle="m")["wrapped"] is True
    assert notebook.probe("logits", handle="m", images=IMAGES).shape == (5, 10)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("", "FunctionMissing"),
        ("simple_model = 3", "FunctionMissing"),
        ("def simple_model(): raise ZeroDivisionError('mine')", "ZeroDivisionError"),
        ("def simple_model(): return lambda images: {'logits': images}", "NotOneTensor"),
        ("def simple_model(): return lambda images: 1 / 0", "ZeroDivisionError"),
    ],
)
def test_what_fails_is_told_by_the_type_of_its_error(notebook: Notebook, source: str, kind: str) -> None:
    notebook.holds(source)
    with pytest.raises(Raised) as raised:
        notebook.probe("network", function="simple_model", handle="m")
    assert raised.value.kind == kind


def test_a_handle_that_was_never_given_is_an_error(notebook: Notebook) -> None:
    with pytest.raises(Raised) as raised:
        notebook.probe("logits", handle="nobody's", images=IMAGES)
    assert raised.value.kind == "UnknownHandle"


def test_assigning_the_wrong_shapes_assigns_nothing(notebook: Notebook) -> None:
    notebook.holds(SEQUENTIAL)
    shapes = notebook.probe("network", function="simple_model", handle="m")["weights"]
    before = notebook.probe("logits", handle="m", images=IMAGES)
    for values in ([np.ones(shape) for shape in shapes[:-1]], [*(np.ones(shape) for shape in shapes[:-1]), np.ones(9)]):
        with pytest.raises(Raised) as raised:
            notebook.probe("assign", handle="m", values=values)
        assert raised.value.kind == "ValueError"
    assert (notebook.probe("logits", handle="m", images=IMAGES) == before).all()


def test_code_written_for_float64_is_given_float64(notebook: Notebook) -> None:
    notebook.holds(MODULE.replace("stddev=0.1", "stddev=0.1, dtype=tf.float64"))
    graph = notebook.probe("network", function="simple_model", handle="m")["graph"]
    assert graph["nodes"][0]["attributes"]["dtype"] == "float64"
    assert notebook.probe("logits", handle="m", images=IMAGES).dtype == np.float32


REGULARISED = """
class simple_model(keras.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = layers.Flatten(), layers.BatchNormalization(), layers.Dense(10)

    @tf.function
    def call(self, images, training=False):
        x = self.b(self.a(images), training=training)
        x = tf.cond(tf.cast(training, tf.bool), lambda: tf.nn.dropout(x, 0.5), lambda: tf.identity(x))
        return self.c(x)
"""


def test_a_branch_that_training_decides_is_put_in_its_place(notebook: Notebook) -> None:
    notebook.holds(REGULARISED)
    inference = notebook.probe("network", function="simple_model", handle="m")["graph"]
    before = notebook.probe("logits", handle="m", images=IMAGES)
    training = notebook.probe("graph", handle="m", training=True)
    ops = [{node["op"] for node in graph["nodes"]} for graph in (inference, training)]
    assert "RandomUniform" in ops[1] - ops[0] and "Mean" in ops[1] - ops[0]
    assert not {"If", "StatelessIf", "PartitionedCall", "StatefulPartitionedCall"} & (ops[0] | ops[1])
    assert (notebook.probe("logits", handle="m", images=IMAGES) == before).all()
    np.testing.assert_allclose(notebook.recomputed(inference, IMAGES), before, rtol=1e-4, atol=1e-5)


def test_control_flow_that_the_images_decide_keeps_its_name(notebook: Notebook) -> None:
    notebook.holds(
        """
scale = tf.Variable(2.0)
def simple_model():
    def run(images):
        x = tf.reshape(images, (-1, 3072))[:, :10]
        x = tf.cond(tf.reduce_mean(x) > 0, lambda: x * scale, lambda: x)
        return tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * scale), (tf.constant(0), x))[1]
    return run
"""
    )
    nodes = notebook.probe("network", function="simple_model", handle="m")["graph"]["nodes"]
    assert {"If", "While"} <= {node["op"].removeprefix("Stateless") for node in nodes}


def test_dropout_and_batch_statistics_show_in_the_training_pass_alone(notebook: Notebook) -> None:
    notebook.probe("plain_network", handle="p")
    before = notebook.probe("logits", handle="p", images=IMAGES)
    ops = [
        {node["op"] for node in notebook.probe("graph", handle="p", training=flag)["nodes"]} for flag in (False, True)
    ]
    assert {"StatelessRandomUniformV2", "Mean"} <= ops[1] - ops[0]
    assert (notebook.probe("logits", handle="p", images=IMAGES) == before).all()


def test_the_plain_network_is_drawn_from_its_seed(notebook: Notebook) -> None:
    first, again, other = (
        notebook.probe("plain_network", handle=handle, seed=seed) for handle, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first["compiled"] == {
        "optimizer": "SGD",
        "learning_rate": 0.01,
        "loss": "SparseCategoricalCrossentropy",
        "from_logits": True,
    }
    logits = [notebook.probe("logits", handle=handle, images=IMAGES) for handle in "abc"]
    assert (logits[0] == logits[1]).all() and (logits[0] != logits[2]).any()
    values = [
        [node["value"] for node in told["graph"]["nodes"] if "weight" in node["attributes"]] for told in (first, again)
    ]
    assert all((one == two).all() for one, two in zip(*values, strict=True))
    assert other["parameters"] == first["parameters"] == 49402


RUN_MODEL = """
def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    history = model.fit(X, Y, epochs=epochs, batch_size=batch_size, verbose=0) if is_training else None
    loss, accuracy = model.evaluate(X, Y, batch_size=batch_size, verbose=0)
    return tf.constant(loss), [{"accuracy": tf.constant(accuracy)}], history is not None
"""


def test_run_model_trains_the_kept_network_and_its_tensors_come_as_arrays(notebook: Notebook) -> None:
    notebook.holds(RUN_MODEL)
    notebook.probe("plain_network", handle="p")
    asked = {"handle": "p", "X": IMAGES, "Y": LABELS, "epochs": 1, "batch_size": 5}
    before = notebook.probe("logits", handle="p", images=IMAGES)
    loss, (entry,), trained = notebook.probe("run_model", **asked, is_training=False)["returned"]
    shifted = before.astype(float) - before.max(1, keepdims=True)
    expected = np.mean(np.log(np.exp(shifted).sum(1)) - shifted[np.arange(5), LABELS])
    assert np.isclose(loss, expected, rtol=1e-5) and trained is False
    assert entry["accuracy"] == np.float32(np.mean(before.argmax(1) == LABELS))
    assert (notebook.probe("logits", handle="p", images=IMAGES) == before).all()
    assert notebook.probe("run_model", **asked, is_training=True)["returned"][2] is True
    assert (notebook.probe("logits", handle="p", images=IMAGES) != before).any()


def test_names_are_told_as_there_and_callable(notebook: Notebook) -> None:
    notebook.holds("x = 3\ndef f(): pass\n")
    assert notebook.probe("names", names=["x", "f", "g"]) == {
        "x": {"present": True, "callable": False},
        "f": {"present": True, "callable": True},
        "g": {"present": False, "callable": False},
    }
