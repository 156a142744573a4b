# %% [markdown]
# # Training CNNs, with functional models, tf.data and one-hot labels
# %%
import tensorflow as tf
from Utils.data_utils import *

tf.keras.utils.set_random_seed(3)
LEARNING_RATE = 1e-2
# %%
(X_train, Y_train, X_val, Y_val, X_test, Y_test, Class_names) = load_CIFAR10()
print(X_train.shape, Y_train.shape)
# %%
def compiled(inputs, outputs, optimizer=None):
    model = tf.keras.Model(inputs, outputs)
    model.compile(
        optimizer or tf.keras.optimizers.SGD(learning_rate=LEARNING_RATE),
        tf.keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def conv(x, filters, size):
    x = tf.keras.layers.Conv2D(filters, (size, size), strides=(1, 1), padding="same")(x)
    return tf.keras.layers.ReLU()(x)
# %%
def simple_model():
    image = tf.keras.Input(shape=(32, 32, 3))
    x = conv(image, 8, 9)
    x = tf.keras.layers.MaxPool2D((3, 3), strides=(3, 3), padding="same")(x)
    x = tf.keras.layers.Flatten()(x)
    x = tf.keras.layers.Dense(8)(x)
    x = tf.keras.layers.Activation("relu")(x)
    return compiled(image, tf.keras.layers.Dense(10, activation=None)(x))
# %%
def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    data = tf.data.Dataset.from_tensor_slices((X, tf.one_hot(Y, 10)))
    if is_training:
        model.fit(data.shuffle(1000).batch(batch_size).prefetch(1), epochs=epochs, verbose=0)
    result = model.evaluate(data.batch(batch_size), verbose=0, return_dict=True)
    return result["loss"], result["accuracy"]
# %%
model = simple_model()
model.summary()
loss, acc = run_model(model, X_train, Y_train, 1, 500, True)
print(run_model(model, X_val, Y_val))
# %%
def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    pool = tf.keras.layers.MaxPool2D(3, strides=1, padding="same")(Input)
    branches = [conv(pool, P3_R, 1), conv(conv(Input, C5_R, 1), C5, 5), conv(Input, C1, 1), conv(conv(Input, C3_R, 1), C3, 3)]
    return tf.concat(branches, axis=-1) if not tf.keras.backend.is_keras_tensor(Input) else tf.keras.layers.concatenate(branches)
# %%
def complex_model():
    image = tf.keras.Input(shape=(32, 32, 3))
    x = Inception_module(image, C1=8, C3_R=2, C3=8, C5_R=2, C5=8, P3_R=2)
    return compiled(image, tf.keras.layers.Dense(10)(tf.keras.layers.Flatten()(x)))
# %%
model2 = complex_model()
for epoch in range(5):
    loss, acc = run_model(model2, X_train, Y_train, epochs=1, batch_size=500, is_training=True)
    print("epoch %d: loss %.3f, accuracy %.3f" % (epoch + 1, loss, acc))
# %%
def my_model():
    image = tf.keras.Input(shape=(32, 32, 3))
    x = tf.keras.layers.Conv2D(16, 3, strides=2, activation="relu")(image)
    x = tf.keras.layers.BatchNormalization()(x)
    x = tf.keras.layers.Conv2D(32, 3, strides=2, activation="relu")(x)
    x = tf.keras.layers.BatchNormalization()(x)
    x = tf.keras.layers.Flatten()(x)
    return compiled(image, tf.keras.layers.Dense(10)(x), tf.keras.optimizers.Adam(2e-3))
# %%
model3 = my_model()
print(run_model(model3, X_train, Y_train, 8, 50, True))
print("validation accuracy", run_model(model3, X_val, Y_val)[1])
model3.save("./Utils/model_checkpoints/my_model_final.keras")
# %% [markdown]
# I compared three widths on the validation images and kept the one in the middle.
