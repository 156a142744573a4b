"""A process with TensorFlow 1 that stands for a student's. Apart, because TensorFlow starts threads."""

from __future__ import annotations

import linecache
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np

from grader.dialects.tf1 import runtime
from grader.dialects.tf1.graph_seeds import reseed_graphs
from grader.probes import probe_named
from grader.probes.namespace import use_namespace
from tests.process_apart import serve
from tests.reference.notebook_cells import move_to

runtime.install()

import tensorflow as tf  # noqa: E402 (which TensorFlow that is, has to be settled before)

names: dict[str, object] = {}


def holds(source):
    """A notebook that has run `source`, with TensorFlow and NumPy imported."""
    reseed_graphs(1)
    np.random.seed(1)
    names.clear()
    names.update(tf=tf, np=np)
    use_namespace(names)
    tf.reset_default_graph()
    # Its text is known as that of a notebook's cell is.
    linecache.cache["<cell>"] = (len(source), None, f"{source}\n".splitlines(keepends=True), "<cell>")
    exec(compile(source, "<cell>", "exec"), names)


def works_in(folder):
    """In a work folder, with the modules of it and of none before it."""
    move_to(Path(folder))


def value(expression):
    return eval(expression, dict(names))


def probe(name, arguments):
    return probe_named(name)(arguments)


if __name__ == "__main__":
    serve({"chdir": works_in, "holds": holds, "value": value, "probe": probe})
