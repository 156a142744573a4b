"""Given: the pretrained network of Part 3. Nothing in this file is yours to write."""

import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
WEIGHTS = HERE / "pretrained_cnn.npz"


def PretrainedCNN():
    """A small network that was trained to tell the ten shapes of `load_ImageNet_val` apart.

    Returns:
        keras.Model. From float32 images (N, H, W, 3), normalised as `load_ImageNet_val` gives them, it makes float32
        scores (N, classes): one number for each class of each image, larger for what the network thinks is more likely.
        The scores are not normalised: no softmax has been applied. `model.input_shape` and `model.output_shape` tell the
        sizes. Call it as `model(images)`; every call of PretrainedCNN makes a new model with the same weights.

    Where a file model_location.json lies next to this one, the network that it names is taken instead, which may want
    larger images and know other classes: so ask the model, and write no size into your code.

    Raises:
        RuntimeError: The file with the weights cannot be read; the message says what to do.
    """
    location = HERE / "model_location.json"
    if location.is_file():
        return _supplied(location)
    try:
        with np.load(WEIGHTS, allow_pickle=False) as file:
            weights = [file[name].astype(np.float32) for name in file.files]
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise RuntimeError(
            f"{WEIGHTS} cannot be read ({type(error).__name__}: {error}). Unpack the assignment again and take it from there."
        ) from error
    # Random numbers would be drawn for nothing.
    model = small_network(kernel_initializer="zeros")
    model.set_weights(weights)
    return model


# (filters, kernel size, stride, whether a pooling layer follows): 32x32 pixels become 16x16, then 8x8 features.
BLOCKS = ((16, 5, 2, False), (24, 3, 1, True), (24, 3, 1, False), (16, 3, 1, False))


def small_network(image_shape=(32, 32, 3), classes=10, kernel_initializer="glorot_uniform"):
    """The network of PretrainedCNN before its training: a keras.Model with about 14,000 weights, by default random ones.

    Four convolutions, each followed by batch normalisation and ReLU; of each feature the largest value anywhere in the
    image; then one dense layer without an activation.
    """
    from keras import Input, Model, layers

    images = features = Input(image_shape, name="images")
    for number, (filters, size, stride, pooled) in enumerate(BLOCKS, 1):
        convolution = layers.Conv2D(
            filters,
            size,
            stride,
            "same",
            use_bias=False,
            kernel_initializer=kernel_initializer,
            name=f"convolution_{number}",
        )
        features = convolution(features)
        features = layers.BatchNormalization(momentum=0.9, name=f"normalisation_{number}")(features)
        features = layers.ReLU(name=f"relu_{number}")(features)
        if pooled:
            features = layers.MaxPooling2D(2, name=f"pooling_{number}")(features)
    features = layers.GlobalMaxPooling2D(name="features")(features)
    scores = layers.Dense(classes, kernel_initializer=kernel_initializer, name="scores")(features)
    return Model(images, scores, name="PretrainedCNN")


def _supplied(location):
    """The network in the .keras file that a model_location.json names."""
    from keras.models import load_model

    try:
        file = json.loads(location.read_text(encoding="utf-8"))["file"]
        return load_model(file, compile=False, safe_mode=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RuntimeError(
            f"The network that {location} names cannot be read ({type(error).__name__}: {error}). "
            "Delete that file to use the one that comes with the assignment."
        ) from error
