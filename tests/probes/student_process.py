"""A process with TensorFlow that stands for a student's.

Apart, because TensorFlow starts threads, and a test process with threads must not fork.
"""

from __future__ import annotations

import linecache
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework import op_def_registry

from grader.execute.preloading import import_packages
from grader.execute.values import Decoder, Encoder, ValueBounds
from grader.probes import PROBES
from grader.probes.graph_outline import same_network
from grader.probes.namespace import namespace, use_namespace
from tests.process_apart import serve

# Runs eager operations in the way of a hand-in's process.
import_packages(("tensorflow", "keras"))

#: Settings that TensorFlow's Python functions call otherwise than its operations do.
RENAMED = {"squeeze_dims": "axis"}

BOUNDS = ValueBounds()


def holds(source):
    """A notebook that has run `source`, with TensorFlow, Keras and NumPy imported."""
    names = {"tf": tf, "keras": keras, "layers": keras.layers, "np": np}
    use_namespace(names)
    # Its text is known as that of a notebook's cell is.
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    exec(compile(source, "<cell>", "exec"), names)


def value(expression):
    return eval(expression, dict(namespace()))


def probe(name, arguments):
    return PROBES[name](arguments)


def sent(name, arguments):
    """What the grader reads of what the probe returned."""
    encoder = Encoder(BOUNDS)
    return Decoder(encoder.blobs, BOUNDS).decode(encoder.encode(PROBES[name](arguments)))


def same(one, other):
    """Whether the graphs kept under two handles are the same network."""
    return same_network(*(PROBES["graph"]({"handle": handle}) for handle in (one, other)))


def recomputed(graph, images):
    """What `graph`, as told by a probe, gives for `images`: TensorFlow's operations called one by one."""
    values = {}
    for node in graph["nodes"]:
        if node["op"] == "Placeholder":
            values[node["name"]] = tf.constant(images)
        elif node["op"] == "Const":
            values[node["name"]] = tf.constant(node["value"])
        else:
            values[node["name"]] = _called(node, [_source(values, source) for source in node["inputs"]])
    return _source(values, graph["output"]).numpy()


def _source(values, source):
    name, _, index = source.partition(":")
    found = values[name]
    return found[int(index or 0)] if isinstance(found, tuple | list) else found


def _called(node, inputs):
    definition = op_def_registry.get(node["op"])
    left, arguments, inferred = iter(inputs), {}, set()
    for argument in definition.input_arg:
        inferred |= {argument.type_attr, argument.number_attr}
        many = argument.number_attr and node["attributes"][argument.number_attr]
        arguments[argument.name] = [next(left) for _ in range(many)] if many else next(left)
    settings = {
        RENAMED.get(name, name): setting for name, setting in node["attributes"].items() if name not in inferred
    }
    return getattr(tf.raw_ops, node["op"])(**arguments, **settings)


FUNCTIONS = {"chdir": os.chdir} | {each.__name__: each for each in (holds, value, probe, sent, same, recomputed)}


if __name__ == "__main__":
    serve(FUNCTIONS)
