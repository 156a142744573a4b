"""What the fork server has TensorFlow do differently: the same results, with less made ready for them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorflow")

ROOT = Path(__file__).resolve().parents[2]

#: Eager code of the kinds that hand-ins contain; prints what it computes.
PROGRAM = """
import json, sys
if sys.argv[1] == "preloaded":
    from grader.execute.preloading import import_packages
    import_packages(("tensorflow", "keras"))
import keras, numpy as np, tensorflow as tf
keras.utils.set_random_seed(3)
draw = np.random.RandomState(0)
images = draw.rand(6, 16, 16, 3).astype("float32")
labels = np.array([0, 1, 2, 3, 1, 2])
layers = keras.layers
model = keras.Sequential([
    keras.Input((16, 16, 3)), layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization(), layers.ReLU(),
    layers.MaxPooling2D(2), layers.Dropout(0.5), layers.Flatten(), layers.Dense(4),
])
optimizer = keras.optimizers.Adam(0.01)
for _ in range(3):
    with tf.GradientTape() as tape:
        scores = model(images, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
pixels = tf.Variable(images)
with tf.GradientTape() as tape:
    chosen = tf.gather(model(pixels), labels, axis=1, batch_dims=1)
maps = tf.reduce_max(tf.abs(tape.gradient(chosen, pixels)), axis=3)
pixels[:, 2:4].assign(tf.zeros((6, 2, 16, 3)))
pixels.scatter_nd_update([[0, 0, 0]], [[1.0, 2.0, 3.0]])
batches = [batch.numpy() for batch in tf.data.Dataset.from_tensor_slices(labels).shuffle(6, seed=1).batch(4)]
looped = tf.while_loop(lambda i, x: i < 5, lambda i, x: (i + 1, x * 1.5), (tf.constant(0), tf.constant(1.0)))[1]
model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
history = model.fit(images, labels, batch_size=2, epochs=2, verbose=0).history
try:
    tf.matmul(tf.zeros((2, 3)), tf.zeros((2, 3)))
except tf.errors.InvalidArgumentError as error:
    message = str(error)
values = [loss, maps, pixels, *model.weights, looped, *batches, tf.argmax(model(images), 1), tf.cast(labels, tf.int32) // 2,
          tf.random.normal((3,)), tf.image.resize(images, (5, 5)), tf.strings.length(tf.constant(["ab", ""])), tf.where(labels > 1),
          tf.one_hot(labels, 4), tf.linalg.norm(images), tf.concat([labels, labels], 0), tf.unique(labels)[0], tf.sort(labels)]
print(json.dumps({"values": [np.asarray(value).tolist() for value in values], "history": history, "message": message}))
"""


def run(how: str) -> dict[str, Any]:
    ended = subprocess.run([sys.executable, "-c", PROGRAM, how], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(ended.stdout.splitlines()[-1])


def test_preloaded_tensorflow_computes_what_plain_tensorflow_does() -> None:
    plain, preloaded = run("plain"), run("preloaded")
    assert preloaded["values"] == plain["values"]
    assert preloaded["history"] == plain["history"]
    # That it goes another way to get there: no function around the operation, which TensorFlow names in its messages.
    assert "__wrapped__" in plain["message"]
    assert "__wrapped__" not in preloaded["message"]
    assert plain["message"].split("}} ")[1].split(" [Op")[0] in preloaded["message"]
