# %% [markdown]
# # Training CNNs, with a training loop and an optimiser of one's own
# %%
import numpy as np
import tensorflow as tf

from Utils.data_utils import load_CIFAR10

np.random.seed(0)
tf.random.set_seed(0)
conf = {"lr": 0.01, "batch_size": 500}
# %%
data = load_CIFAR10()
X_train, Y_train, X_val, Y_val = data[:4]
# %%
class SGD:
    """w <- w - lr * gradient"""

    def __init__(self, lr):
        self.lr = lr

    def apply(self, gradients, variables):
        for gradient, variable in zip(gradients, variables):
            variable.assign_sub(self.lr * gradient)


def cross_entropy(logits, y):
    log_p = tf.nn.log_softmax(logits)
    return -tf.reduce_mean(tf.reduce_sum(tf.one_hot(tf.cast(y, tf.int32), 10) * log_p, axis=1))
# %%
def simple_model():
    L = tf.keras.layers
    model = tf.keras.models.Sequential()
    model.add(L.Conv2D(8, (9, 9), activation=tf.nn.relu, padding="valid", input_shape=(32, 32, 3)))
    model.add(L.MaxPool2D(pool_size=3, strides=3))
    model.add(L.Flatten())
    model.add(L.Dense(8, "relu"))
    model.add(L.Dense(10))
    return model
# %%
optimizers = {}


def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    optimizer = optimizers.get(id(model), SGD(conf["lr"]))
    n = X.shape[0]
    losses, right, seen = [], 0, 0
    for epoch in range(epochs if is_training else 1):
        losses, right, seen = [], 0, 0
        idx = np.random.permutation(n) if is_training else np.arange(n)
        for i in range(int(np.ceil(n / batch_size))):
            batch = idx[i * batch_size : (i + 1) * batch_size]
            x, y = tf.convert_to_tensor(X[batch]), tf.convert_to_tensor(Y[batch])
            with tf.GradientTape() as tape:
                logits = model(x, training=is_training)
                loss = cross_entropy(logits, y)
            if is_training:
                grads = tape.gradient(loss, model.trainable_variables)
                if isinstance(optimizer, SGD):
                    optimizer.apply(grads, model.trainable_variables)
                else:
                    optimizer.apply_gradients(zip(grads, model.trainable_variables))
            losses.append(loss.numpy() * len(batch))
            right += np.sum(tf.argmax(logits, 1).numpy() == Y[batch])
            seen += len(batch)
    return np.sum(losses) / seen, right / seen
# %%
net = simple_model()
print(run_model(net, X_train, Y_train, is_training=True))
print(run_model(net, X_val, Y_val))
# %%
def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    L = tf.keras.layers
    conv1 = L.Conv2D(C1, 1, activation="relu")(Input)
    conv3 = L.Conv2D(C3, 3, activation="relu", padding="same")(L.Conv2D(C3_R, 1, activation="relu")(Input))
    conv5 = L.Conv2D(C5, 5, activation="relu", padding="same")(L.Conv2D(C5_R, 1, activation="relu")(Input))
    pool3 = L.Conv2D(P3_R, 1, activation="relu")(L.MaxPool2D(3, strides=1, padding="same")(Input))
    return L.Concatenate(axis=3)([conv1, conv3, conv5, pool3])


def complex_model():
    Input = tf.keras.Input((32, 32, 3))
    out = Inception_module(Input, 8, 2, 8, 2, 8, 2)
    return tf.keras.Model(inputs=Input, outputs=tf.keras.layers.Dense(10)(tf.keras.layers.Flatten()(out)))
# %%
net2 = complex_model()
print(run_model(net2, X_train, Y_train, 5, 500, True))
print(run_model(net2, X_val, Y_val))
# %%
def my_model():
    L = tf.keras.layers
    return tf.keras.Sequential(
        [
            tf.keras.Input((32, 32, 3)),
            L.Conv2D(16, 3, strides=2, activation="relu"),
            L.BatchNormalization(),
            L.Conv2D(32, 3, strides=2, activation="relu"),
            L.BatchNormalization(),
            L.Flatten(),
            L.Dense(10),
        ]
    )
# %%
net3 = my_model()
optimizers[id(net3)] = tf.keras.optimizers.Adam(2e-3)
print(run_model(net3, X_train, Y_train, 8, 50, True))
net3.save("Utils/model_checkpoints/my_model_final.keras")
print("Validation accuracy = %.3f" % run_model(net3, X_val, Y_val)[1])
# %% [markdown]
# Adam with 2e-3 got there in eight epochs; plain gradient descent needed about forty.
