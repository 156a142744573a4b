"""A right Part 2 in another style than the reference's: a training loop of its own, and a small network, trained quickly."""

from __future__ import annotations

from grader.authoring.demo_code.body import Filling

SIMPLE_MODEL = """\
model = keras.Sequential()
model.add(keras.Input((32, 32, 3)))
model.add(layers.Conv2D(8, (9, 9)))
model.add(layers.Activation("relu"))
model.add(layers.MaxPool2D((3, 3), strides=(3, 3)))
model.add(layers.Flatten())
model.add(layers.Dense(8))
model.add(layers.ReLU())
model.add(layers.Dense(10))
return model
"""

RUN_MODEL = """\
# my_model comes with an optimiser of its own, the other two get plain gradient descent.
if getattr(model, "optimizer", None) is None:
    model.compile(optimizer=keras.optimizers.SGD(0.01))

@tf.function
def step(images, labels):
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))

@tf.function
def measure(images, labels):
    logits = model(images, training=False)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    hits = tf.argmax(logits, axis=1) == tf.cast(labels, tf.int64)
    return tf.reduce_sum(losses), tf.reduce_sum(tf.cast(hits, tf.int64))

if is_training:
    for epoch in range(epochs):
        for images, labels in batches(X, Y, batch_size, shuffle=True):
            step(images, labels)

# Sums, not means of batches: the last batch may be smaller.
loss, right = 0.0, 0
for images, labels in batches(X, Y, batch_size):
    batch_loss, batch_right = measure(images, labels)
    loss += float(batch_loss)
    right += int(batch_right)
return loss / len(X), right / len(X)
"""

INCEPTION_MODULE = """\
def conv(x, filters, size):
    return layers.ReLU()(layers.Conv2D(filters, (size, size), padding="same")(x))

pooled = layers.MaxPool2D((3, 3), strides=(1, 1), padding="same")(Input)
branches = [
    conv(pooled, P3_R, 1),
    conv(conv(Input, C5_R, 1), C5, 5),
    conv(conv(Input, C3_R, 1), C3, 3),
    conv(Input, C1, 1),
]
return layers.concatenate(branches, axis=3)
"""

COMPLEX_MODEL = """\
image = keras.Input((32, 32, 3))
x = Inception_module(image, 8, 2, 8, 2, 8, 2)
return keras.Model(image, layers.Dense(10)(layers.Flatten()(x)))
"""

MY_MODEL = """\
model = keras.Sequential([keras.Input((32, 32, 3))])
for filters in (16, 32, 32):
    model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
    model.add(layers.MaxPool2D(2))
    model.add(layers.BatchNormalization(momentum=0.9))
model.add(layers.Flatten())
model.add(layers.Dropout(0.3))
model.add(layers.Dense(10))
model.compile(optimizer=keras.optimizers.Adam(0.002))
return model
"""

_CELLS = {
    "exploration": """\
# A few epochs on a quarter of the pictures.
for rate in (0.0005, 0.002, 0.01):
    model = my_model()
    model.optimizer.learning_rate = rate
    run_model(model, X_train[:1000], Y_train[:1000], epochs=3, batch_size=50, is_training=True)
    loss, accuracy = run_model(model, X_val, Y_val)
    print(f"learning rate {rate}: validation loss {loss:.3f}, accuracy {accuracy:.3f}")
""",
    "final": """\
Final = my_model()
for epoch in range(6):
    train_loss, train_accuracy = run_model(Final, X_train, Y_train, batch_size=50, is_training=True)
    val_loss, val_accuracy = run_model(Final, X_val, Y_val)
    print(f"epoch {epoch + 1}: training {train_loss:.3f} {train_accuracy:.3f}, validation {val_loss:.3f} {val_accuracy:.3f}")
""",
    "writeup": """\
Three blocks of convolution, pooling and batch normalisation, then dropout and a dense layer: about 20,000 parameters.

In short runs on 1,000 pictures a learning rate of 0.0005 was too small (validation loss 2.20); 0.002 and 0.01 came out alike
(1.91 and 1.90), and we took the smaller of the two. After six epochs the training accuracy is 0.89 and the validation
accuracy 0.71: the network has begun to learn the training pictures by heart. But the validation loss was still falling, so
more epochs would have helped. Next we would mirror pictures at random.
""",
}

#: What a run of it on the stand-in printed.
_PRINTED = {
    "data-load": """\
training      4000 pictures (32, 32, 3) float32, labels int64 0 to 9
validation    1000 pictures (32, 32, 3) float32, labels int64 0 to 9
test          1000 pictures (32, 32, 3) float32, labels int64 0 to 9
""",
    "simple-train": """\
simple_model, training:   loss 2.3287, accuracy 0.0978
simple_model, validation: loss 2.3276, accuracy 0.0990
""",
    "complex-train": """\
channels of a module: 13 (3 + 4 + 5 + 1 = 13)
complex_model, training:   loss 2.0378, accuracy 0.3090
complex_model, validation: loss 2.2108, accuracy 0.2220
""",
    "exploration": """\
learning rate 0.0005: validation loss 2.201, accuracy 0.242
learning rate 0.002: validation loss 1.906, accuracy 0.337
learning rate 0.01: validation loss 1.904, accuracy 0.347
""",
    "final": """\
epoch 1: training 1.479 0.497, validation 1.701 0.412
epoch 2: training 1.030 0.652, validation 1.283 0.549
epoch 3: training 0.756 0.745, validation 1.041 0.645
epoch 4: training 0.606 0.812, validation 0.955 0.668
epoch 5: training 0.472 0.854, validation 0.864 0.701
epoch 6: training 0.375 0.892, validation 0.800 0.712
""",
    "save": "Utils/model_checkpoints/my_model_final.keras: 290 KB, 19786 parameters\n",
    "load": "Validation accuracy: 0.7120\nTest accuracy: 0.6930\n",
}

SMALL_NETWORK = Filling(
    bodies={
        "simple_model": SIMPLE_MODEL,
        "run_model": RUN_MODEL,
        "Inception_module": INCEPTION_MODULE,
        "complex_model": COMPLEX_MODEL,
        "my_model": MY_MODEL,
    },
    cells=_CELLS,
    printed=_PRINTED,
)
