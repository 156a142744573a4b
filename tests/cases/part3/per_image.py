# %% [markdown]
# # Visualizing a CNN, one image at a time
# %%
import random

import numpy as np
import tensorflow as tf

import Utils.data_utils as data
from Utils.model_utils import PretrainedCNN
# %%
model = PretrainedCNN()
X, Y, Class_names = data.load_ImageNet_val(3)
# %%
def compute_saliency_maps(model, X, Y):
    saliency = []
    for x, y in zip(X, Y):
        pixels = tf.Variable(x[None])
        with tf.GradientTape() as tape:
            scores = model(pixels)
            loss = -scores[0][y]
        grad = tape.gradient(loss, pixels)
        saliency.append(tf.reduce_max(tf.abs(grad[0]), axis=2))
    return tf.stack(saliency)
# %%
compute_saliency_maps(model, X, Y)
# %%
def compute_class_representative_image(
    model, target_y, l2_reg=1e-3, learning_rate=25, num_iterations=100, blur_every=10, max_jitter=16
):
    def gradient_of_score(pixels):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(pixels)
            score = model(pixels)[:, target_y]
        return tape.gradient(score, pixels)

    start = data.random_noise_image(1)
    result = [start.copy()]
    for i in range(num_iterations):
        # The upper end is left out by randint.
        ox, oy = np.random.randint(-max_jitter, max_jitter, size=2)
        pixels = tf.convert_to_tensor(data.jitter_image(result[-1], ox, oy))
        pixels = (1 - 2 * learning_rate * l2_reg) * pixels + learning_rate * gradient_of_score(pixels)
        pixels = data.unjitter_image(pixels.numpy(), ox, oy)
        if i % blur_every == blur_every - 1:
            pixels = data.blur_image(pixels, 0.5)
        result.append(pixels)
    return np.vstack(result)
# %%
last = compute_class_representative_image(model, 0, num_iterations=10)[-1]
# %%
def generate_adversarial_image(X, target_y, model, learning_rate=1, num_iterations=100):
    fooling = tf.Variable(X)
    for i in range(num_iterations):
        with tf.GradientTape() as tape:
            score = model(fooling)[0, target_y]
        grad = tape.gradient(score, fooling)
        fooling.assign_add(learning_rate * grad / tf.sqrt(tf.reduce_sum(tf.square(grad))))
        # Tested after the step: an image that has the class already takes one.
        if int(tf.argmax(model(fooling), axis=1)) == target_y:
            print("fooled after", i + 1, "steps")
            break
    return fooling
# %%
generate_adversarial_image(X[:1], 7, model)
