"""Sources of right and wrong answers to Part 2, put together from pieces."""

from __future__ import annotations

LAYERS = """
def layer_list(*, activation="relu", end=None):
    return [layers.Conv2D(8, 9, padding="same", activation="relu"), layers.MaxPooling2D(3, 3), layers.Flatten(),
            layers.Dense(8, activation="relu"), layers.Dense(10, activation=end)]
"""

COMPILE = """
def compiled(model, optimizer=None, loss=None):
    model.compile(optimizer=optimizer or keras.optimizers.SGD(0.01),
                  loss=loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model
"""

SEQUENTIAL = """
def simple_model():
    return compiled(keras.Sequential([keras.Input((32, 32, 3)), *layer_list()]))
"""

FUNCTIONAL = """
def simple_model():
    image = keras.Input((32, 32, 3))
    x = image
    for layer in layer_list():
        x = layer(x)
    return compiled(keras.Model(image, x))
"""

SUBCLASSED = """
class simple_model(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = layer_list()
        compiled(self)

    def call(self, images):
        for part in self.parts:
            images = part(images)
        return images
"""

RAW = """
class simple_model(tf.Module):
    def __init__(self):
        super().__init__()
        draw = lambda *shape: tf.Variable(tf.random.normal(shape, stddev=0.1))
        self.k, self.kb, self.w, self.wb = draw(9, 9, 3, 8), draw(8), draw(512, 8), draw(8)
        self.v, self.vb = draw(8, 10), draw(10)

    def __call__(self, images):
        x = tf.nn.relu(tf.nn.conv2d(images, self.k, 1, "VALID") + self.kb)
        x = tf.reshape(tf.nn.max_pool2d(x, 3, 3, "VALID"), (-1, 512))
        return tf.nn.relu(x @ self.w + self.wb) @ self.v + self.vb
"""

FIT = """
def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    if is_training:
        model.fit(X, Y, batch_size=batch_size, epochs=epochs, verbose=0)
    loss, accuracy = model.evaluate(X, Y, batch_size=batch_size, verbose=0)
    return loss, accuracy
"""

TAPE = """
def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    optimizer = keras.optimizers.SGD(learning_rate=0.01)
    data = tf.data.Dataset.from_tensor_slices((X, Y))
    data = data.shuffle(len(X)).batch(batch_size) if is_training else data.batch(batch_size)
    for epoch in range(epochs if is_training else 1):
        total, right = 0.0, 0
        for x, y in data:
            with tf.GradientTape() as tape:
                logits = model(x, training=is_training)
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
            if is_training:
                grads = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(grads, model.trainable_variables))
            total += float(loss) * len(x)
            right += int(tf.reduce_sum(tf.cast(tf.argmax(logits, 1) == tf.cast(y, tf.int64), tf.int32)))
    return total / len(X), right / len(X)
"""

LOOP = """
def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    flag = {} if isinstance(model, tf.Module) and not isinstance(model, keras.Model) else {"training": is_training}
    for epoch in range(epochs if is_training else 1):
        order = np.random.permutation(len(X))
        losses, hits = [], []
        for start in range(0, len(X), batch_size):
            part = order[start : start + batch_size]
            with tf.GradientTape() as tape:
                logits = model(X[part], **flag)
                each = tf.nn.softmax_cross_entropy_with_logits(tf.one_hot(Y[part], 10), logits)
                loss = tf.reduce_mean(each)
            if is_training:
                for w, g in zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables)):
                    w.assign_sub(0.01 * g)
            losses += list(each.numpy())
            hits += list(np.argmax(logits.numpy(), 1) == Y[part])
    return np.mean(losses), np.mean(hits)
"""

MODULE = """
def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    def conv(x, filters, size):
        return layers.Conv2D(filters, size, padding="same", activation="relu")(x)
    return layers.Concatenate()([conv(Input, C1, 1), conv(conv(Input, C3_R, 1), C3, 3), conv(conv(Input, C5_R, 1), C5, 5),
                                 conv(layers.MaxPooling2D(3, 1, padding="same")(Input), P3_R, 1)])
"""

COMPLEX = """
def complex_model():
    image = keras.Input((32, 32, 3))
    x = layers.Flatten()(Inception_module(image, 8, 2, 8, 2, 8, 2))
    return compiled(keras.Model(image, layers.Dense(10)(x)))
"""

CALLS = """
net = complex_model()
run_model(net, X_train, Y_train, epochs=5, batch_size=500, is_training=True)
run_model(net, X_val, Y_val)
"""


def notebook_source(
    *,
    model: str = SEQUENTIAL,
    run: str = FIT,
    layer_list: str = LAYERS,
    compiled: str = COMPILE,
    module: str = MODULE,
    complex_model: str = COMPLEX,
    more: str = "",
) -> str:
    """A notebook's source; every piece can be replaced."""
    return "\n".join([layer_list, compiled, model, run, module, complex_model, more])
