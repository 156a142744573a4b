"""Probe `logits`: what a kept network gives for images, in inference mode."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.model.observation import Value
from grader.probes.networks import kept

BATCH_SIZE = 500


def logits(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``handle``, ``images`` ``(N, H, W, C)``, and ``batch_size`` if 500 is not meant.

    Returns the network's output as float32, ``(N, K)`` for a classifier: logits, or probabilities where the network ends
    in a softmax. Raises UnknownHandle, NotOneTensor, or what the student's code raises.
    """
    import tensorflow as tf

    network = kept(arguments["handle"])
    images, batch_size = arguments["images"], arguments.get("batch_size", BATCH_SIZE)
    outputs = [
        np.asarray(network.run(tf.constant(images[start : start + batch_size], network.dtype), False), np.float32)
        for start in range(0, len(images), batch_size)
    ]
    return np.concatenate(outputs)
