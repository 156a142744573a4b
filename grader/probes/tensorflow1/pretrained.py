"""Probe `pretrained` where student code finds TensorFlow 1: the network of the work folder, told as a graph."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from grader.model.observation import Value
from grader.probes.op_graph import read_graph
from grader.probes.tensorflow1.pretrained_session import new_session


def pretrained(arguments: Mapping[str, Value]) -> Value:
    """No arguments. Makes the network that ``Utils.model_utils`` has, whose weights are constants, and returns::

        {"graph": GRAPH from ``inputs`` to ``outputs``, see `op_graph.read_graph`, "image_shape": [H, W, C]}

    Raises ModuleNotImported, FunctionMissing, or what making it raises.
    """
    with new_session() as made:
        images, scores = made.model.inputs, made.model.outputs
        inference = SimpleNamespace(inputs=[images], outputs=[scores], captures=())
        told = read_graph(SimpleNamespace(graph=inference), ())
        return {"graph": told, "image_shape": [int(extent) for extent in images.shape.as_list()[1:]]}
