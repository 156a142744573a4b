"""What stands under the names of TensorFlow 1 computes what it computed, and is found however it is imported."""

from __future__ import annotations

_SESSION = """
import numpy as np
import tensorflow as tf
def value(tensor, feed=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(tensor, feed)
images = np.random.RandomState(0).normal(size=(3, 7, 9, 2)).astype('float32')
x = tf.placeholder(tf.float32, [None, 7, 9, 2])
"""

_IMPORTS = """
import tensorflow.compat.v1 as v1
from tensorflow.compat import v1 as other
from tensorflow.contrib.layers import flatten
from tensorflow.python.framework import ops
from tensorflow.nn import relu
from keras.utils import to_categorical
from scipy.misc import imresize
from scipy.ndimage.filters import gaussian_filter1d
assert v1 is tf is other and tf.compat.v1 is tf and tf.contrib.layers.flatten is flatten
assert tf.__version__.startswith('1.') and not tf.executing_eagerly()
assert to_categorical([0, 2]).tolist() == [[1, 0, 0], [0, 0, 1]]
assert imresize(np.zeros((4, 6, 3), 'uint8'), (2, 3)).shape == (2, 3, 3)
assert gaussian_filter1d(np.ones(3), 1.0).shape == (3,)
assert "%d %.1f" % (np.array([3]), np.array([[2.5]])) == "3 2.5"
try:
    int(np.array([3, 4]))
except TypeError:
    print('imported')
"""

_LAYERS = """
kernel = np.random.RandomState(1).normal(size=(3, 3, 2, 4)).astype('float32')
given = tf.constant_initializer(kernel)
convolved = tf.layers.conv2d(x, 4, 3, strides=(2, 1), padding='same', kernel_initializer=given, activation=tf.nn.relu)
same = tf.nn.relu(tf.nn.conv2d(x, kernel, [1, 2, 1, 1], 'SAME'))
a, b = value([convolved, same], {x: images})
np.testing.assert_allclose(a, b, rtol=1e-6)

dense = tf.layers.dense(x, 5, kernel_initializer=tf.ones_initializer(), bias_initializer=tf.ones_initializer())
np.testing.assert_allclose(value(dense, {x: images}), np.repeat(images.sum(-1, keepdims=True) + 1, 5, -1), rtol=1e-5)
assert dense.shape.as_list() == [None, 7, 9, 5]

pooled = tf.layers.average_pooling2d(x, 2, 1)
windows = images[:, :-1, :-1] + images[:, 1:, :-1] + images[:, :-1, 1:] + images[:, 1:, 1:]
np.testing.assert_allclose(value(pooled, {x: images}), windows / 4, atol=1e-6)

grown = tf.layers.conv2d_transpose(x, 3, 3, strides=2, padding='same')
assert value(grown, {x: images}).shape == (3, 14, 18, 3)
layer = tf.layers.Dense(4)
twice = value([layer(x), layer(x)], {x: images})
assert np.array_equal(*twice) and len(layer.weights) == 2
print('agree')
"""

_NORMALISATION = """
training = tf.placeholder(tf.bool)
made = tf.layers.batch_normalization(x, training=training, momentum=0.9)
updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
assert len(updates) == 2
mean, variance = (tf.global_variables(f'batch_normalization/{name}')[0] for name in ('moving_mean', 'moving_variance'))
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    inference = session.run(made, {x: images, training: False})
    np.testing.assert_allclose(inference, images / np.sqrt(1.001), rtol=1e-5)
    session.run(updates, {x: images, training: False})
    assert (session.run(mean) == 0).all()
    batch = session.run(made, {x: images, training: True})
    np.testing.assert_allclose(batch.mean((0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(batch.std((0, 1, 2)), 1, rtol=1e-2)
    session.run(updates, {x: images, training: True})
    np.testing.assert_allclose(session.run(mean), 0.1 * images.mean((0, 1, 2)), rtol=1e-4)
    count = images[..., 0].size
    expected = 0.9 + 0.1 * images.var((0, 1, 2)) * count / (count - 1)
    np.testing.assert_allclose(session.run(variance), expected, rtol=1e-4)
print('normalised')
"""

_CONTRIB = """
layers = tf.contrib.layers
made = layers.conv2d(x, 3, 3, weights_regularizer=layers.l2_regularizer(0.5), normalizer_fn=layers.batch_norm)
made = layers.fully_connected(layers.flatten(made), 4, weights_initializer=layers.xavier_initializer())
assert [variable.op.name for variable in tf.trainable_variables()] == [
    'Conv/weights', 'Conv/BatchNorm/beta', 'fully_connected/weights', 'fully_connected/biases']
(loss,) = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
got, weights, outputs = value([loss, tf.global_variables('Conv/weights')[0], made], {x: images})
np.testing.assert_allclose(got, 0.25 * (weights ** 2).sum(), rtol=1e-5)
assert outputs.min() == 0 and outputs.shape == (3, 4)
np.testing.assert_allclose(value(tf.contrib.metrics.accuracy([1, 2, 3, 4], [1, 2, 0, 4])), 0.75)
print('contributed')
"""


def _last_line(run, printed, cell: str) -> str:
    seen = run([_SESSION, cell])
    assert seen.error is None
    return printed(seen)[1].strip()


def test_packages_are_found_however_they_are_imported(run, printed) -> None:
    assert _last_line(run, printed, _IMPORTS) == "imported"


def test_layers_compute_what_the_operations_compute(run, printed) -> None:
    assert _last_line(run, printed, _LAYERS) == "agree"


def test_batch_normalisation_moves_its_averages_only_in_training(run, printed) -> None:
    assert _last_line(run, printed, _NORMALISATION) == "normalised"


def test_contrib_has_its_own_names_and_defaults(run, printed) -> None:
    assert _last_line(run, printed, _CONTRIB) == "contributed"
