"""Probe `plain_network`: a network of ours, to try a notebook's `run_model` on whatever its own models are like."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.model.observation import Value
from grader.probes.network import told
from grader.probes.networks import IMAGE_SHAPE, adopt, keep

_UNITS = 16
_LEARNING_RATE = 0.01


def plain_network(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``handle`` and ``seed`` (0 where it is not given), from which all weights are drawn.

    Flatten, dense 16 ReLU, batch normalisation, dropout 0.5, dense 10 linear; compiled with gradient descent of rate
    0.01, softmax cross-entropy on logits with whole-number labels, and accuracy. The batch normalisation's statistics
    are far from any batch's, so that an evaluation in training mode gives other figures. Returns what `network` does.
    """
    import keras

    seed = int(arguments.get("seed", 0))
    random = np.random.default_rng(seed)
    model = keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            keras.layers.Flatten(),
            keras.layers.Dense(_UNITS, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5, seed=seed),
            keras.layers.Dense(10),
        ]
    )
    for weight in model.weights:
        weight.assign(_drawn(random, weight.path.rpartition("/")[2], tuple(weight.shape)))
    model.compile(
        optimizer=keras.optimizers.SGD(_LEARNING_RATE),
        metrics=["accuracy"],
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    adopted = adopt(model, "plain_network")
    keep(arguments["handle"], adopted)
    return told(adopted)


def _drawn(random: np.random.Generator, name: str, shape: tuple[int, ...]) -> np.ndarray:
    if name in ("gamma", "moving_variance"):
        return random.uniform(0.5, 2.0, shape).astype(np.float32)
    scale = np.sqrt(1 / shape[0]) if len(shape) == 2 else 0.5
    return (scale * random.standard_normal(shape)).astype(np.float32)
