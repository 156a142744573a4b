"""Part 2 of the work: a small network, trained for one epoch on 2,000 images and evaluated on 500 others.

The images are drawn in the notebook, so that no grader has to bring any: noise that is the brighter the higher its class.
"""

from __future__ import annotations

from benchmarks.notebook_work import NotebookWork, Test

_SETUP = """\
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(0)
draw = np.random.RandomState(0)


def draw_images(count):
    labels = draw.randint(0, 10, count)
    images = draw.rand(count, 32, 32, 3) + 0.1 * labels[:, None, None, None]
    return images.astype("float32"), labels


X_train, Y_train = draw_images(2000)
X_test, Y_test = draw_images(500)
"""

_SIMPLE_MODEL = """\
def simple_model():
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(8, 9, padding="same", activation="relu"),
            layers.MaxPooling2D(3, strides=3),
            layers.Flatten(),
            layers.Dense(8, activation="relu"),
            layers.Dense(10),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
"""

_RUN_MODEL = """\
def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    if is_training:
        model.fit(X, Y, batch_size=batch_size, epochs=epochs, verbose=2)
    loss, accuracy = model.evaluate(X, Y, batch_size=batch_size, verbose=0)
    return loss, accuracy


model = simple_model()
run_model(model, X_train, Y_train, epochs=1, batch_size=50, is_training=True)
loss, accuracy = run_model(model, X_test, Y_test)
print(f"test: loss {loss:.4f}, accuracy {accuracy:.4f}")
"""

_SHAPE_TEST = """\
assert simple_model().count_params() == 8 * (9 * 9 * 3 + 1) + 8 * (8 * 10 * 10 + 1) + 10 * (8 + 1)
"""

_ACCURACY_TEST = """\
assert isinstance(accuracy, float)
assert 0.0 <= accuracy <= 1.0
"""

TRAINING = NotebookWork(
    part=2,
    file="Assignment2-2_Training_CNN.ipynb",
    setup=_SETUP,
    answers={"simple_model": _SIMPLE_MODEL, "run_model": _RUN_MODEL},
    tests=(
        Test("simple_model", "simple_model", _SHAPE_TEST),
        Test("accuracy", "run_model", _ACCURACY_TEST),
    ),
)
