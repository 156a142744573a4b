# %% [markdown]
# # Training CNNs, with Sequential models, compile and fit
# %%
import keras
import numpy as np
from keras import layers

from Utils.data_utils import load_CIFAR10

keras.utils.set_random_seed(7)
# %%
X_train, Y_train, X_val, Y_val, X_test, Y_test, Class_names = load_CIFAR10()
# %%
def simple_model():
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(8, 9, activation="relu"),
            layers.MaxPooling2D(3, 3),
            layers.Flatten(),
            layers.Dense(8, activation="relu"),
            layers.Dense(10),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
# %%
def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    if is_training:
        model.fit(X, Y, epochs=epochs, batch_size=batch_size, verbose=2)
    loss, accuracy = model.evaluate(X, Y, batch_size=batch_size, verbose=0)
    return loss, accuracy
# %%
simple = simple_model()
run_model(simple, X_train, Y_train, epochs=1, batch_size=500, is_training=True)
print("Validation loss %g, accuracy %g" % run_model(simple, X_val, Y_val))
# %%
def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    one = layers.Conv2D(C1, 1, padding="same", activation="relu")(Input)
    three = layers.Conv2D(C3_R, 1, padding="same", activation="relu")(Input)
    three = layers.Conv2D(C3, 3, padding="same", activation="relu")(three)
    five = layers.Conv2D(C5_R, 1, padding="same", activation="relu")(Input)
    five = layers.Conv2D(C5, 5, padding="same", activation="relu")(five)
    pool = layers.MaxPooling2D(3, 1, padding="same")(Input)
    pool = layers.Conv2D(P3_R, 1, padding="same", activation="relu")(pool)
    return layers.Concatenate()([one, three, five, pool])
# %%
def complex_model():
    image = keras.Input((32, 32, 3))
    features = Inception_module(image, 8, 2, 8, 2, 8, 2)
    model = keras.Model(image, layers.Dense(10)(layers.Flatten()(features)))
    model.compile(
        optimizer=keras.optimizers.SGD(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
# %%
complex_net = complex_model()
run_model(complex_net, X_train, Y_train, epochs=5, batch_size=500, is_training=True)
print("Validation loss %g, accuracy %g" % run_model(complex_net, X_val, Y_val))
# %%
def my_model():
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(16, 3, strides=2, activation="relu"),
            layers.BatchNormalization(),
            layers.Conv2D(32, 3, strides=2, activation="relu"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
# %%
mine = my_model()
run_model(mine, X_train, Y_train, epochs=8, batch_size=50, is_training=True)
mine.save("Utils/model_checkpoints/my_model_final.keras")
# %%
best = keras.saving.load_model("Utils/model_checkpoints/my_model_final.keras")
print("Validation accuracy: %.4f" % run_model(best, X_val, Y_val)[1])
# %% [markdown]
# Two strided convolutions with batch normalisation learn faster than the inception module on this little data; more
# filters did not help, a smaller learning rate needed twice the epochs.
