"""The inception module is read on an input of any size, whichever way it was written."""

from __future__ import annotations

import numpy as np
import pytest

from tests.probes.conftest import Notebook
from tests.process_apart import Raised

NUMBERS = {"C1": 2, "C3_R": 3, "C3": 4, "C5_R": 5, "C5": 6, "P3_R": 7}
PARAMETERS = 6 * (2 + 3 + 5 + 7) + (2 + 3 + 5 + 7) + 9 * 3 * 4 + 4 + 25 * 5 * 6 + 6
IMAGES = np.random.default_rng(0).standard_normal((3, 9, 11, 6)).astype(np.float32)

FUNCTIONAL = """
def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    conv = lambda filters, size: layers.Conv2D(filters, size, padding="same", activation="relu")
    pool = layers.MaxPooling2D(3, 1, padding="same")(Input)
    return layers.Concatenate()([conv(C1, 1)(Input), conv(C3, 3)(conv(C3_R, 1)(Input)),
                                 conv(C5, 5)(conv(C5_R, 1)(Input)), conv(P3_R, 1)(pool)])
"""
LISTED = FUNCTIONAL.replace("return layers", "return [layers").replace("(pool)])", "(pool)])]")
LAYER = """
class Module(layers.Layer):
    def __init__(self, C1, C3_R, C3, C5_R, C5, P3_R):
        super().__init__()
        conv = lambda filters, size: layers.Conv2D(filters, size, padding="same", activation="relu")
        self.a, self.b, self.c = conv(C1, 1), conv(C3_R, 1), conv(C3, 3)
        self.d, self.e, self.f = conv(C5_R, 1), conv(C5, 5), conv(P3_R, 1)
        self.pool = layers.MaxPooling2D(3, 1, padding="same")

    def call(self, images):
        return tf.concat([self.a(images), self.c(self.b(images)), self.e(self.d(images)), self.f(self.pool(images))], -1)
"""
WRAPPED = LAYER + "\ndef Inception_module(Input, *numbers): return Module(*numbers)(Input)\n"
CLASS = LAYER + "\nInception_module = Module\n"
RETURNED = LAYER + "\ndef Inception_module(Input, *numbers): return Module(*numbers)\n"
RAW = """
def conv(x, filters, size):
    kernel = tf.Variable(tf.random.truncated_normal((size, size, x.shape[-1], filters), stddev=0.1))
    return tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + tf.Variable(tf.random.normal((filters,))))

def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    pool = tf.nn.max_pool2d(Input, 3, 1, "SAME")
    return tf.concat([conv(Input, C1, 1), conv(conv(Input, C3_R, 1), C3, 3),
                      conv(conv(Input, C5_R, 1), C5, 5), conv(pool, P3_R, 1)], -1)
"""
MIXED = FUNCTIONAL.replace("layers.Concatenate()(", "tf.nn.relu(tf.concat(").replace("(pool)])", "(pool)], -1))")
WRITTEN = {
    "functional": FUNCTIONAL,
    "listed": LISTED,
    "wrapped layer": WRAPPED,
    "layer class": CLASS,
    "layer returned": RETURNED,
    "raw": RAW,
    "mixed": MIXED,
}


@pytest.mark.parametrize("source", WRITTEN.values(), ids=list(WRITTEN))
def test_every_way_of_writing_the_module_is_read(notebook: Notebook, source: str) -> None:
    notebook.holds(source)
    told = notebook.probe("inception", arguments=NUMBERS, shape=[9, 11, 6], handle="i")
    assert told["parameters"] == PARAMETERS and len(told["weights"]) == 12
    ops = [node["op"] for node in told["graph"]["nodes"]]
    assert (ops.count("Conv2D"), ops.count("MaxPool"), ops.count("ConcatV2")) == (6, 1, 1)
    logits = notebook.probe("logits", handle="i", images=IMAGES)
    assert logits.shape == (3, 9, 11, 19) and np.ptp(logits) > 0
    np.testing.assert_allclose(notebook.recomputed(told["graph"], IMAGES), logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("source", [FUNCTIONAL, RAW], ids=["functional", "raw"])
def test_assigned_weights_are_the_ones_used(notebook: Notebook, source: str) -> None:
    notebook.holds(source)
    shapes = notebook.probe("inception", arguments=NUMBERS, shape=[9, 11, 6], handle="i")["weights"]
    random = np.random.default_rng(1)
    values = [0.1 * random.standard_normal(shape) for shape in shapes]
    notebook.probe("assign", handle="i", values=values)
    graph = notebook.probe("graph", handle="i")
    for node in graph["nodes"]:
        if "weight" in node["attributes"]:
            np.testing.assert_allclose(node["value"], values[node["attributes"]["weight"]], rtol=1e-6)
    logits = notebook.probe("logits", handle="i", images=IMAGES)
    np.testing.assert_allclose(notebook.recomputed(graph, IMAGES), logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ("", "FunctionMissing", "Inception_module"),
        ("def Inception_module(Input): return Input", "TypeError", "positional"),
        ("def Inception_module(*all): return None", "NotOneTensor", "NoneType"),
        ("def Inception_module(*all): raise KeyError('mine')", "KeyError", "mine"),
        (RAW.replace("C5_R, 1), C5, 5)", "C5_R, 1), C5, 5)[:, 1:]"), "InvalidArgumentError", "Concat"),
        (FUNCTIONAL.replace("conv(C5, 5)", "layers.Conv2D(C5, 5)"), "ValueError", "Concatenate"),
    ],
)
def test_what_fails_is_told_as_the_students_code_fails(notebook: Notebook, source: str, kind: str, text: str) -> None:
    notebook.holds(source)
    with pytest.raises(Raised) as raised:
        notebook.probe("inception", arguments=NUMBERS, shape=[9, 11, 6], handle="i")
    assert raised.value.kind == kind and text in raised.value.text
