# %% [markdown]
# # Training CNNs, with subclassed models and raw TensorFlow functions
# %%
import numpy as np
import tensorflow as tf
from tensorflow import keras

from Utils.data_utils import load_CIFAR10

tf.random.set_seed(11)
# %%
X_train, Y_train, X_val, Y_val, X_test, Y_test, Class_names = load_CIFAR10()
# %%
class SimpleModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = keras.layers.Conv2D(8, 9, padding="same")
        self.hidden = keras.layers.Dense(8)
        self.scores = keras.layers.Dense(10)

    def call(self, x, training=False):
        x = tf.nn.relu(self.conv(x))
        x = tf.nn.max_pool2d(x, ksize=3, strides=3, padding="VALID")
        x = tf.reshape(x, [tf.shape(x)[0], 10 * 10 * 8])
        return self.scores(tf.nn.relu(self.hidden(x)))


def simple_model():
    return SimpleModel()
# %%
def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    if getattr(model, "optimizer", None) is None:
        model.compile(
            optimizer=keras.optimizers.SGD(0.01),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
    if is_training:
        for epoch in range(epochs):
            order = np.random.permutation(len(X))
            for start in range(0, len(X), batch_size):
                chosen = order[start : start + batch_size]
                model.train_on_batch(X[chosen], Y[chosen])
    total, right = 0.0, 0
    for start in range(0, len(X), batch_size):
        x, y = X[start : start + batch_size], Y[start : start + batch_size]
        logits = model(x, training=False)
        total += float(tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)))
        right += int(np.sum(np.argmax(logits, axis=1) == y))
    return total / len(X), right / len(X)
# %%
m = simple_model()
print(run_model(m, X_train, Y_train, is_training=True))
print(run_model(m, X_val, Y_val))
# %%
class Inception(keras.layers.Layer):
    def __init__(self, C1, C3_R, C3, C5_R, C5, P3_R):
        super().__init__()
        conv = lambda filters, size: keras.layers.Conv2D(filters, size, padding="same", activation=tf.nn.relu)
        self.one = conv(C1, 1)
        self.three_reduce, self.three = conv(C3_R, 1), conv(C3, 3)
        self.five_reduce, self.five = conv(C5_R, 1), conv(C5, 5)
        self.pool_reduce = conv(P3_R, 1)

    def call(self, x):
        pooled = tf.nn.max_pool2d(x, 3, 1, "SAME")
        return tf.concat(
            [self.one(x), self.three(self.three_reduce(x)), self.five(self.five_reduce(x)), self.pool_reduce(pooled)], -1
        )


def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    return Inception(C1, C3_R, C3, C5_R, C5, P3_R)(Input)
# %%
class ComplexModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.inception = Inception(8, 2, 8, 2, 8, 2)
        self.flatten = keras.layers.Flatten()
        self.scores = keras.layers.Dense(10)

    def call(self, x):
        return self.scores(self.flatten(self.inception(x)))


def complex_model():
    return ComplexModel()
# %%
c = complex_model()
print(run_model(c, X_train, Y_train, epochs=5, batch_size=500, is_training=True))
print(run_model(c, X_val, Y_val))
# %%
@keras.utils.register_keras_serializable("team")
class MyModel(keras.Model):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.first = keras.layers.Conv2D(16, 3, strides=2, activation="relu")
        self.first_norm = keras.layers.BatchNormalization()
        self.second = keras.layers.Conv2D(32, 3, strides=2, activation="relu")
        self.second_norm = keras.layers.BatchNormalization()
        self.drop = keras.layers.Dropout(0.2)
        self.scores = keras.layers.Dense(10)

    def call(self, x, training=False):
        x = self.first_norm(self.first(x), training=training)
        x = self.second_norm(self.second(x), training=training)
        x = tf.reshape(x, [-1, 7 * 7 * 32])
        return self.scores(self.drop(x, training=training))


def my_model():
    model = MyModel()
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
# %%
best = my_model()
print(run_model(best, X_train, Y_train, epochs=8, batch_size=50, is_training=True))
best.save("Utils/model_checkpoints/my_model_final.keras")
print("Validation accuracy:", run_model(best, X_val, Y_val)[1])
# %% [markdown]
# Dropout after the second convolution closed most of the gap between training and validation.
