"""The pretrained network of the hand-out as a graph, put together from its weights without TensorFlow."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np

from grader.checks.network.graph import Graph, Node, Source
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.datasets import pretrained

_UTILS = Path(__file__).parents[3] / "reference" / "Utils"
#: As Keras has it by default.
_EPSILON = 1e-3
_SIZE, _CLASSES = 32, 10
#: Of each convolution: its stride, and whether a pooling layer follows.
_BLOCKS = ((2, False), (1, True), (1, False), (1, False))


def given_files() -> dict[str, bytes]:
    """The files of the hand-out that belong to the network."""
    paths = [_UTILS / "model_utils.py", _UTILS / "pretrained_cnn.npz", _UTILS / "pretrained_images.npz"]
    return {f"Utils/{path.name}": path.read_bytes() for path in paths}


@cache
def material() -> pretrained.PretrainedMaterial:
    return pretrained.embedded(given_files())


@cache
def network() -> PretrainedNetwork:
    with np.load(io.BytesIO(given_files()[pretrained.WEIGHTS_FILE]), allow_pickle=False) as file:
        weights = [file[name].astype(np.float64) for name in file.files]
    return PretrainedNetwork(_graph(weights), (_SIZE, _SIZE, 3), _CLASSES)


def _graph(weights: list[np.ndarray]) -> Graph:
    nodes: dict[str, Node] = {"images": Node("images", "Placeholder")}

    def add(op: str, name: str, *inputs: str, value: np.ndarray | None = None, **attributes: object) -> str:
        nodes[name] = Node(name, op, tuple(Source(one) for one in inputs), attributes, value)
        return name

    last = "images"
    for layer, (stride, pooled) in enumerate(_BLOCKS):
        kernel, gamma, beta, mean, variance = weights[5 * layer : 5 * layer + 5]
        factor = gamma / np.sqrt(variance + _EPSILON)
        # Normalisation in inference is one factor and one summand a channel.
        add("Const", f"kernel{layer}", value=kernel * factor)
        add("Const", f"bias{layer}", value=beta - mean * factor)
        last = add(
            "Conv2D", f"convolution{layer}", last, f"kernel{layer}",
            strides=(1, stride, stride, 1), padding="SAME", dilations=(1, 1, 1, 1), data_format="NHWC",
        )  # fmt: skip
        last = add("BiasAdd", f"biased{layer}", last, f"bias{layer}", data_format="NHWC")
        last = add("Relu", f"relu{layer}", last)
        if pooled:
            windows = {"ksize": (1, 2, 2, 1), "strides": (1, 2, 2, 1)}
            last = add("MaxPool", f"pooled{layer}", last, padding="VALID", data_format="NHWC", **windows)
    add("Const", "everywhere", value=np.array([1, 2]))
    last = add("Max", "features", last, "everywhere", keep_dims=False)
    kernel, bias = weights[5 * len(_BLOCKS) :]
    add("Const", "dense", value=kernel)
    last = add("MatMul", "product", last, "dense", transpose_a=False, transpose_b=False)
    add("Const", "bias", value=bias)
    last = add("BiasAdd", "scores", last, "bias", data_format="NHWC")
    return Graph(nodes, "images", Source(last))
