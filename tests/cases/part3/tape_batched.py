# %% [markdown]
# # Visualizing a CNN, with a gradient tape over the whole batch
# %%
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from Utils.data_utils import (
    blur_image,
    jitter_image,
    load_ImageNet_val,
    plot_images,
    random_noise_image,
    unjitter_image,
)
from Utils.model_utils import PretrainedCNN
# %%
model = PretrainedCNN()
X, Y, Class_names = load_ImageNet_val(5)
plot_images(X, [Class_names[y] for y in Y], columns=5)
# %%
def compute_saliency_maps(model, X, Y):
    images = tf.convert_to_tensor(X)
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = model(images, training=False)
        score = tf.reduce_sum(scores * tf.one_hot(Y, scores.shape[-1]))
    gradients = tape.gradient(score, images).numpy()
    return np.abs(gradients).max(axis=3)
# %%
print(compute_saliency_maps(model, X, Y).shape)
# %%
def compute_class_representative_image(
    model, target_y, l2_reg=1e-3, learning_rate=25, num_iterations=100, blur_every=10, max_jitter=16
):
    image = random_noise_image(1)
    images = [image]
    for t in range(num_iterations):
        ox, oy = np.random.randint(-max_jitter, max_jitter + 1, 2)
        jittered = tf.constant(jitter_image(image, ox, oy))
        with tf.GradientTape() as tape:
            tape.watch(jittered)
            score = model(jittered, training=False)[0, target_y]
            objective = score - l2_reg * tf.reduce_sum(jittered**2)
        step = learning_rate * tape.gradient(objective, jittered)
        image = unjitter_image(jittered + step, ox, oy)
        if t % blur_every == 0:
            image = blur_image(image, sigma=0.5)
        images.append(image)
    return np.concatenate(images)
# %%
steps = compute_class_representative_image(model, 3, num_iterations=20)
plot_images(steps[::5], columns=5)
# %%
def generate_adversarial_image(X, target_y, model, learning_rate=1, num_iterations=100):
    image = tf.identity(X)
    for t in range(num_iterations):
        with tf.GradientTape() as tape:
            tape.watch(image)
            scores = model(image, training=False)
            score = scores[0, target_y]
        if tf.argmax(scores[0]) == target_y:
            break
        gradient = tape.gradient(score, image)
        image += learning_rate * gradient / tf.norm(gradient)
    return image.numpy()
# %%
target = (Y[0] + 1) % len(Class_names)
fooled = generate_adversarial_image(X[:1], target, model)
print(Class_names[target], Class_names[np.argmax(model(fooled)[0])])
difference = fooled - X[:1]
plot_images(np.concatenate([X[:1], fooled, difference, 10 * difference]), columns=4)
