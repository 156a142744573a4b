"""The three visualisations are called on the network as it was handed out, whatever was done to it before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from grader.checks.network.graph import Graph
from grader.checks.visualisation.pretrained_network import PretrainedNetwork, tried
from grader.model.observation import Unsupported
from tests.probes.conftest import Notebook
from tests.process_apart import Raised

IMAGES = np.random.default_rng(0).standard_normal((3, 8, 6, 3)).astype(np.float32)
LABELS = np.array([4, 0, 2])

MODEL = """
import sys, types

def PretrainedCNN():
    image = keras.Input((8, 6, 3))
    x = layers.BatchNormalization(momentum=0.5)(layers.Conv2D(4, 3, activation="relu")(image))
    model = keras.Model(image, layers.Dense(5)(layers.Dropout(0.5, seed=1)(layers.Flatten()(x))))
    random = np.random.default_rng(3)
    model.set_weights([random.uniform(0.5, 1.5, w.shape) - (len(w.shape) > 1) for w in model.weights])
    return model

sys.modules["Utils"] = types.ModuleType("Utils")
sys.modules["Utils.model_utils"] = types.ModuleType("Utils.model_utils")
sys.modules["Utils.model_utils"].PretrainedCNN = PretrainedCNN
"""
SALIENCY = """
def compute_saliency_maps(model, X, Y):
    X = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(X)
        scores = tf.gather(model(X), Y, axis=1, batch_dims=1)
    return tf.reduce_max(abs(tape.gradient(scores, X)), -1)
"""

Call = Callable[..., Mapping[str, Any]]


@pytest.fixture
def call(notebook: Notebook) -> Call:
    """Defines a function, or one of `body` named f, and calls it."""

    def called(source: str, *, settings: Mapping[str, float] | None = None, seed: int | None = None, **arguments: Any):
        notebook.holds(MODEL + source)
        name = source.partition("# calls ")[2].split()[0] if "# calls " in source else _first(source)
        more = {} if seed is None else {"seed": seed}
        given = arguments or {"X": IMAGES, "Y": LABELS}
        return notebook.sent("visualisation", function=name, arguments=given, settings=settings or {}, **more)

    return called


def _first(source: str) -> str:
    return source.partition("def ")[2].partition("(")[0]


@pytest.fixture
def network(notebook: Notebook) -> PretrainedNetwork:
    notebook.holds(MODEL)
    told = notebook.probe("pretrained")
    return tried(Graph.from_value(told["graph"]), tuple(told["image_shape"]))


def test_saliency_maps_are_those_of_the_graders_copy(call: Call, network: PretrainedNetwork) -> None:
    told = call(SALIENCY)
    expected = np.abs(network.class_gradient(IMAGES, LABELS)).max(-1)
    np.testing.assert_allclose(told["returned"], expected, rtol=1e-4, atol=1e-6)
    assert (network.image_shape, network.classes) == ((8, 6, 3), 5)
    assert told.keys() == {"returned", "type", "settings", "changed", "weights_changed"}
    assert (told["changed"], told["weights_changed"], told["settings"]) == ([], False, {})


@pytest.mark.parametrize(
    "parameters",
    ["model, X, Y", "Y, model, X", "net, images, labels", "model, images, labels", "model, X, Y, *, more=0"],
)
def test_arguments_go_by_name_or_else_in_the_contracts_order(call: Call, parameters: str) -> None:
    names = [name for name in parameters.replace(" ", "").split(",") if "*" not in name and "=" not in name]
    kinds = ", ".join(f"type({name}).__name__" for name in names)
    told = call(f"def f({parameters}):\n    return str([{kinds}])\n")
    expected = {"model": "Functional", "X": "ndarray", "Y": "ndarray"}
    by_place = dict(zip(names, expected.values(), strict=True))
    assert told["returned"] == str(
        [{**by_place, **(expected if set(names) == set(expected) else {})}[name] for name in names]
    )


def test_each_visualisation_has_its_own_order(call: Call) -> None:
    image = IMAGES[:1]
    told = call("def f(a, b, c):\n    return a.shape, b, type(c).__name__\n", X=image, target_y=3)
    assert told["returned"] == ((1, 8, 6, 3), 3, "Functional")
    assert call("def f(a, b):\n    return type(a).__name__, b\n", target_y=3)["returned"] == ("Functional", 3)


def test_settings_go_as_keywords_as_constants_or_nowhere(call: Call) -> None:
    settings = {"l2_reg": 0.5, "learning_rate": 3.0, "num_iterations": 4, "blur_every": 2, "max_jitter": 0}
    source = (
        "blur_every = 10\n"
        "def f(model, target_y, l2_reg=1e-3):\n"
        "    learning_rate, num_iterations = tf.constant(25.0), 100\n"
        "    return l2_reg, learning_rate, num_iterations, blur_every\n"
    )
    told = call(source, target_y=1, settings=settings)
    np.testing.assert_allclose(told["returned"], [0.5, 3, 4, 2])
    ways = ["keyword", "constant", "constant", "constant", "ignored"]
    assert told["settings"] == dict(zip(settings, ways, strict=True))
    source = "def f(model, target_y, **kwargs):\n    return kwargs.pop('l2_reg', 1e-3), len(kwargs)\n"
    told = call(source, target_y=1, settings={"l2_reg": 0.5, "learning_rate": 3})
    assert told["returned"].tolist() == [0.5, 0] and told["settings"] == {
        "l2_reg": "keyword",
        "learning_rate": "ignored",
    }


def test_a_traced_function_takes_settings_and_its_own_numbers_again(call: Call, notebook: Notebook) -> None:
    source = (
        "step = 1.0\n@tf.function\ndef helper(x):\n    return x * step\n"
        "@tf.function\ndef f(X, target_y, model):\n    learning_rate = 25.0\n    for _ in range(2):\n"
        "        X = X + helper(learning_rate)\n    return X\n# calls f"
    )
    assert call(source, X=np.zeros(2, np.float32), target_y=1)["returned"].tolist() == [50, 50]
    asked = {"function": "f", "arguments": {"X": np.zeros(2, np.float32), "target_y": 1}}
    for settings, expected in (({"learning_rate": 3.0}, 6.0), ({}, 50.0), ({"step": 2.0}, 100.0), ({}, 50.0)):
        told = notebook.sent("visualisation", **asked, settings=settings)
        assert told["returned"].tolist() == [expected] * 2
        assert set(told["settings"].values()) <= {"constant"}


def test_a_seed_decides_what_is_drawn(call: Call) -> None:
    source = "import random\ndef f(model, target_y):\n    return np.random.rand(), random.random()\n"
    one, same, other = (call(source, target_y=1, seed=seed)["returned"].tolist() for seed in (1, 1, 2))
    assert one == same and not set(one) & set(other)


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("X += 1", ["X"]),
        ("X[0, 0, 0, 0] = np.nan", ["X"]),
        ("X.shape = (-1,)", ["X"]),
        ("Y[:] = 0", ["Y"]),
        ("X = X + 1", []),
        ("X += 1; X -= 1e9; Y *= 2", ["X", "Y"]),
    ],
)
def test_arrays_changed_in_place_are_named(call: Call, body: str, changed: list[str]) -> None:
    assert call(f"def f(model, X, Y):\n    {body}\n    return 1\n")["changed"] == changed


DAMAGE = {
    "weights": "model.set_weights([0 * w for w in model.get_weights()])",
    "running averages": "model(X + 5, training=True)",
    "trained": "model.compile('sgd', keras.losses.SparseCategoricalCrossentropy(from_logits=True)); model.fit(X, Y, verbose=0)",
    "one variable": "model.layers[-1].bias.assign_add(tf.ones(5))",
}
HARMLESS_TO_WEIGHTS = {
    "flags": "model.trainable = False",
    "activation": "model.layers[-1].activation = keras.activations.softmax",
    "epsilon": "model.layers[2].epsilon = 3.0",
    "call": "model.layers[-1].call = lambda x: x * 0",
    "call of the model": "model.call = lambda *a, **k: tf.zeros((3, 5))",
    "layers": "model._layers.pop()",
    "bias": "model.layers[-1].bias = None",
    "everything": "model.__dict__.clear()",
}


@pytest.mark.parametrize(
    "damage", [*DAMAGE.values(), *HARMLESS_TO_WEIGHTS.values()], ids=[*DAMAGE, *HARMLESS_TO_WEIGHTS]
)
def test_what_one_call_did_to_the_network_is_gone_in_the_next(
    call: Call, notebook: Notebook, network: PretrainedNetwork, damage: str
) -> None:
    source = f"def f(model, X, Y):\n    {damage}\ndef scores(model, X, Y):\n    return model(X)\n"
    source += "def trains(model, X, Y):\n    return len(model.trainable_weights)\n"
    told = call(source)
    asked = {"arguments": {"X": IMAGES, "Y": LABELS}}
    scores = notebook.sent("visualisation", function="scores", **asked)
    np.testing.assert_allclose(scores["returned"], network.scores(IMAGES), rtol=1e-4, atol=1e-5)
    assert scores["weights_changed"] is False
    if damage in DAMAGE.values():
        assert told["weights_changed"] is True
    assert notebook.sent("visualisation", function="trains", **asked)["returned"] == 6


def test_what_dropout_draws_does_not_depend_on_calls_before(call: Call, notebook: Notebook) -> None:
    first = call("def f(model, X, Y):\n    return model(X, training=True)\n")
    second = notebook.sent("visualisation", function="f", arguments={"X": IMAGES, "Y": LABELS})
    np.testing.assert_array_equal(first["returned"], second["returned"])


def test_a_model_of_the_notebooks_own_is_put_back_too(
    call: Call, notebook: Notebook, network: PretrainedNetwork
) -> None:
    call("model = PretrainedCNN()\ndef f(net, X, Y):\n    model(X, training=True)\n    return model(X)\n# calls f")
    notebook.sent("visualisation", function="f", arguments={"X": IMAGES, "Y": LABELS})
    call_scores = "def scores(net, X, Y):\n    return model(X)\n"
    notebook.value(f"exec({call_scores!r}, __import__('grader.probes.namespace').probes.namespace.namespace())")
    told = notebook.sent("visualisation", function="scores", arguments={"X": IMAGES, "Y": LABELS})
    np.testing.assert_allclose(told["returned"], network.scores(IMAGES), rtol=1e-4, atol=1e-5)


RETURNED = {
    "nothing": ("None", None, "NoneType"),
    "tensor": ("tf.ones((2, 3))", np.ones((2, 3), np.float32), "EagerTensor"),
    "variable": ("tf.Variable([1.0, 2.0])", np.array([1, 2], np.float32), "ResourceVariable"),
    "bfloat16": ("tf.ones(2, tf.bfloat16)", np.ones(2, np.float32), "EagerTensor"),
    "list of arrays": ("[np.ones((1, 2)), np.zeros((1, 2))]", np.array([[[1.0, 1]], [[0, 0]]]), "list"),
    "list of tensors": ("[tf.ones(2), tf.zeros(2)]", np.array([[1, 1], [0, 0]], np.float32), "list"),
    "nested lists": ("np.ones((2, 3, 4)).tolist()", np.ones((2, 3, 4)), "list"),
    "numbers": ("[1, 2.5, True]", np.array([1, 2.5, 1]), "list"),
    "scalar": ("np.float32(3)", np.array(3, np.float32), "float32"),
    "not finite": ("np.array([np.nan, np.inf, 1e308])", np.array([np.nan, np.inf, 1e308]), "ndarray"),
    "huge integers": ("[10 ** 400, 1.0]", [10**400, 1.0], "list"),
    "arrays of other shapes": ("[np.ones(2), np.ones(3)]", [np.ones(2), np.ones(3)], "list"),
    "array and figure": ("(np.ones(2), 'text')", (np.ones(2), "text"), "tuple"),
    "empty list": ("[]", [], "list"),
    "empty array": ("np.zeros((0, 3))", np.zeros((0, 3)), "ndarray"),
    "generator": ("(x for x in [1])", Unsupported("generator"), "generator"),
    "object array": ("np.array([None, [1]], dtype=object)", Unsupported("object array"), "ndarray"),
    "list of object arrays": ("[np.array([None])]", [Unsupported("object array")], "list"),
    "masked array": ("np.ma.ones(3)", Unsupported("MaskedArray"), "MaskedArray"),
    "ragged tensor": ("tf.ragged.constant([[1], [1, 2]])", Unsupported("RaggedTensor"), "RaggedTensor"),
    "symbolic tensor": ("model.output", Unsupported("KerasTensor"), "KerasTensor"),
    "model": ("model", Unsupported("Functional"), "Functional"),
    "function": ("lambda: 1", Unsupported("function"), "function"),
    "text": ("'done'", "done", "str"),
}


@pytest.mark.parametrize(("code", "expected", "kind"), RETURNED.values(), ids=list(RETURNED))
def test_what_came_back_is_told_plainly(call: Call, code: str, expected: Any, kind: str) -> None:
    told = call(f"def f(model, X, Y):\n    return {code}\n")
    assert told["type"] == kind
    if isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(told["returned"], expected)
        assert told["returned"].dtype == expected.dtype
    elif isinstance(expected, list | tuple):
        assert type(told["returned"]) is type(expected)
        for got, wanted in zip(told["returned"], expected, strict=True):
            np.testing.assert_array_equal(got, wanted)
    else:
        assert told["returned"] == expected


def test_many_large_images_are_halved_in_precision_rather_than_lost(call: Call) -> None:
    told = call("def f(model, X, Y):\n    return [np.full((900, 1000), n) / 3 for n in range(5)]\n")
    assert told["returned"].dtype == np.float32 and told["returned"].shape == (5, 900, 1000)
    np.testing.assert_allclose(told["returned"][:, 0, 0], np.arange(5) / 3, rtol=1e-6)


ODD = {
    "itself in a list": "a = []; a.append(a); return a",
    "no length": "\n    class L(list):\n        def __len__(self): raise KeyError('len')\n    return L([1])",
    "no type of its own": "\n    class O:\n        __class__ = list\n        def __iter__(self): raise KeyError('iter')\n    return O()",
    "very deep": "a = []\n    for _ in range(100000): a = [a]\n    return a",
}


@pytest.mark.parametrize("body", ODD.values(), ids=list(ODD))
def test_odd_values_do_no_harm_to_the_next_call(call: Call, notebook: Notebook, body: str) -> None:
    told = call(f"def f(model, X, Y):\n    {body}\ndef g(model, X, Y):\n    return 7\n# calls f")
    assert not isinstance(told["returned"], np.ndarray)
    assert notebook.sent("visualisation", function="g", arguments={"X": IMAGES, "Y": LABELS})["returned"] == 7


def test_what_the_function_raises_comes_through_and_leaves_all_as_it_was(call: Call, notebook: Notebook) -> None:
    source = (
        "def f(model, target_y):\n    l2_reg = 1\n    model.trainable = False\n    raise ValueError(f'l2 {l2_reg}')\n"
    )
    with pytest.raises(Raised) as raised:
        call(
            source + "def g(model, target_y):\n    return len(model.trainable_weights)\n",
            target_y=1,
            settings={"l2_reg": 2},
        )
    assert (raised.value.kind, raised.value.text) == ("ValueError", "l2 2")
    assert notebook.sent("visualisation", function="g", arguments={"target_y": 1})["returned"] == 6
    with pytest.raises(Raised, match="FunctionMissing"):
        notebook.sent("visualisation", function="absent", arguments={"target_y": 1})
    with pytest.raises(Raised, match="missing 1 required positional argument"):
        call("def f(sess, model, target_y):\n    return 1\n", target_y=1)
