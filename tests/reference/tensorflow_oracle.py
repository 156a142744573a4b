"""TensorFlow's own layers, in a process of their own.

Apart, because TensorFlow starts threads, and a test process with threads must not fork.
"""

from __future__ import annotations

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import tensorflow as tf

from tests.process_apart import serve


def convolution(x, w, b, dout, stride, padding):
    """out, dx, dw, db of a convolution; w is (F, WH, WW, C); padding as tf.nn.conv2d takes it."""
    x, w, b = tf.constant(x), tf.constant(w), tf.constant(b)
    with tf.GradientTape() as tape:
        tape.watch([x, w, b])
        out = tf.nn.conv2d(x, tf.transpose(w, (1, 2, 3, 0)), [1, *stride, 1], padding) + b
    gradients = tape.gradient(out, [x, w, b], output_gradients=tf.constant(dout))
    return tuple(value.numpy() for value in (out, *gradients))


def max_pooling(x, dout, window, stride):
    """out and dx of max pooling without padding."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = tf.nn.max_pool2d(x, window, [1, *stride, 1], "VALID")
    return out.numpy(), tape.gradient(out, x, output_gradients=tf.constant(dout)).numpy()


if __name__ == "__main__":
    serve({each.__name__: each for each in (convolution, max_pooling)})
