"""Answers to Part 2 as they were written for TensorFlow 1, in two styles, put together from pieces."""

from __future__ import annotations

from collections.abc import Sequence

DATA = """
X_train, Y_train = np.zeros((8, 32, 32, 3), np.float32), np.arange(8)
X_val, Y_val = X_train, Y_train
conf = tf.ConfigProto()
"""

#: `tf.layers`, integer labels, a loss of `tf.losses`; training returns nothing.
LAYERS = """
class simple_model(object):
    def __init__(self):
        self.x = tf.placeholder(tf.float32, [None, *X_train.shape[1:]])
        self.y = tf.placeholder(tf.int64, [None])
        net = tf.layers.conv2d(self.x, 8, 9, padding='same', activation=tf.nn.relu)
        net = tf.layers.max_pooling2d(net, pool_size=(3, 3), strides=(3, 3))
        net = tf.contrib.layers.flatten(net)
        net = tf.layers.dense(net, 8, activation=tf.nn.relu)
        self.logit = tf.layers.dense(net, 10)
        self.predict = tf.nn.softmax(self.logit)
        self.loss = tf.losses.sparse_softmax_cross_entropy(labels=self.y, logits=self.logit)
        self.optimize = tf.train.GradientDescentOptimizer(learning_rate=0.01).minimize(self.loss)
        self.accuracy = tf.contrib.metrics.accuracy(tf.argmax(self.predict, 1), self.y)

def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    def conv(x, filters, size):
        return tf.layers.conv2d(x, filters, size, padding='same', activation=tf.nn.relu)
    pooled = tf.layers.max_pooling2d(Input, 3, 1, padding='same')
    branches = [conv(Input, C1, 1), conv(conv(Input, C3_R, 1), C3, 3), conv(conv(Input, C5_R, 1), C5, 5),
                conv(pooled, P3_R, 1)]
    return tf.concat(branches, axis=3)

class complex_model(object):
    def __init__(self):
        self.x = tf.placeholder(tf.float32, [None, 32, 32, 3])
        self.y = tf.placeholder(tf.int64, [None])
        net = tf.layers.flatten(Inception_module(self.x, 8, 2, 8, 2, 8, 2))
        self.logit = tf.layers.dense(net, 10)
        self.loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.y, logits=self.logit))
        self.optimize = tf.train.GradientDescentOptimizer(0.01).minimize(self.loss)
        self.accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(self.logit, 1), self.y), tf.float32))

def run_model(session, model, X, Y, epochs=1, batch_size=500, is_training=False):
    if is_training:
        for epoch in range(epochs):
            order = np.random.permutation(len(X))
            for start in range(0, len(X), batch_size):
                part = order[start:start + batch_size]
                session.run(model.optimize, feed_dict={model.x: X[part], model.y: Y[part]})
        sess.run(model.loss, {model.x: X_val, model.y: Y_val})
        print("Training done!")
    else:
        total, hits = 0, 0
        for start in range(0, len(X), batch_size):
            feed = {model.x: X[start:start + batch_size], model.y: Y[start:start + batch_size]}
            loss, accuracy = session.run([model.loss, model.accuracy], feed_dict=feed)
            total += loss * len(feed[model.x])
            hits += accuracy * len(feed[model.x])
        return total / len(X), hits / len(X)
"""

#: Variables and `tf.nn` alone, one-hot labels, a loss by hand; the session is the notebook's own.
PLAIN = """
def weight(*shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))

def scored(self, logits):
    self.probabilities = tf.nn.softmax(logits)
    self.cost = -tf.reduce_mean(tf.reduce_sum(self.Y * tf.log(self.probabilities), axis=1))
    self.train_step = tf.train.GradientDescentOptimizer(0.01).minimize(self.cost)
    hits = tf.equal(tf.argmax(self.probabilities, 1), tf.argmax(self.Y, 1))
    self.hits = tf.reduce_sum(tf.cast(hits, tf.float32))

class simple_model:
    def __init__(self):
        self.X = tf.placeholder("float", [None, 32, 32, 3], name="pictures")
        self.Y = tf.placeholder("float", [None, 10])
        x = tf.nn.relu(tf.nn.conv2d(self.X, weight(9, 9, 3, 8), strides=[1, 1, 1, 1], padding='VALID') + weight(8))
        x = tf.nn.max_pool(x, ksize=[1, 3, 3, 1], strides=[1, 3, 3, 1], padding='VALID')
        x = tf.reshape(x, [-1, 8 * 8 * 8])
        x = tf.nn.relu(tf.matmul(x, weight(512, 8)) + weight(8))
        scored(self, tf.nn.xw_plus_b(x, weight(8, 10), weight(10)))

def conv(x, filters, size):
    kernel = weight(size, size, x.get_shape().as_list()[3], filters)
    return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, [1, 1, 1, 1], 'SAME'), weight(filters)))

def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    pooled = tf.nn.max_pool(Input, [1, 3, 3, 1], [1, 1, 1, 1], 'SAME')
    return tf.concat([conv(conv(Input, C5_R, 1), C5, 5), conv(Input, C1, 1), conv(conv(Input, C3_R, 1), C3, 3),
                      conv(pooled, P3_R, 1)], 3)

class complex_model:
    def __init__(self):
        self.X = tf.placeholder("float", [None, 32, 32, 3])
        self.Y = tf.placeholder("float", [None, 10])
        x = tf.reshape(Inception_module(self.X, 8, 2, 8, 2, 8, 2), [-1, 32 * 32 * 26])
        scored(self, tf.matmul(x, weight(32 * 32 * 26, 10)) + weight(10))

def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    labels, cost, hits = np.eye(10)[Y], 0., 0.
    for epoch in range(epochs if is_training else 1):
        cost, hits = 0., 0.
        for i in range(len(X) // batch_size):
            part = slice(i * batch_size, (i + 1) * batch_size)
            feed = {model.X: X[part], model.Y: labels[part]}
            if is_training:
                sess.run(model.train_step, feed)
            c, h = sess.run([model.cost, model.hits], feed)
            cost, hits = cost + c * batch_size, hits + h
    count = len(X) // batch_size * batch_size
    return cost / count, hits / count
"""

CALLS = """
tf.reset_default_graph()
model = complex_model()
with tf.Session(config=conf) as sess:
    sess.run(tf.global_variables_initializer())
    run_model(sess, model, X_train, Y_train, epochs=5, batch_size=500, is_training=True)
    print("(Loss, Accuracy) on Training Dataset (%.4f, %.2f)" % run_model(sess, model, X_train, Y_train))
"""

#: What acts only while training, in three ways: flags, shares that are kept, shares that are dropped.
MY_MODEL = """
class my_model(object):
    def __init__(self):
        self.x = tf.placeholder(tf.float32, [None, 32, 32, 3])
        self.y = tf.placeholder(tf.int64, [None])
        self.is_training = tf.placeholder(tf.bool)
        self.keep_prob = tf.placeholder(tf.float32)
        self.dropped = tf.placeholder_with_default(0.0, [], name='rate')
        self.epoch = tf.Variable(0, trainable=False)
        net = tf.layers.conv2d(self.x, 4, 3, strides=4, padding='same')
        net = tf.nn.relu(tf.layers.batch_normalization(net, training=self.is_training))
        net = tf.layers.dropout(net, 0.4, training=self.is_training)
        net = tf.cond(self.is_training, lambda: net + tf.random_normal(tf.shape(net)), lambda: net * tf.constant(0.5))
        net = tf.nn.dropout(tf.layers.flatten(net), self.keep_prob)
        net = tf.nn.dropout(tf.layers.dense(net, 6, tf.nn.relu), rate=self.dropped)
        self.out = tf.layers.dense(net, 10)
        self.loss = tf.losses.sparse_softmax_cross_entropy(self.y, self.out)
        rate = tf.train.exponential_decay(0.001, self.epoch, 50, 0.95)
        self.step = tf.train.AdamOptimizer(rate).minimize(self.loss)
"""


def edited(source: str, edits: Sequence[tuple[str, str]]) -> str:
    """`source` with every edit made; each must find its text."""
    for old, new in edits:
        assert old in source, old
        source = source.replace(old, new)
    return source
