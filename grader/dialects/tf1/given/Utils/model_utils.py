"""Given: the pretrained network for hand-ins of the assignment's TensorFlow 1 years. Nothing in this file is yours to write."""

import functools

import numpy as np
import tensorflow as tf
from Utils.data_utils import enlargement, expected_network, maybe_download_and_extract, original  # noqa: F401 (given on)
from Utils.served_model import BLOCKS, WEIGHTS

SIZE = 32  # height and width of what the small network takes
EPSILON = 1e-3  # of its batch normalisation
PATTERN = 8  # height and width of the fine patterns
STRENGTH, HANDICAP = 0.5, 1.0  # of a pattern in the score; what a further class starts behind the ten
INPUTS, OUTPUTS = "input_image:0", "classifier/Reshape:0"  # of the original


class SqueezeNet:
    """The network of that name where the course has it, its weights being constants; else one that stands in for it, with
    as many classes and images as large.

    That one averages an image down to 32x32 pixels and asks a small network that knows ten classes. Further classes share
    the scores of these ten in turn; what sets them apart is a fine checkered pattern, which pictures of things do not have.

    inputs: placeholder float32 (N, H, W, 3), normalised as load_ImageNet_val does.
    targets: placeholder int32 (N,), labels. Nothing in the network depends on them.
    outputs: tensor float32 (N, classes), scores that are not normalised.
    """

    def __init__(self, sess):
        with sess.graph.as_default():
            self.inputs, self.outputs = _original() if original() is not None else _stand_in()
            self.targets = tf.placeholder(tf.int32, [None], name="labels")
        self.image, self.labels, self.classifier = self.inputs, self.targets, self.outputs


def _original():
    return tf.import_graph_def(_original_graph(), return_elements=[INPUTS, OUTPUTS], name="")


@functools.cache
def _original_graph():
    with open(original()["graph"], "rb") as file:
        return tf.GraphDef.FromString(file.read())


def _stand_in():
    expected = expected_network()
    height, width = expected["height"], expected["width"]
    images = tf.placeholder(tf.float32, [None, height, width, 3], name="input_image")
    with tf.name_scope("features"):
        small = _averaged(images, height, width)
    return images, _scores(small, expected["classes"])


def _averaged(images, height, width):
    """Images (N, 32, 32, 3) whose L2 norm is that of the large ones, where these are small ones enlarged."""
    size = enlargement(height, width)
    top, left = (height - SIZE * size) // 2, (width - SIZE * size) // 2
    if top or left or height != SIZE * size or width != SIZE * size:
        images = images[:, top : top + SIZE * size, left : left + SIZE * size]
    if size == 1:
        return images
    return tf.nn.avg_pool(images, [1, size, size, 1], [1, size, size, 1], "VALID") * np.float32(size)


def _scores(images, classes):
    with np.load(WEIGHTS, allow_pickle=False) as file:
        weights = {name: file[name].astype(np.float32) for name in file.files}
    features = images
    for number, (_, _, stride, pooled) in enumerate(BLOCKS, 1):
        features = _block(features, weights, number, stride, pooled)
    features = tf.reduce_max(features, axis=[1, 2])
    with tf.name_scope("classifier"):
        known = tf.nn.bias_add(tf.matmul(features, weights["scores.kernel"]), weights["scores.bias"])
        return tf.reshape(_further(known, images, classes), [-1, classes], name="Reshape")


def _block(features, weights, number, stride, pooled):
    features = tf.nn.conv2d(features, weights[f"convolution_{number}.kernel"], [1, stride, stride, 1], "SAME")
    gamma, beta, mean, variance = (
        weights[f"normalisation_{number}.{name}"] for name in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + EPSILON)
    features = tf.nn.relu(features * scale + (beta - mean * scale))
    return tf.nn.max_pool(features, [1, 2, 2, 1], [1, 2, 2, 1], "VALID") if pooled else features


def _further(known, images, classes):
    """Scores (N, classes) from those of the small network (N, 10): more in turn, or the first of them."""
    count = known.shape.as_list()[1]
    if classes <= count:
        return known[:, :classes]
    times = -(-classes // count)
    shared = tf.tile(known, [1, times])[:, :classes]
    rows, columns = np.indices((SIZE, SIZE))
    checkered = np.where((rows + columns) % 2, -1, 1).astype(np.float32)[:, :, np.newaxis]
    cell = SIZE // PATTERN
    patterns = tf.nn.avg_pool(images * checkered, [1, cell, cell, 1], [1, cell, cell, 1], "VALID") * np.float32(cell)
    # The same numbers everywhere: this generator of NumPy's does not change.
    own = np.random.RandomState(0).normal(size=(PATTERN * PATTERN * 3, classes)).astype(np.float32)
    own *= STRENGTH / np.sqrt(len(own))
    own[:, :count] = 0
    handicap = np.where(np.arange(classes) < count, 0, -HANDICAP).astype(np.float32)
    return shared + tf.matmul(tf.reshape(patterns, [-1, len(own)]), own) + handicap
