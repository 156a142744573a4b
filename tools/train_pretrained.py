"""Usage: python tools/train_pretrained.py    (from the repository's root; `make pretrained` calls it)

Trains the small network of Part 3 on drawn images, and writes its weights and the images that go with it into the
reference. The students' folder is derived from that by `python grade.py template`.
"""

from __future__ import annotations

import importlib.util
import io
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from grader.datasets.stand_in import CLASS_NAMES, PUBLIC_SEED, draw_split  # noqa: E402
from grader.engine import atomic_file  # noqa: E402

UTILS = ROOT / "reference" / "Utils"
WEIGHTS, IMAGES = UTILS / "pretrained_cnn.npz", UTILS / "pretrained_images.npz"

SEED = 0
TRAINING_IMAGES, EPOCHS, BATCH, LEARNING_RATE = 6000, 24, 100, 6e-3
#: Images are moved by up to so many pixels, what leaves on one side coming back on the other: as far as Part 3 jitters them.
SHIFT = 16
#: In the second half of the training, images are also changed as Part 3 changes them, and are to be taken for their target.
#: Else some targets are never reached: what raises their score raises another one with it. In each batch: images that
#: start as images, images that start as noise; and how much they count beside the others.
FROM_IMAGES, FROM_NOISE, FOOLING_WEIGHT = 30, 20, 0.5
FOOLING_STEPS, LONGEST_STEP = 3, 15.0
SHOWN_IMAGES = 100
#: Black and white become -2 and 2, so that an adversarial step of length 1 is a visible part of an image.
MEAN, DEVIATION = 127.5, 64.0
#: The trained scores are divided by this. It makes a gradient so small that steps of 25 times it, at an L2 weight of
#: 0.001, end in a picture and neither in nothing nor in one that is black and white alone.
TEMPERATURE = 6.0

#: Keep training images, shown images and those that the accuracy is measured on apart.
_TRAINING, _SHOWN, _MEASURED = ((1, PUBLIC_SEED, number) for number in (0, 3, 2))


def main() -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    started = time.monotonic()
    network = train()
    weights = [weight.astype(np.float16) for weight in network.get_weights()]
    network.set_weights([weight.astype(np.float32) for weight in weights])
    write(WEIGHTS, dict(zip(names(network), weights, strict=True)))
    pixels, labels = draw_split(SHOWN_IMAGES, _SHOWN)
    scales = {"mean": np.float32(MEAN), "deviation": np.float32(DEVIATION)}
    write(IMAGES, {"pixels": pixels, "labels": labels, "class_names": np.array(CLASS_NAMES), **scales})
    print(f"trained {network.count_params()} numbers in {time.monotonic() - started:.0f} s")
    print(f"accuracy on 1000 images that nobody saw: {accuracy(network, *draw_split(1000, _MEASURED)):.3f}")
    print(f"accuracy on the {SHOWN_IMAGES} images for students: {accuracy(network, pixels, labels):.2f}")
    for file in (WEIGHTS, IMAGES):
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size} bytes")


def train() -> Any:
    """The trained keras.Model, its scores divided by the temperature."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    network = model_utils().small_network((32, 32, 3), len(CLASS_NAMES))
    pixels, labels = draw_split(TRAINING_IMAGES, _TRAINING)
    images = normalised(pixels)
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, EPOCHS * TRAINING_IMAGES // BATCH)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(network.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def step(images: Any, labels: Any, fooling: bool) -> None:
        if fooling:
            changed, targets = fooled(network, images)
        with tf.GradientTape() as tape:
            value = loss(labels, network(images, training=True))
            if fooling:
                value += FOOLING_WEIGHT * loss(targets, network(changed, training=False))
        gradients = tape.gradient(value, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))

    generator = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        order = generator.permutation(TRAINING_IMAGES)
        for start in range(0, TRAINING_IMAGES, BATCH):
            batch = order[start : start + BATCH]
            moved = np.roll(images[batch], generator.integers(-SHIFT, SHIFT + 1, 2), axis=(1, 2))
            step(tf.constant(moved), tf.constant(labels[batch]), fooling=2 * epoch >= EPOCHS)
    scores = network.get_layer("scores")
    scores.set_weights([weight / TEMPERATURE for weight in scores.get_weights()])
    return network


def fooled(network: Any, images: Any) -> tuple[Any, Any]:
    """Images and noise after some long steps of gradient ascent on the score of a target, and the targets, drawn anew."""
    import tensorflow as tf

    count = FROM_IMAGES + FROM_NOISE
    targets = tf.random.uniform((count,), 0, len(CLASS_NAMES), tf.int64)
    noise = tf.random.normal((FROM_NOISE, *images.shape[1:]), stddev=0.2)
    changed = tf.concat([images[:FROM_IMAGES], noise], axis=0)
    black, white = -MEAN / DEVIATION, (255 - MEAN) / DEVIATION
    for _ in range(FOOLING_STEPS):
        with tf.GradientTape() as tape:
            tape.watch(changed)
            score = tf.reduce_sum(network(changed, training=False) * tf.one_hot(targets, len(CLASS_NAMES)))
        gradient = tape.gradient(score, changed)
        direction = gradient / (tf.sqrt(tf.reduce_sum(gradient**2, axis=(1, 2, 3), keepdims=True)) + 1e-9)
        length = tf.exp(tf.random.uniform((count, 1, 1, 1), 0, np.log(LONGEST_STEP)))
        changed = tf.clip_by_value(changed + length * direction, black, white)
    return changed, targets


def names(network: Any) -> list[str]:
    """A name for each weight, in their order."""
    return [f"{layer.name}.{weight.name}" for layer in network.layers for weight in layer.weights]


def accuracy(network: Any, pixels: np.ndarray, labels: np.ndarray) -> float:
    scores = network.predict(normalised(pixels), batch_size=500, verbose=0)
    return float((scores.argmax(axis=1) == labels).mean())


def normalised(pixels: np.ndarray) -> np.ndarray:
    return (pixels.astype(np.float32) - np.float32(MEAN)) / np.float32(DEVIATION)


def write(file: Path, arrays: dict[str, np.ndarray]) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    atomic_file.write(file, content.getvalue())


def model_utils() -> ModuleType:
    """The students' file with the network: they and we have one description of it."""
    specification = importlib.util.spec_from_file_location("model_utils", UTILS / "model_utils.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
