# %% [markdown]
# # Visualizing a CNN, with tf.gradients in graphs
# %%
import numpy as np
import tensorflow as tf

from Utils.data_utils import *
from Utils.model_utils import *
# %%
model = PretrainedCNN()
X, Y, Class_names = load_ImageNet_val(4)
# %%
@tf.function
def saliency_graph(net, images, labels):
    rows = tf.range(tf.shape(images)[0])
    scores = tf.gather_nd(net(images, training=False), tf.stack([rows, labels], axis=1))
    return tf.reduce_max(tf.abs(tf.gradients(scores, images)[0]), axis=-1)


def compute_saliency_maps(model, X, Y):
    return saliency_graph(model, tf.constant(X), tf.constant(Y, tf.int32))
# %%
print(compute_saliency_maps(model, X, Y).shape)
# %%
@tf.function
def ascent_graph(net, image, label, l2_reg):
    objective = net(image, training=False)[0, label] - l2_reg * 2.0 * tf.nn.l2_loss(image)
    return tf.gradients(objective, image)[0]


def compute_class_representative_image(
    model, target_y, l2_reg=1e-3, learning_rate=25, num_iterations=100, blur_every=10, max_jitter=16
):
    label, weight = tf.constant(target_y), tf.constant(l2_reg, tf.float32)
    picture = random_noise_image(1)
    shown = [picture[0]]
    for number in range(1, num_iterations + 1):
        ox = np.random.randint(-max_jitter, max_jitter + 1)
        oy = np.random.randint(-max_jitter, max_jitter + 1)
        picture = jitter_image(picture, ox, oy)
        picture = picture + learning_rate * ascent_graph(model, tf.constant(picture), label, weight).numpy()
        picture = unjitter_image(picture, ox, oy)
        if number % blur_every == 0:
            picture = blur_image(picture, 0.5)
        shown.append(picture[0])
    return np.array(shown)
# %%
shown = compute_class_representative_image(model, 1, num_iterations=10)
# %%
@tf.function(reduce_retracing=True)
def fooling_graph(net, image, label, rate):
    scores = net(image, training=False)[0]
    direction = tf.gradients(scores[label], image)[0]
    moved = image + rate * tf.math.l2_normalize(direction)
    return tf.argmax(scores, output_type=tf.int32), moved


def generate_adversarial_image(X, target_y, model, learning_rate=1, num_iterations=100):
    label, rate = tf.constant(int(target_y)), tf.constant(float(learning_rate))
    fooling = tf.constant(X, tf.float32)
    for _ in range(num_iterations):
        said, moved = fooling_graph(model, fooling, label, rate)
        if said == label:
            return fooling
        fooling = moved
    return fooling
# %%
fooling = generate_adversarial_image(X[:1], (Y[0] + 2) % 10, model)
