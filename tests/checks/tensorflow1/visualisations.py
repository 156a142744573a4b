"""Part 3 of hand-ins of our own in the style of TensorFlow 1, right in two styles."""

from __future__ import annotations

_START = """
import os, sys
sys.path.insert(0, os.getcwd())
from Utils.data_utils import random_noise_image, jitter_image, unjitter_image, blur_image
from Utils.model_utils import SqueezeNet
"""

#: Constants at the top of functions, an assertion at the end, what `tf.gradients` gives squeezed, a learning rate that goes
#: down, and both readings of the adversarial step at once.
CONSTANTS = (
    _START
    + """
sess = tf.Session()
model = SqueezeNet(sess)

def compute_saliency_maps(sess, model, X, Y):
    picked = tf.gather_nd(model.outputs, tf.stack((tf.range(X.shape[0]), model.targets), axis=1))
    slopes = tf.gradients(picked, model.inputs)
    maps = sess.run(tf.reduce_max(tf.abs(slopes), axis=4), {model.inputs: X, model.targets: Y})
    return np.squeeze(maps)

def compute_class_representative_image(sess, model, target_y):
    l2_reg = 1e-3
    learning_rate = 25
    num_iterations = 100
    blur_every = 10
    max_jitter = 16
    X = random_noise_image(num_iterations + 1)
    objective = model.outputs[:, target_y] - l2_reg * tf.norm(model.inputs) ** 2
    slopes = tf.gradients(objective, model.inputs)[0]
    for t in range(num_iterations):
        ox, oy = np.random.randint(-max_jitter, max_jitter + 1, 2)
        image = jitter_image(X[t:t + 1], ox, oy)
        image += learning_rate * sess.run(slopes, {model.inputs: image, model.targets: [target_y]})
        image = unjitter_image(image, ox, oy)
        if t % blur_every == 0:
            image = blur_image(image, sigma=0.5)
        X[t + 1] = image
    return X

def generate_adversarial_image(X, target_y, model):
    learning_rate = 1
    num_iterations = 100
    image = X.copy()
    objective = model.outputs[:, target_y] - 1e-3 * tf.norm(model.inputs) ** 2
    slopes = tf.gradients(objective, model.inputs)[0]
    for i in range(num_iterations):
        way, scores = sess.run([slopes, model.outputs], {model.inputs: image})
        image += learning_rate * 0.9 ** (i / num_iterations) * way / np.linalg.norm(way)
        says = np.argmax(scores, axis=1)
        if says == target_y:
            break
    assert says == target_y, 'not fooled'
    return image
"""
)

#: Helpers, tensors that the notebook made outside of a function, names of its own for session and network, operations
#: added in every step of one function, hyperparameters as keywords, and the plain gradient with a penalty.
HELPERS = (
    _START
    + """
session = tf.InteractiveSession()
net = SqueezeNet(session)
label = tf.placeholder(tf.int32, [None])
scores_wanted = tf.reduce_sum(net.outputs * tf.one_hot(label, 20), axis=1)
slopes_wanted = tf.gradients(scores_wanted, net.inputs)[0]

def compute_saliency_maps(sess, model, X, Y):
    return np.abs(sess.run(slopes_wanted, {net.inputs: X, label: Y})).max(axis=-1)

def uphill(target, l2_reg):
    return tf.gradients(net.outputs[0, target] - 2 * l2_reg * tf.nn.l2_loss(net.inputs), net.inputs)[0]

def compute_class_representative_image(sess, model, target_y, l2_reg=1e-3, learning_rate=25, num_iterations=100,
                                       blur_every=10, max_jitter=16):
    steps, slopes = [random_noise_image(1)], uphill(target_y, l2_reg)
    for t in range(1, num_iterations + 1):
        shift = np.random.randint(-max_jitter, max_jitter + 1, size=2)
        image = jitter_image(steps[-1], *shift)
        image = unjitter_image(image + learning_rate * slopes.eval({net.inputs: image}), *shift)
        steps.append(blur_image(image, 0.5) if t % blur_every == 0 else image)
    return np.concatenate(steps)

def generate_adversarial_image(X, target_y, model, learning_rate=1, num_iterations=100):
    image = np.array(X)
    for _ in range(num_iterations):
        if session.run(net.outputs, {net.inputs: image}).argmax() == target_y:
            break
        image = image + learning_rate * uphill(target_y, 1e-3).eval({net.inputs: image})
    return image
"""
)


def edited(source: str, *edits: tuple[str, str]) -> str:
    """`source` with each of `edits`, old and new text, made once."""
    for old, new in edits:
        assert old in source, old
        source = source.replace(old, new, 1)
    return source
