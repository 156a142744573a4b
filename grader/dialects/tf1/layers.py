"""``tf.layers`` of TensorFlow 1 on its own operations: the same arguments, and the same names of variables, so that
checkpoints of that time can be restored. No Keras is imported for it.

Inputs are ``(N, H, W, C)``, or ``(N, C, H, W)`` with ``data_format="channels_first"``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.dialects.tf1.layer_parts import (
    activated,
    channels,
    depth,
    is_true,
    make_variable,
    order,
    pair,
    pooled,
    scope_of,
    window,
)

Tensor = Any


def conv2d(
    inputs: Tensor,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
    activation: Callable[[Tensor], Tensor] | None = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = None,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Tensor:
    """Variables ``kernel (kh, kw, C, filters)`` and ``bias (filters,)``."""
    import tensorflow as tf

    inputs = tf.convert_to_tensor(inputs)
    with scope_of(name, "conv2d", reuse):
        shape = [*pair(kernel_size), channels(inputs, data_format), filters]
        kernel = make_variable("kernel", shape, kernel_initializer, kernel_regularizer, kernel_constraint, trainable)
        made = tf.nn.conv2d(
            inputs,
            kernel,
            strides=window(strides, data_format),
            padding=padding.upper(),
            data_format=order(data_format),
            dilations=window(dilation_rate, data_format),
        )
        if use_bias:
            bias = _bias(filters, bias_initializer, bias_regularizer, bias_constraint, trainable)
            made = tf.nn.bias_add(made, bias, data_format=order(data_format))
        return activated(made, activation, activity_regularizer)


def conv2d_transpose(
    inputs: Tensor,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    activation: Callable[[Tensor], Tensor] | None = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = None,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Tensor:
    """Variables ``kernel (kh, kw, filters, C)`` and ``bias (filters,)``. Height and width have to be known."""
    import tensorflow as tf

    inputs = tf.convert_to_tensor(inputs)
    (height, width), (down, along) = pair(kernel_size), pair(strides)
    rows, columns = (
        int(extent) for extent in (inputs.shape[2:] if order(data_format) == "NCHW" else inputs.shape[1:3])
    )
    valid = padding.upper() == "VALID"
    rows = rows * down + (max(height - down, 0) if valid else 0)
    columns = columns * along + (max(width - along, 0) if valid else 0)
    batch = tf.shape(inputs)[0]
    shape = [batch, filters, rows, columns] if order(data_format) == "NCHW" else [batch, rows, columns, filters]
    with scope_of(name, "conv2d_transpose", reuse):
        kernel = make_variable(
            "kernel",
            [height, width, filters, channels(inputs, data_format)],
            kernel_initializer,
            kernel_regularizer,
            kernel_constraint,
            trainable,
        )
        made = tf.nn.conv2d_transpose(
            inputs,
            kernel,
            tf.stack(shape),
            strides=window(strides, data_format),
            padding=padding.upper(),
            data_format=order(data_format),
        )
        made.set_shape([None, *shape[1:]])
        if use_bias:
            bias = _bias(filters, bias_initializer, bias_regularizer, bias_constraint, trainable)
            made = tf.nn.bias_add(made, bias, data_format=order(data_format))
        return activated(made, activation, activity_regularizer)


def separable_conv2d(
    inputs: Tensor,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
    depth_multiplier: int = 1,
    activation: Callable[[Tensor], Tensor] | None = None,
    use_bias: bool = True,
    depthwise_initializer: Any = None,
    pointwise_initializer: Any = None,
    bias_initializer: Any = None,
    depthwise_regularizer: Any = None,
    pointwise_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    depthwise_constraint: Any = None,
    pointwise_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Tensor:
    """Variables ``depthwise_kernel``, ``pointwise_kernel`` and ``bias``."""
    import tensorflow as tf

    inputs = tf.convert_to_tensor(inputs)
    given = channels(inputs, data_format)
    with scope_of(name, "separable_conv2d", reuse):
        depthwise = make_variable(
            "depthwise_kernel",
            [*pair(kernel_size), given, depth_multiplier],
            depthwise_initializer,
            depthwise_regularizer,
            depthwise_constraint,
            trainable,
        )
        pointwise = make_variable(
            "pointwise_kernel",
            [1, 1, given * depth_multiplier, filters],
            pointwise_initializer,
            pointwise_regularizer,
            pointwise_constraint,
            trainable,
        )
        made = tf.nn.separable_conv2d(
            inputs,
            depthwise,
            pointwise,
            strides=window(strides, data_format),
            padding=padding.upper(),
            rate=pair(dilation_rate),
            data_format=order(data_format),
        )
        if use_bias:
            bias = _bias(filters, bias_initializer, bias_regularizer, bias_constraint, trainable)
            made = tf.nn.bias_add(made, bias, data_format=order(data_format))
        return activated(made, activation, activity_regularizer)


def dense(
    inputs: Tensor,
    units: int,
    activation: Callable[[Tensor], Tensor] | None = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = None,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Tensor:
    """Works on the last axis. Variables ``kernel (C, units)`` and ``bias (units,)``."""
    import tensorflow as tf

    inputs = tf.convert_to_tensor(inputs)
    with scope_of(name, "dense", reuse):
        shape = [depth(inputs), units]
        kernel = make_variable("kernel", shape, kernel_initializer, kernel_regularizer, kernel_constraint, trainable)
        if inputs.shape.rank == 2:
            made = tf.matmul(inputs, kernel)
        else:
            made = tf.tensordot(inputs, kernel, [[inputs.shape.rank - 1], [0]])
            made.set_shape(inputs.shape[:-1].concatenate(units))
        if use_bias:
            made = tf.nn.bias_add(made, _bias(units, bias_initializer, bias_regularizer, bias_constraint, trainable))
        return activated(made, activation, activity_regularizer)


def max_pooling2d(
    inputs: Tensor,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """The largest value of each window."""
    import tensorflow as tf

    return pooled(tf.nn.max_pool, inputs, pool_size, strides, padding, data_format, name or "max_pooling2d")


def average_pooling2d(
    inputs: Tensor,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """The mean of each window."""
    import tensorflow as tf

    return pooled(tf.nn.avg_pool, inputs, pool_size, strides, padding, data_format, name or "average_pooling2d")


def dropout(
    inputs: Tensor,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: str | None = None,
) -> Tensor:
    """Drops the share `rate` of the values, where `training` (a bool or a tensor) is true."""
    import tensorflow as tf

    inputs = tf.convert_to_tensor(inputs)
    with tf.name_scope(name or "dropout"):
        known = is_true(training)
        if known is False:
            return tf.identity(inputs)

        def dropped() -> Tensor:
            return tf.nn.dropout(inputs, rate=rate, noise_shape=noise_shape, seed=seed)

        return dropped() if known else tf.cond(tf.cast(training, tf.bool), dropped, lambda: tf.identity(inputs))


def flatten(inputs: Tensor, name: str | None = None, data_format: str = "channels_last") -> Tensor:
    """``(N, …)`` as ``(N, product of the rest)``."""
    import tensorflow as tf

    inputs = tf.convert_to_tensor(inputs)
    with tf.name_scope(name or "flatten"):
        if order(data_format) == "NCHW" and inputs.shape.rank == 4:
            inputs = tf.transpose(inputs, [0, 2, 3, 1])
        if not inputs.shape[1:].is_fully_defined():
            return tf.reshape(inputs, [tf.shape(inputs)[0], -1])
        return tf.reshape(inputs, [-1, inputs.shape[1:].num_elements()])


def _bias(units: int, initializer: Any, regularizer: Any, constraint: Any, trainable: bool) -> Any:
    import tensorflow as tf

    return make_variable("bias", [units], initializer or tf.zeros_initializer(), regularizer, constraint, trainable)
