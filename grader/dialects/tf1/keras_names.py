"""The few names of ``tf.keras`` that TensorFlow 1 hand-ins use beside their own graphs. Keras itself is not imported."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from grader.dialects.tf1.absent import PartlyAbsent

Tensor = Any


def to_categorical(y: Any, num_classes: int | None = None, dtype: Any = "float32") -> np.ndarray:
    """Class numbers of any shape as one-hot rows ``(…, num_classes)``; a last axis of size 1 is dropped."""
    numbers = np.asarray(y, dtype=np.int64)
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    return np.eye(num_classes or int(numbers.max()) + 1, dtype=dtype)[numbers]


def l1(l: float = 0.01) -> Callable[[Tensor], Tensor]:  # noqa: E741
    """``l`` times the sum of absolute values."""
    import tensorflow as tf

    return lambda weights: l * tf.reduce_sum(tf.abs(weights))


def l2(l: float = 0.01) -> Callable[[Tensor], Tensor]:  # noqa: E741
    """``l`` times the sum of squares."""
    import tensorflow as tf

    return lambda weights: l * tf.reduce_sum(tf.square(weights))


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> Callable[[Tensor], Tensor]:
    """The sum of both."""
    import tensorflow as tf

    return lambda weights: l1 * tf.reduce_sum(tf.abs(weights)) + l2 * tf.reduce_sum(tf.square(weights))


def keras_modules(tensorflow: ModuleType) -> dict[str, ModuleType]:
    """Modules by their names below ``tf.keras``; the package itself under the empty name. All else in them is absent."""
    utils = PartlyAbsent("tf.keras.utils", {"to_categorical": to_categorical})
    np_utils = PartlyAbsent("tf.keras.utils.np_utils", {"to_categorical": to_categorical})
    utils.__dict__["np_utils"] = np_utils
    regularizers = PartlyAbsent("tf.keras.regularizers", {"l1": l1, "l2": l2, "l1_l2": l1_l2})
    below = {
        "utils": utils,
        "regularizers": regularizers,
        "initializers": tensorflow.initializers,
        "activations": PartlyAbsent("tf.keras.activations", _activations(tensorflow)),
    }
    return {"": PartlyAbsent("tf.keras", dict(below)), **below, "utils.np_utils": np_utils}


def _activations(tensorflow: ModuleType) -> dict[str, object]:
    nn = tensorflow.nn
    return {"relu": nn.relu, "elu": nn.elu, "sigmoid": nn.sigmoid, "tanh": nn.tanh, "softmax": nn.softmax}
