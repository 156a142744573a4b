"""Probe `pretrained`: the pretrained network of the work folder, told as a graph."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model.observation import Value
from grader.probes.networks import adopt
from grader.probes.op_graph import read_graph
from grader.probes.pretrained_model import CONSTRUCTOR, PretrainedModel


def pretrained(arguments: Mapping[str, Value]) -> Value:
    """No arguments. Opens the network that ``Utils.model_utils`` has, anew, and returns::

        {"graph": GRAPH of the inference pass, see `op_graph.read_graph`, "image_shape": [H, W, C]}

    Raises ModuleNotImported, FunctionMissing, NotANetwork, NotOneTensor, or what opening it raises.
    """
    model = PretrainedModel().model
    # As Keras tells it: None for the number of images, then what an image is like.
    shape = tuple(int(extent) for extent in model.input_shape[1:])
    network = adopt(model, CONSTRUCTOR, shape)
    return {"graph": read_graph(network.traced, network.weights), "image_shape": list(shape)}
