"""Probe `original_network`: opens the checkpoint of a network for TensorFlow 1, and makes its variables constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.model.observation import Value

_COLOURS = 3


def original_network(arguments: Mapping[str, Value]) -> Value:
    """``prefix``: what the names of the checkpoint's files begin with; ``inputs`` and ``outputs``: names of tensors;
    ``size``: height and width of images where the graph leaves them open. Returns::

        {"graph": serialised GraphDef of what the outputs depend on, uint8 (bytes,), "image_shape": [H, W, C],
         "missing": names of those of the two tensors that are not in the graph}

    where something is missing without ``graph``. Where ``inputs`` is no placeholder of colour images, the shape tells so.
    Raises what opening it raises.
    """
    import tensorflow as tf

    graph = tf.Graph()
    with graph.as_default(), tf.Session(graph=graph) as session:
        saver = tf.train.import_meta_graph(f"{arguments['prefix']}.meta", clear_devices=True)
        missing = [arguments[name] for name in ("inputs", "outputs") if not _is_in(graph, arguments[name])]
        if missing:
            return {"missing": missing, "image_shape": []}
        images, scores = (graph.get_tensor_by_name(arguments[name]) for name in ("inputs", "outputs"))
        saver.restore(session, str(arguments["prefix"]))
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), [scores.op.name])
    shape = _image_shape(images, arguments["size"])
    _simplify(frozen, images.op.name, shape)
    content = np.frombuffer(frozen.SerializeToString(), np.uint8)
    return {"missing": [], "graph": content, "image_shape": shape}


def _is_in(graph: Any, name: str) -> bool:
    try:
        graph.get_tensor_by_name(name)
    except (KeyError, ValueError):
        return False
    return True


def _image_shape(images: Any, size: Value) -> list[int]:
    """Height, width and colours; without what is not told and not expected to be left open."""
    told = images.shape.as_list()[1:] if images.shape.rank == 4 else [0]
    usual = [*size, _COLOURS]
    return [int(extent or other) for extent, other in zip(told, usual, strict=False)]


def _simplify(frozen: Any, images: str, shape: list[int]) -> None:
    """Leave out where operations ran and what shapes they had, and give images their size."""
    import tensorflow as tf

    for node in frozen.node:
        node.device = ""
        for name in [name for name in node.attr if name.startswith("_")]:
            del node.attr[name]
        if node.name == images and "shape" in node.attr:
            node.attr["shape"].shape.CopyFrom(tf.TensorShape([None, *shape]).as_proto())
