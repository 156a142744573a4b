"""The parts of ``tf.contrib`` that hand-ins of TensorFlow 1 use: layers, their initialisers and regularisers, accuracy.

As there, and unlike ``tf.layers``, convolutions pad, and convolutions and dense layers end in a ReLU unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.dialects.tf1 import layers
from grader.dialects.tf1.batch_normalization import batch_normalization
from grader.dialects.tf1.layer_parts import (
    activated,
    channels,
    depth,
    make_variable,
    order,
    pair,
    pooled,
    scope_of,
    window,
)

Tensor = Any
#: Where an argument is not given: None means none of it.
_DEFAULT = object()


def conv2d(
    inputs: Tensor,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Any = _DEFAULT,
    normalizer_fn: Callable[..., Tensor] | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = _DEFAULT,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """Variables ``weights`` and, without a normaliser, ``biases``."""
    import tensorflow as tf

    layout = data_format or "NHWC"
    inputs = tf.convert_to_tensor(inputs)
    with scope_of(scope, "Conv", reuse):
        shape = [*pair(kernel_size), channels(inputs, layout), num_outputs]
        weights = make_variable("weights", shape, weights_initializer, weights_regularizer, None, trainable)
        made = tf.nn.conv2d(
            inputs,
            weights,
            strides=window(stride, layout),
            padding=padding.upper(),
            data_format=order(layout),
            dilations=window(rate, layout),
        )
        biases = None if normalizer_fn else _biases(num_outputs, biases_initializer, biases_regularizer, trainable)
        if biases is not None:
            made = tf.nn.bias_add(made, biases, data_format=order(layout))
        return _finished(made, normalizer_fn, normalizer_params, activation_fn)


def fully_connected(
    inputs: Tensor,
    num_outputs: int,
    activation_fn: Any = _DEFAULT,
    normalizer_fn: Callable[..., Tensor] | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = _DEFAULT,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """Works on the last axis. Variables ``weights`` and, without a normaliser, ``biases``."""
    import tensorflow as tf

    inputs = tf.convert_to_tensor(inputs)
    with scope_of(scope, "fully_connected", reuse):
        shape = [depth(inputs), num_outputs]
        weights = make_variable("weights", shape, weights_initializer, weights_regularizer, None, trainable)
        rank = inputs.shape.rank
        made = tf.matmul(inputs, weights) if rank == 2 else tf.tensordot(inputs, weights, [[rank - 1], [0]])
        if rank != 2:
            made.set_shape(inputs.shape[:-1].concatenate(num_outputs))
        biases = None if normalizer_fn else _biases(num_outputs, biases_initializer, biases_regularizer, trainable)
        if biases is not None:
            made = tf.nn.bias_add(made, biases)
        return _finished(made, normalizer_fn, normalizer_params, activation_fn)


def batch_norm(
    inputs: Tensor,
    decay: float = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Any = None,
    param_initializers: dict[str, Any] | None = None,
    updates_collections: Any = "update_ops",
    is_training: Any = True,
    reuse: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
    **_rarely_used: Any,
) -> Tensor:
    """As `tf.layers.batch_normalization`; where `updates_collections` is None, the averages are updated in the pass itself."""
    import tensorflow as tf

    collected = tf.get_collection_ref(tf.GraphKeys.UPDATE_OPS)
    before = len(collected)
    with scope_of(scope, "BatchNorm", reuse) as made_in:
        made = batch_normalization(
            inputs,
            axis=-1 if data_format == "NHWC" else 1,
            momentum=decay,
            epsilon=epsilon,
            center=center,
            scale=scale,
            training=is_training,
            trainable=trainable,
            name=made_in,
            **{f"{name}_initializer": value for name, value in (param_initializers or {}).items()},
        )
        if updates_collections != tf.GraphKeys.UPDATE_OPS:
            updates = collected[before:]
            del collected[before:]
            if updates_collections is None:
                with tf.control_dependencies(updates):
                    made = tf.identity(made)
            for update in updates if updates_collections is not None else ():
                tf.add_to_collections(updates_collections, update)
        return activated(made, _activation(activation_fn), None)


def max_pool2d(
    inputs: Tensor, kernel_size: Any, stride: Any = 2, padding: str = "VALID", data_format: str = "NHWC",
    outputs_collections: Any = None, scope: str | None = None,
) -> Tensor:  # fmt: skip
    """The largest value of each window."""
    import tensorflow as tf

    return pooled(tf.nn.max_pool, inputs, kernel_size, stride, padding, data_format, scope or "MaxPool2D")


def avg_pool2d(
    inputs: Tensor, kernel_size: Any, stride: Any = 2, padding: str = "VALID", data_format: str = "NHWC",
    outputs_collections: Any = None, scope: str | None = None,
) -> Tensor:  # fmt: skip
    """The mean of each window."""
    import tensorflow as tf

    return pooled(tf.nn.avg_pool, inputs, kernel_size, stride, padding, data_format, scope or "AvgPool2D")


def linear(inputs: Tensor, num_outputs: int, **options: Any) -> Tensor:
    """`fully_connected` without an activation."""
    return fully_connected(inputs, num_outputs, **{"activation_fn": None, **options})


def flatten(inputs: Tensor, outputs_collections: Any = None, scope: str | None = None) -> Tensor:
    """``(N, …)`` as ``(N, product of the rest)``."""
    return layers.flatten(inputs, name=scope)


def dropout(
    inputs: Tensor, keep_prob: Any = 0.5, noise_shape: Any = None, is_training: Any = True,
    outputs_collections: Any = None, scope: str | None = None, seed: int | None = None,
) -> Tensor:  # fmt: skip
    """Keeps the share `keep_prob` of the values, where `is_training` is true."""
    return layers.dropout(inputs, 1 - keep_prob, noise_shape, seed, is_training, scope)


def one_hot_encoding(
    labels: Tensor, num_classes: int | None = None, on_value: float = 1.0, off_value: float = 0.0, **_scopes: Any
) -> Tensor:
    """Labels ``(N,)`` as ``(N, num_classes)``."""
    import tensorflow as tf

    return tf.one_hot(tf.cast(labels, tf.int64), num_classes, on_value=on_value, off_value=off_value)


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype: Any = None
) -> Any:
    """He's initialiser unless told otherwise."""
    import tensorflow as tf

    kind = "uniform" if uniform else "truncated_normal"
    return tf.variance_scaling_initializer(scale=factor, mode=mode.lower(), distribution=kind, seed=seed)


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype: Any = None) -> Any:
    """Glorot's and Bengio's initialiser."""
    import tensorflow as tf

    return tf.glorot_uniform_initializer(seed=seed) if uniform else tf.glorot_normal_initializer(seed=seed)


def l1_regularizer(scale: float, scope: str | None = None) -> Callable[[Tensor], Tensor]:
    """``scale`` times the sum of absolute values."""
    import tensorflow as tf

    return lambda weights: tf.multiply(float(scale), tf.reduce_sum(tf.abs(weights)), name=scope)


def l2_regularizer(scale: float, scope: str | None = None) -> Callable[[Tensor], Tensor]:
    """``scale`` times half the sum of squares."""
    import tensorflow as tf

    return lambda weights: tf.multiply(float(scale), tf.nn.l2_loss(weights), name=scope)


def l1_l2_regularizer(
    scale_l1: float = 1.0, scale_l2: float = 1.0, scope: str | None = None
) -> Callable[[Tensor], Tensor]:
    """The sum of both."""
    first, second = l1_regularizer(scale_l1), l2_regularizer(scale_l2)
    return lambda weights: first(weights) + second(weights)


def apply_regularization(regularizer: Callable[[Tensor], Tensor], weights_list: Any = None) -> Tensor:
    """The sum of the regulariser over `weights_list`, by default over all weights collected."""
    import tensorflow as tf

    weights = tf.get_collection(tf.GraphKeys.WEIGHTS) if weights_list is None else list(weights_list)
    losses = [regularizer(each) for each in weights]
    for loss in losses:
        tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, loss)
    return tf.add_n(losses) if losses else tf.constant(0.0)


def accuracy(predictions: Tensor, labels: Tensor, weights: Tensor | None = None, name: str | None = None) -> Tensor:
    """The share of equal entries, weighted where weights are given."""
    import tensorflow as tf

    with tf.name_scope(name or "accuracy"):
        equal = tf.cast(tf.equal(predictions, labels), tf.float32)
        if weights is None:
            return tf.reduce_mean(equal)
        weights = tf.cast(weights, tf.float32)
        return tf.reduce_sum(equal * weights) / tf.reduce_sum(tf.ones_like(equal) * weights)


def _activation(function: Any) -> Any:
    import tensorflow as tf

    return tf.nn.relu if function is _DEFAULT else function


def _biases(units: int, initializer: Any, regularizer: Any, trainable: bool) -> Any:
    """None where there are none, which in contrib the initialiser says."""
    import tensorflow as tf

    if initializer is None:
        return None
    initializer = tf.zeros_initializer() if initializer is _DEFAULT else initializer
    return make_variable("biases", [units], initializer, regularizer, None, trainable)


def _finished(made: Tensor, normalizer: Any, parameters: dict[str, Any] | None, activation: Any) -> Tensor:
    if normalizer is not None:
        made = normalizer(made, **(parameters or {}))
    return activated(made, _activation(activation), None)
