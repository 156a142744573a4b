"""A right Part 3 in a style of its own: one image after the other, with variables for images."""

from __future__ import annotations

from grader.authoring.demo_code.body import Filling

SALIENCY = """\
maps = []
for image, label in zip(X, Y):
    image = tf.Variable(image[None])
    with tf.GradientTape() as tape:
        score = model(image, training=False)[0, int(label)]
    gradient = tape.gradient(score, image)[0]
    maps.append(np.abs(gradient.numpy()).max(axis=-1))
return np.array(maps)
"""

CLASS_REPRESENTATIVE = """\
image = tf.Variable(random_noise_image(1))
steps = [image.numpy()[0]]
for iteration in range(num_iterations):
    ox, oy = np.random.randint(-max_jitter, max_jitter + 1, size=2)
    image.assign(jitter_image(image.numpy(), ox, oy))
    with tf.GradientTape() as tape:
        objective = model(image, training=False)[0, target_y] - l2_reg * tf.reduce_sum(tf.square(image))
    image.assign_add(learning_rate * tape.gradient(objective, image))
    image.assign(unjitter_image(image.numpy(), ox, oy))
    if iteration % blur_every == blur_every - 1:
        image.assign(blur_image(image.numpy(), 0.5))
    steps.append(image.numpy()[0])
return np.stack(steps)
"""

ADVERSARIAL = """\
fooling = tf.Variable(np.array(X, np.float32))
for iteration in range(num_iterations):
    with tf.GradientTape() as tape:
        score = model(fooling, training=False)[0, target_y]
    gradient = tape.gradient(score, fooling)
    fooling.assign_add(learning_rate * gradient / tf.sqrt(tf.reduce_sum(gradient**2)))
    if int(tf.argmax(model(fooling, training=False)[0])) == target_y:
        break
return fooling.numpy()
"""

IMAGE_BY_IMAGE = Filling(
    bodies={
        "compute_saliency_maps": SALIENCY,
        "compute_class_representative_image": CLASS_REPRESENTATIVE,
        "generate_adversarial_image": ADVERSARIAL,
    },
    cells={},
    printed={"saliency-show": "maps (6, 32, 32), smallest value 1.3e-05\n"},
)
