# %% [markdown]
# # Visualizing a CNN, updates in NumPy, hyperparameters at the top of each function
# %%
import numpy as np
import tensorflow as tf

from Utils.data_utils import blur_image, jitter_image, load_ImageNet_val, random_noise_image, unjitter_image
from Utils.model_utils import PretrainedCNN


def scores_and_pixel_gradient(model, image, label):
    pixels = tf.constant(image, dtype=tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        scores = model(pixels, training=False)
        score = scores[:, label]
    return scores.numpy()[0], tape.gradient(score, pixels).numpy().astype(np.float64)
# %%
model = PretrainedCNN()
X, Y, Class_names = load_ImageNet_val(2)
# %%
def compute_saliency_maps(model, X, Y):
    N, H, W, C = X.shape
    maps = np.zeros((N, H, W))
    for n in range(N):
        _, gradient = scores_and_pixel_gradient(model, X[n : n + 1], Y[n])
        for i in range(H):
            for j in range(W):
                maps[n, i, j] = max(abs(gradient[0, i, j, c]) for c in range(C))
    return maps
# %%
maps = compute_saliency_maps(model, X, Y)
# %%
def compute_class_representative_image(model, target_y):
    l2_reg = 1e-3
    learning_rate = 25
    num_iterations = 100
    blur_every = 10
    max_jitter = 16

    image = random_noise_image(1)
    steps = np.zeros((num_iterations + 1, *image.shape[1:]))
    steps[0] = image[0]
    for step in range(num_iterations):
        ox = int(np.round(np.random.uniform(-max_jitter, max_jitter)))
        oy = int(np.round(np.random.uniform(-max_jitter, max_jitter)))
        image = jitter_image(image, ox, oy)
        _, gradient = scores_and_pixel_gradient(model, image, target_y)
        image = image + learning_rate * (gradient - 2 * l2_reg * image)
        image = unjitter_image(image, ox, oy)
        if step % blur_every == 5 % blur_every:
            image = blur_image(image, 0.5)
        steps[step + 1] = image[0]
    return steps
# %%
def generate_adversarial_image(X, target_y, model):
    learning_rate = 1
    num_iterations = 100

    x = X.copy()
    for step in range(num_iterations):
        scores, gradient = scores_and_pixel_gradient(model, x, target_y)
        if scores.argmax() == target_y:
            break
        x += learning_rate * (gradient / np.sqrt(np.sum(gradient**2))).astype(x.dtype)
    return x
# %%
fooling = generate_adversarial_image(X[:1], 4, model)
