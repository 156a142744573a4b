"""What the layers of TensorFlow 1 have in common: sizes, variables, scopes, and flags that may be tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Tensor = Any
_ORDERS = {"channels_last": "NHWC", "channels_first": "NCHW", "NHWC": "NHWC", "NCHW": "NCHW"}


def pair(size: Any) -> list[int]:
    """A size given as one number or as two."""
    numbers = [int(number) for number in np.atleast_1d(size)]
    return numbers * 2 if len(numbers) == 1 else numbers


def order(data_format: str) -> str:
    """``NHWC`` or ``NCHW``. Raises ValueError for a format that there never was."""
    if data_format not in _ORDERS:
        raise ValueError(f"data_format is {data_format!r}; it may be 'channels_last' or 'channels_first'")
    return _ORDERS[data_format]


def window(size: Any, data_format: str) -> list[int]:
    """A window or its strides over all four axes."""
    return [1, *pair(size), 1] if order(data_format) == "NHWC" else [1, 1, *pair(size)]


def channels(inputs: Tensor, data_format: str) -> int:
    """The number of channels. Raises ValueError where it is not known."""
    return _known(inputs, -1 if order(data_format) == "NHWC" else 1)


def depth(inputs: Tensor) -> int:
    """The extent of the last axis. Raises ValueError where it is not known."""
    return _known(inputs, -1)


def _known(inputs: Tensor, axis: int) -> int:
    extent = None if inputs.shape.rank is None else inputs.shape.as_list()[axis]
    if extent is None:
        raise ValueError(f"The channel dimension of the inputs should be defined. Found shape {inputs.shape}.")
    return extent


def is_true(flag: Any) -> bool | None:
    """A flag's value; None where it is a tensor whose value is not known before the graph runs."""
    import tensorflow as tf

    if tf.is_tensor(flag) or isinstance(flag, tf.Variable):
        known = tf.get_static_value(flag) if tf.is_tensor(flag) else None
        return None if known is None else bool(known)
    return bool(flag)


def scope_of(name: str | None, default: str, reuse: Any) -> Any:
    """The variable scope of a layer: `name`, or the first free one of ``default``, ``default_1`` …"""
    import tensorflow as tf

    return tf.variable_scope(name, default_name=default, reuse=reuse)


def make_variable(
    name: str, shape: Sequence[int], initializer: Any, regularizer: Any, constraint: Any, trainable: bool
) -> Any:
    """A variable of the present scope, float32; without an initialiser it is drawn after Glorot and Bengio, uniformly."""
    import tensorflow as tf

    return tf.get_variable(
        name,
        list(shape),
        tf.float32,
        initializer=initializer or tf.glorot_uniform_initializer(),
        regularizer=regularizer,
        constraint=constraint,
        trainable=trainable,
    )


def activated(made: Tensor, activation: Callable[[Tensor], Tensor] | None, regularizer: Any) -> Tensor:
    """`made` through the activation; what a regulariser of activities adds to the loss is collected."""
    import tensorflow as tf

    if activation is not None:
        made = activation(made)
    if regularizer is not None:
        tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, regularizer(made))
    return made


def pooled(
    operation: Callable[..., Tensor],
    inputs: Tensor,
    pool_size: Any,
    strides: Any,
    padding: str,
    data_format: str,
    name: str,
) -> Tensor:
    """A pooling layer."""
    import tensorflow as tf

    with tf.name_scope(name):
        return operation(
            tf.convert_to_tensor(inputs),
            window(pool_size, data_format),
            window(strides, data_format),
            padding.upper(),
            data_format=order(data_format),
        )
