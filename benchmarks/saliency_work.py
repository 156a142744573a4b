"""Part 3 of the work: saliency maps of a small network with drawn weights."""

from __future__ import annotations

from benchmarks.notebook_work import NotebookWork, Test

_SETUP = """\
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf


def fixed_model():
    draw = np.random.RandomState(7)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((32, 32, 3)),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    model.set_weights([0.1 * draw.randn(*weight.shape).astype("float32") for weight in model.weights])
    return model


model = fixed_model()
images = np.random.RandomState(1).rand(5, 32, 32, 3).astype("float32")
labels = np.array([0, 3, 5, 7, 9])
"""

_SALIENCY = """\
def compute_saliency_maps(model, X, Y):
    pixels = tf.convert_to_tensor(X)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        scores = tf.gather(model(pixels), Y, axis=1, batch_dims=1)
    return np.max(np.abs(tape.gradient(scores, pixels).numpy()), axis=3)
"""

_TEST = """\
pixels = tf.convert_to_tensor(images)
with tf.GradientTape() as tape:
    tape.watch(pixels)
    score = tf.reduce_sum(fixed_model()(pixels) * tf.one_hot(labels, 10))
expected = np.abs(tape.gradient(score, pixels).numpy()).max(axis=3)
maps = compute_saliency_maps(model, images, labels)
assert maps.shape == (5, 32, 32)
np.testing.assert_allclose(maps, expected, rtol=1e-4, atol=1e-6)
"""

SALIENCY = NotebookWork(
    part=3,
    file="Assignment2-3_Visualizing_CNN.ipynb",
    setup=_SETUP,
    answers={"compute_saliency_maps": _SALIENCY},
    tests=(Test("saliency", "compute_saliency_maps", _TEST),),
)
