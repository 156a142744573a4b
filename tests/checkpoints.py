"""A checkpoint of TensorFlow 1 as the original network's is: a SqueezeNet with few channels, and the images beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

#: For a process with TensorFlow 1: a function that saves a checkpoint. Without `size` images may be of any; `ends` is what
#: the scores go through last, `named` what they are called.
SAVE = """
def save_checkpoint(prefix, size, classes=12, ends='reshape', named='classifier/Reshape'):
    generator = np.random.RandomState(3)

    def convolved(features, extent, count, stride=1, padding='VALID', name=None):
        channels = features.shape.as_list()[3]
        spread = np.sqrt(2 / (extent * extent * channels))
        with tf.variable_scope(name):
            weights = tf.get_variable('weights', initializer=np.float32(
                generator.normal(0, spread, (extent, extent, channels, count))))
            bias = tf.get_variable('bias', [count], initializer=tf.zeros_initializer())
        return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(features, weights, [1, stride, stride, 1], padding), bias))

    def fire(features, squeezed, count, name):
        with tf.variable_scope(name):
            features = convolved(features, 1, squeezed, name='squeeze')
            return tf.concat([convolved(features, 1, count, name='expand1'),
                              convolved(features, 3, count, 1, 'SAME', 'expand3')], 3)

    height, width = size or (None, None)
    tf.reset_default_graph()
    images = tf.placeholder('float', [None, height, width, 3], name='input_image')
    tf.placeholder('int32', [None], name='labels')
    pooled = lambda features: tf.nn.max_pool(features, [1, 3, 3, 1], [1, 2, 2, 1], 'VALID')
    with tf.variable_scope('features'):
        features = pooled(convolved(images, 3, 8, 2, name='first'))
        features = fire(pooled(fire(features, 4, 8, 'fire1')), 4, 12, 'fire2')
    with tf.variable_scope('classifier'):
        features = convolved(features, 1, classes, name='scores')
    halved = lambda extent: (extent - 1) // 2
    rows, columns = (halved(halved(halved(extent or 224))) for extent in (height, width))
    scores = tf.nn.avg_pool(features, [1, rows, columns, 1], [1, rows, columns, 1], 'VALID')
    if ends == 'softmax':
        scores = tf.nn.softmax(scores)
    tf.reshape(scores, [-1, classes], name=named)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, prefix)
"""


def write_images(file: Path, size: tuple[int, int], classes: int = 12, count: int = 25) -> None:
    """Coarse patterns and labels; names as ``name 3, another of 3``."""
    generator = np.random.default_rng(7)
    coarse = generator.integers(0, 256, (count, -(-size[0] // 8), -(-size[1] // 8), 3), dtype=np.uint8)
    pixels = coarse.repeat(8, axis=1).repeat(8, axis=2)[:, : size[0], : size[1]]
    names = {number: f"name {number}, another of {number}" for number in range(classes)}
    labels = generator.integers(0, classes, count)
    np.savez(file, X=pixels, y=labels, label_map=np.array(names, dtype=object))
