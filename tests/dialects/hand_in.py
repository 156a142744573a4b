"""A hand-in written for TensorFlow 1, in the style of its time: code cells of the notebooks of Parts 2 and 3."""

from __future__ import annotations

from typing import Any

TRAINING = (
    """
import tensorflow as tf
import numpy as np
from Utils.data_utils import load_CIFAR10, plot_images
%matplotlib inline
conf = tf.ConfigProto()
conf.gpu_options.allow_growth = True
""",
    """
X_train, Y_train, X_val, Y_val, X_test, Y_test, Class_names = load_CIFAR10()
print(X_train.shape, Y_val.shape, len(Class_names))
plot_images(X_train, Y_train, Class_names, Each_Category=True)
""",
    """
class small_model(object):
    def __init__(self):
        self.X = tf.placeholder(tf.float32, [None, 32, 32, 3])
        self.Y = tf.placeholder(tf.int64, [None])
        self.is_training = tf.placeholder(tf.bool)
        net = tf.layers.conv2d(self.X, 4, 5, strides=2, padding='same', activation=tf.nn.relu)
        net = tf.layers.batch_normalization(net, training=self.is_training)
        net = tf.layers.max_pooling2d(net, pool_size=(2, 2), strides=2)
        net = tf.contrib.layers.flatten(net)
        net = tf.layers.dropout(net, rate=0.1, training=self.is_training)
        self.logits = tf.layers.dense(net, 10)
        self.loss = tf.losses.sparse_softmax_cross_entropy(labels=self.Y, logits=self.logits)
        self.accuracy = tf.contrib.metrics.accuracy(tf.argmax(self.logits, 1), self.Y)
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            self.train_op = tf.train.GradientDescentOptimizer(0.01).minimize(self.loss)

def run_model(session, model, X, Y, epochs=1, batch_size=20, is_training=False):
    fetched = [model.loss, model.accuracy] + ([model.train_op] if is_training else [])
    total = []
    for epoch in range(epochs):
        for start in range(0, len(X), batch_size):
            feed = {model.X: X[start:start + batch_size], model.Y: Y[start:start + batch_size],
                    model.is_training: is_training}
            total.append(session.run(fetched, feed)[:2])
    return np.mean(total, axis=0)
""",
    """
tf.reset_default_graph()
model = small_model()
with tf.Session(config=conf) as sess:
    sess.run(tf.global_variables_initializer())
    run_model(sess, model, X_train, Y_train, epochs=2, is_training=True)
    before = run_model(sess, model, X_val, Y_val)
    averages = sess.run('batch_normalization/moving_mean:0')
    tf.train.Saver().save(sess, './Utils/model_checkpoints/my_model_final')
print('averages moved', bool(np.abs(averages).max() > 0))
print(sorted(variable.op.name for variable in tf.global_variables()))
""",
    """
tf.reset_default_graph()
with tf.Session(config=conf) as sess:
    model = small_model()
    tf.train.Saver().restore(sess, './Utils/model_checkpoints/my_model_final')
    print('restored', np.array_equal(before, run_model(sess, model, X_val, Y_val)))
""",
)

VISUALISING = (
    """
import tensorflow as tf
import numpy as np
from Utils.data_utils import load_ImageNet_val, plot_images
from Utils.data_utils import random_noise_image, jitter_image, unjitter_image, blur_image
from Utils.model_utils import SqueezeNet
%matplotlib inline
""",
    """
X, Y, Class_names = load_ImageNet_val(num=5)
print(X.shape, Y.shape, len(Class_names))
plot_images(X, Y, Class_names)
""",
    """
tf.reset_default_graph()
sess = tf.Session()
model = SqueezeNet(sess)
scores = sess.run(model.outputs, {model.inputs: X})
print(scores.shape)
""",
    """
def compute_saliency_maps(sess, model, X, Y):
    score = tf.gather_nd(model.outputs, tf.stack((tf.range(X.shape[0]), model.targets), axis=1))
    gradient = sess.run(tf.gradients(score, model.inputs)[0], {model.inputs: X, model.targets: Y})
    return np.abs(gradient).max(axis=3)

maps = compute_saliency_maps(sess, model, X, Y)
print(maps.shape, bool((maps.max(axis=(1, 2)) > 0).all()))
plot_images(X, Y, Class_names, SaliencyMaps=maps)
""",
    """
def compute_class_representative_image(sess, model, target_y):
    num_iterations = 100
    X = random_noise_image(num_iterations + 1)
    objective = model.outputs[0, target_y] - 1e-3 * tf.reduce_sum(tf.square(model.inputs))
    gradient = tf.gradients(objective, model.inputs)[0]
    for t in range(num_iterations):
        ox, oy = np.random.randint(-16, 17, 2)
        image = jitter_image(X[t:t + 1], ox, oy)
        image += 25 * sess.run(gradient, {model.inputs: image})
        image = unjitter_image(image, ox, oy)
        X[t + 1] = blur_image(image, sigma=0.5) if t % 10 == 0 else image
    return X

steps = compute_class_representative_image(sess, model, 3)
ends = sess.run(model.outputs, {model.inputs: steps[[0, -1]]})[:, 3]
print(steps.shape, bool(ends[1] > ends[0]))
plot_images(steps, 3, Class_names, ClassRepresentatve=True)
""",
    """
def generate_adversarial_image(X, target_y, model):
    image = X.copy()
    gradient = tf.gradients(model.outputs[0, target_y], model.inputs)[0]
    for i in range(100):
        scores, step = sess.run([model.outputs, gradient], {model.inputs: image})
        pred_y = np.argmax(scores, axis=1)
        if pred_y == target_y:
            break
        image += step / np.linalg.norm(step)
    print("Iteration:%d\\tPred:%d" % (i, pred_y))
    assert pred_y == target_y
    return image

for target_y in (6, 76):
    fooling = generate_adversarial_image(X[:1], target_y, model)
plot_images(X[:1], Y[:1], Class_names, Adversarial=fooling, Target_y=target_y)
""",
)


def notebook(cells: tuple[str, ...]) -> dict[str, Any]:
    """An nbformat-4 notebook of these code cells."""
    made = [
        {"cell_type": "code", "source": source.strip(), "metadata": {}, "outputs": [], "execution_count": None}
        for source in cells
    ]
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made}
