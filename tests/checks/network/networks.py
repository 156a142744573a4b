"""Networks of the assignment in several styles, right and with one slip each; built in the process that has TensorFlow."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

KERAS_STYLES = ("sequential", "functional", "subclassed")


class Raw:
    """A network of plain TensorFlow operations."""

    def __init__(self, compute):
        self.weights = []
        self.compute = compute
        self.place = 0

    def variable(self, *shape):
        if self.place == len(self.weights):
            values = np.random.default_rng(self.place).normal(size=shape) / np.sqrt(np.prod(shape[:-1]) or 1)
            self.weights.append(tf.Variable(values.astype(np.float32), name=f"v{self.place}"))
        self.place += 1
        return self.weights[self.place - 1]

    def __call__(self, x, training=False):
        self.place = 0
        return self.compute(self, x)


class Subclassed(keras.Model):
    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def call(self, x, training=False):
        for part in self.parts:
            x = part(x)
        return x


def put_together(style, parts):
    if style == "sequential":
        return keras.Sequential([keras.Input((32, 32, 3)), *parts])
    if style == "subclassed":
        return Subclassed(parts)
    x = image = keras.Input((32, 32, 3))
    for part in parts:
        x = part(x)
    return keras.Model(image, x)


def simple(style="sequential", kernel=9, filters=8, strides=1, activation="relu", pool="max", pool_size=3, pool_strides=3,
           padding="valid", hidden=8, hidden_activation="relu", units=10, end=None, flatten="before", dilation=1,
           without=(), extra=None, swapped=False):  # fmt: skip
    layers = keras.layers
    pooling = layers.MaxPooling2D if pool == "max" else layers.AveragePooling2D
    convolution = layers.Conv2D(filters, kernel, strides=strides, padding=padding, dilation_rate=dilation)
    features = [*[convolution] * ("convolution" not in without), *[layers.Activation(activation)] * bool(activation)]
    window = [pooling(pool_size, strides=pool_strides)] * ("pooling" not in without)
    dense = [layers.Dense(hidden, activation=hidden_activation)] * ("hidden" not in without)
    flat = {"global": layers.GlobalAveragePooling2D()}.get(flatten, layers.Flatten())
    middle = [*dense, flat] if flatten == "after" else [flat, *dense]
    more = {
        None: [], "dropout": [layers.Dropout(0.5)], "normalisation": [layers.BatchNormalization()],
        "dense": [layers.Dense(6, activation="relu")],
    }[extra]  # fmt: skip
    parts = [*window, *features] if swapped else [*features, *window]
    if extra == "normalisation":
        parts, more = [parts[0], *more, *parts[1:]], []
    last = [layers.Dense(units, activation=end)] * ("logits" not in without)
    return put_together(style, [*parts, *middle, *more, *last])


def relu_behind_pooling():
    """Computes what a ReLU before pooling and before flattening does."""
    layers = keras.layers
    return put_together("sequential", [layers.Conv2D(8, 9), layers.MaxPooling2D(3), layers.ReLU(), layers.Flatten(),
                                       layers.Dense(8, "relu"), layers.Dense(10), layers.Activation("linear")])  # fmt: skip


def scaled_first():
    return put_together("functional", [keras.layers.Rescaling(1 / 255, offset=-1), *simple().layers])


def raw_simple(hand=True, relu="maximum", kernel=9, bias="add", flatten="reshape", end=None):
    """As people write it with tf.Variable: padded by hand, flattened by hand."""

    def activate(x):
        return {
            "maximum": lambda: tf.maximum(x, 0.0),
            "where": lambda: tf.where(x > 0, x, tf.zeros_like(x)),
            "times": lambda: x * tf.cast(x > 0, x.dtype),
            "relu": lambda: tf.nn.relu(x),
            "none": lambda: x,
            "tanh": lambda: tf.tanh(x),
        }[relu]()

    def compute(raw, x):
        around = kernel // 2
        if hand:
            x = tf.pad(x, [[0, 0], [around, around], [around, around], [0, 0]])
        x = tf.nn.conv2d(x, raw.variable(kernel, kernel, 3, 8), 1, "VALID" if hand else "SAME")
        x = activate(x + raw.variable(8) if bias == "add" else tf.nn.bias_add(x, raw.variable(8)))
        x = tf.nn.max_pool2d(x, 3, 3, "SAME" if not hand else "VALID")
        count = x.shape[1] * x.shape[2] * 8
        if flatten == "reshape":
            x = tf.reshape(x, [-1, count])
        else:
            x = tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [tf.shape(x)[0], -1])
        x = tf.nn.relu(tf.matmul(x, raw.variable(count, 8)) + raw.variable(1, 8))
        x = x @ raw.variable(8, 10)
        x = x + raw.variable(10)
        return tf.nn.softmax(x) if end == "softmax" else x

    return Raw(compute)


def convolved(x, layers, relu):
    """One branch; `relu` says which convolutions are followed by what."""
    for place, layer in enumerate(layers):
        x = layer(x)
        if isinstance(layer, keras.layers.Conv2D):
            last = place == len(layers) - 1
            if relu == "normalised":
                x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
            elif relu in ("each", "both") or relu == ("main" if last else "reductions, then after"):
                x = keras.layers.ReLU()(x)
            elif relu == "tanh":
                x = keras.layers.Activation("tanh")(x)
    return x


def inception(x, C1=4, C3_R=3, C3=5, C5_R=2, C5=6, P3_R=7, relu="each", without=(), order=(0, 1, 2, 3), strides=1,
              pool_strides=1, pool="max", pool_size=3, kernels=(1, 3, 5), padding="same", axis=-1, join="concatenate",
              turned=False, pool_last=False, through=False, behind=False, nested=False):  # fmt: skip
    """`without` names branches, ``pool``, or arguments whose convolution is left out."""
    layers = keras.layers

    def convolution(name, filters, kernel, stride=1):
        return [layers.Conv2D(filters, kernel, strides=stride, padding=padding)] * (name not in without)

    pooling = layers.MaxPooling2D if pool == "max" else layers.AveragePooling2D
    lists = [
        convolution("C1", C1, kernels[0], strides),
        [*convolution("C3_R", C3_R, 1), *convolution("C3", C3, kernels[1], strides)],
        [*convolution("C5_R", C5_R, 1), *convolution("C5", C5, kernels[2], strides)],
        [*[pooling(pool_size, strides=pool_strides, padding=padding)] * ("pool" not in without),
         *convolution("P3_R", P3_R, 1, strides)],
    ]  # fmt: skip
    if turned:
        lists[1] = [*convolution("", C3, kernels[1]), *convolution("", C3_R, 1)]
    if pool_last:
        lists[3].reverse()
    names = ("branch_1x1", "branch_3x3", "branch_5x5", "branch_pool")
    outputs = [convolved(x, lists[place], relu) for place in order if names[place] not in without]
    if padding == "valid":
        outputs = [
            layers.CenterCrop(x.shape[1] - 4, x.shape[2] - 4)(y) if y.shape[1] > x.shape[1] - 4 else y for y in outputs
        ]
    if through:
        outputs.append(x)
    if nested:
        outputs = [layers.Concatenate()(outputs[:2]), layers.Concatenate()(outputs[2:])]
    joined = layers.Add()(outputs) if join == "add" else layers.Concatenate(axis=axis)(outputs)
    if behind:
        joined = layers.Conv2D(27, 1)(joined)
    return layers.ReLU()(joined) if relu in ("after", "both", "reductions, then after") else joined


def module(shape=(12, 10, 3), **options):
    image = keras.Input(shape)
    return keras.Model(image, inception(image, **options))


def nested_module(shape=(12, 10, 3)):
    return module(shape, nested=True)


def raw_module(shape=(12, 10, 3), C1=4, C3_R=3, C3=5, C5_R=2, C5=6, P3_R=7):
    def compute(raw, x):
        def convolve(y, kernel, filters):
            y = tf.nn.conv2d(y, raw.variable(kernel, kernel, y.shape[-1], filters), 1, "SAME")
            return tf.nn.relu(y + raw.variable(filters))

        pooled = tf.nn.max_pool2d(x, 3, 1, "SAME")
        return tf.concat([convolve(pooled, 1, P3_R), convolve(convolve(x, 1, C5_R), 5, C5),
                          convolve(convolve(x, 1, C3_R), 3, C3), convolve(x, 1, C1)], axis=3)  # fmt: skip

    return Raw(compute)


def complex_(P3_R=2, flatten="before", units=10, end=None, extra=None, **options):
    layers = keras.layers
    image = keras.Input((32, 32, 3))
    x = inception(image, **{"C1": 8, "C3_R": 2, "C3": 8, "C5_R": 2, "C5": 8, **options}, P3_R=P3_R)
    if extra == "dense":
        x = layers.Dense(16, activation="relu")(layers.Flatten()(x))
    dense = layers.Dense(units, activation=end)
    if flatten == "after":
        x = layers.Flatten()(dense(x))
    else:
        x = dense({"before": layers.Flatten(), "global": layers.GlobalAveragePooling2D()}[flatten](x))
    return keras.Model(image, x)


def varied():
    """What free designs are made of."""
    layers = keras.layers
    image = keras.Input((32, 32, 3))
    x = layers.Rescaling(1 / 4)(image)
    x = layers.Conv2D(6, 3, padding="same", dilation_rate=2, use_bias=False)(x)
    x = layers.LeakyReLU()(layers.BatchNormalization()(x))
    x = layers.AveragePooling2D(2, strides=3, padding="same")(x)
    x = layers.Add()([x, layers.Conv2D(6, 3, padding="same", activation="swish")(x)])
    x = layers.SeparableConv2D(5, 3, strides=2, padding="same", activation="gelu")(x)
    x = layers.Dense(4, activation="elu")(layers.LayerNormalization()(x))
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Dense(10)(x))


def dense_block(depth=14):
    """Every layer takes all before it: the number of ways from input to output doubles with each."""
    layers = keras.layers
    known = [keras.Input((32, 32, 3))]
    for _ in range(depth):
        known.append(layers.Conv2D(2, 3, padding="same")(layers.Concatenate()(known) if len(known) > 1 else known[0]))
    return keras.Model(known[0], layers.Concatenate()(known))


def fire_modules(shape=(40, 36, 3)):
    """What a SqueezeNet is made of."""
    layers = keras.layers

    def fire(x, squeezed, expanded):
        x = layers.Conv2D(squeezed, 1, activation="relu")(x)
        near = layers.Conv2D(expanded, 1, activation="relu")(x)
        return layers.Concatenate()([near, layers.Conv2D(expanded, 3, padding="same", activation="relu")(x)])

    image = keras.Input(shape)
    x = layers.MaxPooling2D(3, 2)(layers.Conv2D(8, 3, strides=2, activation="relu")(image))
    x = layers.MaxPooling2D(3, 2, padding="same")(fire(fire(x, 4, 6), 4, 6))
    x = layers.Conv2D(9, 1)(layers.Dropout(0.5)(fire(x, 6, 8)))
    return keras.Model(image, layers.GlobalAveragePooling2D()(x))


def mobile(shape=(33, 30, 3)):
    """What small networks for telephones are made of."""
    layers = keras.layers
    image = keras.Input(shape)
    x = layers.ZeroPadding2D(((0, 1), (1, 2)))(layers.Rescaling(1 / 2, offset=-0.1)(image))
    x = layers.Conv2D(6, 3, strides=2, use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    y = layers.DepthwiseConv2D(3, strides=1, padding="same", use_bias=False)(x)
    y = layers.Activation("hard_swish")(layers.BatchNormalization()(y))
    gate = layers.GlobalAveragePooling2D(keepdims=True)(y)
    y = layers.Multiply()([y, layers.Conv2D(6, 1, activation="hard_sigmoid")(gate)])
    x = layers.AveragePooling2D(3, 2, padding="same")(layers.Add()([x, layers.Conv2D(6, 1)(y)]))
    return keras.Model(image, layers.Dense(7)(layers.Flatten()(layers.ReLU(negative_slope=0.1)(x))))
