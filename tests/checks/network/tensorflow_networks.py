"""TensorFlow in a process of its own: networks are built, frozen, computed and differentiated there.

Apart, because TensorFlow starts threads, and a test process with threads must not fork.
"""

from __future__ import annotations

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

from grader.probes.op_graph import read_graph
from tests.checks.network import networks
from tests.process_apart import serve


def _traced(model, shape, dtype=tf.float32):
    function = tf.function(lambda x: model(x, training=False))
    return function.get_concrete_function(tf.TensorSpec((None, *shape), dtype))


def _built(builder, options, shape):
    keras.utils.set_random_seed(0)
    model = getattr(networks, builder)(**options)
    concrete = _traced(model, shape)
    for weight in model.weights:
        if np.ptp(weight.numpy()) == 0:
            # Biases, scales and running averages start equal everywhere, which would hide mistakes.
            spread = np.random.default_rng(len(weight.shape)).uniform(0.5, 1.5, size=weight.shape)
            weight.assign(spread.astype(np.float32) * (0.1 if not weight.numpy().any() else 1))
    return model, concrete


def network(builder, options, shape=(32, 32, 3)):
    """The graph of a network of networks.py."""
    model, concrete = _built(builder, options, shape)
    return read_graph(concrete, model.weights)


def differentiated(builder, options, images, labels, learning_rate, steps):
    """Graph, logits, loss, gradients by place in model.weights, and weights after gradient descent."""
    model, concrete = _built(builder, options, images.shape[1:])
    graph = read_graph(concrete, model.weights)
    places = [place for place, weight in enumerate(model.weights) if getattr(weight, "trainable", True)]
    trained = [model.weights[place] for place in places]

    def step():
        with tf.GradientTape() as tape:
            logits = model(tf.constant(images), training=False)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        found = tape.gradient(
            loss, [weight.value if isinstance(weight, keras.Variable) else weight for weight in trained]
        )
        return logits.numpy(), float(loss), [gradient.numpy() for gradient in found]

    logits, loss, gradients = step()
    for _ in range(steps):
        for weight, gradient in zip(trained, step()[2], strict=True):
            weight.assign_sub(learning_rate * gradient)
    after = {place: weight.numpy() for place, weight in zip(places, trained, strict=True)}
    return graph, logits, loss, dict(zip(places, gradients, strict=True)), after


def expression(code, x, w, labels):
    """Graph, output, loss and gradient to w of an expression of x and the variable w, in float64."""
    variable = tf.Variable(w)

    def compute(images, training=False):
        return eval(code, {"tf": tf, "keras": keras, "np": np, "x": images, "w": variable})

    graph = read_graph(_traced(compute, x.shape[1:], tf.float64), [variable])
    with tf.GradientTape() as tape:
        output = compute(tf.constant(x))
        if labels is None:
            return graph, output.numpy(), None, None
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, output))
    return graph, output.numpy(), float(loss), tape.gradient(loss, variable).numpy()


def to_images(builder, options, images, seed):
    """Graph and output of a network, an upstream gradient drawn by `seed`, and the gradient to the images."""
    model, concrete = _built(builder, options, images.shape[1:])
    return read_graph(concrete, model.weights), *_pulled_back(lambda x: model(x, training=False), images, seed)


def expression_to_images(code, x, seed):
    """The same of an expression of x, in float64 where it casts nothing."""

    def compute(images, training=False):
        return eval(code, {"tf": tf, "keras": keras, "np": np, "x": images, "drawn": _drawn})

    return read_graph(_traced(compute, x.shape[1:], tf.float64), []), *_pulled_back(compute, x, seed)


def _drawn(*shape):
    return tf.constant(np.random.default_rng(len(shape)).normal(size=shape))


def _pulled_back(compute, images, seed):
    given = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(given)
        output = compute(given)
    upstream = np.random.default_rng(seed).normal(size=output.shape)
    found = tape.gradient(output, given, tf.cast(upstream, output.dtype))
    return output.numpy(), upstream, found.numpy()


if __name__ == "__main__":
    serve({each.__name__: each for each in (network, differentiated, expression, to_images, expression_to_images)})
