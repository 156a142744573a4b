"""The process that computes single TensorFlow operations for the grader: its side of the socket.

It runs nothing of a student's. A request names an operation, its attributes and its inputs; with `upstream`, the answer
is the gradients to the inputs at the places `wanted`, else the outputs. Numbers stay what they are sent as, float64.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.execute import wire
from grader.execute.values import Decoder, Encoder, ValueBounds
from grader.model.observation import Value

#: Both sides are the grader's own; this only catches mistakes.
BOUNDS = ValueBounds(array_bytes=1 << 36)


def main() -> None:
    """Serves the socket whose descriptor is the last argument until the other side closes it."""
    connection = socket.socket(fileno=int(sys.argv[-1]))
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")
    wire.send(connection, {"ready": tf.__version__})
    while (frame := wire.receive(connection)) is not None:
        encoder = Encoder(BOUNDS)
        try:
            decoder = Decoder(frame.blobs, BOUNDS)
            answer: Value = {"computed": _answered(tf, decoder.decode(frame.body))}
        except Exception as error:
            # TensorFlow refuses what does not fit together in many ways; which one, the other side only hands on.
            answer = {"refused": f"{type(error).__name__}: {error}"[:500]}
        wire.send(connection, encoder.encode(answer), encoder.blobs)


def _answered(tf: Any, request: Mapping[str, Any]) -> list[Any]:
    operation = OPERATIONS[request["op"]]
    inputs = [tf.constant(array) for array in request["inputs"]]
    if request["upstream"] is None:
        return [operation(tf, inputs, request["attributes"]).numpy()]
    wanted = [inputs[place] for place in request["wanted"]]
    with tf.GradientTape() as tape:
        tape.watch(wanted)
        output = operation(tf, inputs, request["attributes"])
    upstream = tf.constant(request["upstream"])
    return [gradient.numpy() for gradient in tape.gradient(output, wanted, output_gradients=upstream)]


def _convolution(tf: Any, inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    """Group by group, and with zeros between a dilated kernel's numbers: on a CPU the gradients of others are missing."""
    x, kernel = inputs[0], _dilated(tf, inputs[1], attributes["dilations"])
    groups = x.shape[3] // kernel.shape[2]
    settings = {key: attributes[key] for key in ("strides", "padding", "explicit_paddings")}
    parts = zip(tf.split(x, groups, axis=3), tf.split(kernel, groups, axis=3), strict=True)
    return tf.concat([tf.raw_ops.Conv2D(input=own, filter=part, **settings) for own, part in parts], axis=3)


def _depthwise(tf: Any, inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    kernel = _dilated(tf, inputs[1], attributes["dilations"])
    settings = {key: attributes[key] for key in ("strides", "padding", "explicit_paddings")}
    return tf.raw_ops.DepthwiseConv2dNative(input=inputs[0], filter=kernel, **settings)


def _max_pool(tf: Any, inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    settings = {key: attributes[key] for key in ("ksize", "strides", "padding", "explicit_paddings")}
    return tf.raw_ops.MaxPool(input=inputs[0], **settings)


def _average_pool(tf: Any, inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    settings = {key: attributes[key] for key in ("ksize", "strides", "padding")}
    return tf.raw_ops.AvgPool(value=inputs[0], **settings)


def _dilated(tf: Any, kernel: Any, dilations: Sequence[int]) -> Any:
    height, width, *channels = kernel.shape
    rows, columns = dilations[1], dilations[2]
    if rows == columns == 1:
        return kernel
    apart = tf.reshape(kernel, (height, 1, width, 1, *channels))
    apart = tf.pad(apart, [[0, 0], [0, rows - 1], [0, 0], [0, columns - 1], [0, 0], [0, 0]])
    whole = tf.reshape(apart, (height * rows, width * columns, *channels))
    return whole[: (height - 1) * rows + 1, : (width - 1) * columns + 1]


OPERATIONS: Mapping[str, Callable[[Any, Sequence[Any], Mapping[str, Any]], Any]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2dNative": _depthwise,
    "MaxPool": _max_pool,
    "AvgPool": _average_pool,
}
