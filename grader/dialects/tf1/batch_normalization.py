"""``tf.layers.batch_normalization`` of TensorFlow 1: moving averages are updated by operations that the student runs."""

from __future__ import annotations

from typing import Any

from grader.dialects.tf1.layer_parts import is_true, make_variable, scope_of

Tensor = Any


def batch_normalization(
    inputs: Tensor,
    axis: Any = -1,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
    center: bool = True,
    scale: bool = True,
    beta_initializer: Any = None,
    gamma_initializer: Any = None,
    moving_mean_initializer: Any = None,
    moving_variance_initializer: Any = None,
    beta_regularizer: Any = None,
    gamma_regularizer: Any = None,
    beta_constraint: Any = None,
    gamma_constraint: Any = None,
    training: Any = False,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
    renorm: bool = False,
    fused: Any = None,
    **_rarely_used: Any,
) -> Tensor:
    """Variables ``gamma``, ``beta``, ``moving_mean`` and ``moving_variance``; `training` may be a tensor.

    What updates the moving averages is in the collection ``UPDATE_OPS`` and runs only where the student runs it.
    Raises NotImplementedError for batch renormalisation.
    """
    import tensorflow as tf

    if renorm:
        raise NotImplementedError("tf.layers.batch_normalization(renorm=True) is not available here")
    inputs = tf.convert_to_tensor(inputs)
    with scope_of(name, "batch_normalization", reuse):
        axis = _one_axis(axis, inputs.shape.rank)
        size = [inputs.shape.as_list()[axis]]
        ones, zeros = tf.ones_initializer(), tf.zeros_initializer()
        gamma = beta = None
        if scale:
            gamma = make_variable(
                "gamma", size, gamma_initializer or ones, gamma_regularizer, gamma_constraint, trainable
            )
        if center:
            beta = make_variable("beta", size, beta_initializer or zeros, beta_regularizer, beta_constraint, trainable)
        mean = make_variable("moving_mean", size, moving_mean_initializer or zeros, None, None, False)
        variance = make_variable("moving_variance", size, moving_variance_initializer or ones, None, None, False)
        normalised, batch_mean, batch_variance = _normalised(
            inputs, axis, (gamma, beta, mean, variance), epsilon, training
        )
        if is_true(training) is not False:
            _collect_updates(((mean, batch_mean), (variance, batch_variance)), momentum, training)
        return normalised


def _one_axis(axis: Any, rank: int) -> int:
    if isinstance(axis, list | tuple):
        (axis,) = axis
    return axis % rank


def _normalised(
    inputs: Tensor, axis: int, variables: tuple[Any, Any, Any, Any], epsilon: float, training: Any
) -> tuple[Tensor, Tensor, Tensor]:
    """The outputs, and the mean and variance that they were made with."""
    import tensorflow as tf

    known = is_true(training)
    if known is not None:
        return _in_mode(inputs, axis, variables, epsilon, known)
    return tf.cond(
        tf.cast(training, tf.bool),
        lambda: _in_mode(inputs, axis, variables, epsilon, True),
        lambda: _in_mode(inputs, axis, variables, epsilon, False),
    )


def _in_mode(
    inputs: Tensor, axis: int, variables: tuple[Any, Any, Any, Any], epsilon: float, training: bool
) -> tuple[Tensor, Tensor, Tensor]:
    import tensorflow as tf

    gamma, beta, mean, variance = (None if variable is None else tf.identity(variable) for variable in variables)
    rank = inputs.shape.rank
    if rank == 4 and axis in (1, 3):
        one, zero = tf.ones_like(mean), tf.zeros_like(mean)
        made, used_mean, used_variance = tf.nn.fused_batch_norm(
            inputs,
            one if gamma is None else gamma,
            zero if beta is None else beta,
            None if training else mean,
            None if training else variance,
            epsilon=epsilon,
            data_format="NHWC" if axis == 3 else "NCHW",
            is_training=training,
        )
        # Outside of training the kernel's second and third outputs are not promised to be anything.
        return (made, used_mean, used_variance) if training else (made, mean, variance)
    if training:
        mean, variance = tf.nn.moments(inputs, [other for other in range(rank) if other != axis])
    shape = [-1 if other == axis else 1 for other in range(rank)]
    spread = [None if part is None else tf.reshape(part, shape) for part in (mean, variance, beta, gamma)]
    if axis == rank - 1:
        spread = [mean, variance, beta, gamma]
    return tf.nn.batch_normalization(inputs, *spread, epsilon), mean, variance


def _collect_updates(pairs: Any, momentum: float, training: Any) -> None:
    import tensorflow as tf

    share = tf.constant(1.0 - momentum)
    if is_true(training) is None:
        share = tf.where(tf.cast(training, tf.bool), share, tf.zeros_like(share))
    for average, new in pairs:
        update = tf.assign_sub(average, (average - new) * share, name="AssignMovingAvg")
        tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, update)
