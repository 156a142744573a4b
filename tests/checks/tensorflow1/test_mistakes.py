"""Mistakes in hand-ins of TensorFlow 1 are found where they are, and named."""

import pytest

from grader.checks.tensorflow1.sessions_in_code import code_without_sessions
from grader.checks.training.run_model_calls import TrainingCall, training_calls
from tests.checks.tensorflow1.conftest import ONE_STEP, Ask
from tests.checks.tensorflow1.notebooks import CALLS, LAYERS, PLAIN, edited
from tests.checks.training.verdict import failing, told

#: Check, edits of the answer in layers, cases that fail, and what is told.
MISTAKES = {
    "learning rate": (
        ONE_STEP, [("learning_rate=0.01", "learning_rate=0.1")], {"one_step"}, {"learning_rate"},
    ),
    "another optimiser": (
        ONE_STEP,
        [("GradientDescentOptimizer(learning_rate=0.01)", "AdamOptimizer(0.001)")],
        {"one_step"},
        {"other_optimizer"},
    ),
    "softmax twice": (
        ONE_STEP, [("logits=self.logit)\n        self.optimize = tf.train.GradientDescentOptimizer(learning",
                          "logits=self.predict)\n        self.optimize = tf.train.GradientDescentOptimizer(learning")],
        {"one_step"}, {"softmax_twice"},
    ),
    "loss summed": (
        ONE_STEP,
        [("self.loss = tf.losses.sparse_softmax_cross_entropy(labels=self.y, logits=self.logit)",
          "self.loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.y, logits=self.logit))")],
        {"one_step"}, {"loss_summed"},
    ),
    "squared error": (
        ONE_STEP,
        [("self.loss = tf.losses.sparse_softmax_cross_entropy(labels=self.y, logits=self.logit)",
          "self.loss = tf.losses.mean_squared_error(tf.one_hot(self.y, 10), self.logit)")],
        {"one_step"}, {"other_loss"},
    ),
    "evaluation trains": (
        "simple.evaluate", [("session.run([model.loss, model.accuracy],", "session.run([model.loss, model.accuracy, model.optimize],"),
                            ("loss, accuracy = session", "loss, accuracy, _ = session")],
        {"unchanged"}, {"trains_while_evaluating", "weights_changed"},
    ),
    "divided by all images": (
        "simple.evaluate",
        [
            ("            feed = {model.x: X[start", "            if start + batch_size > len(X): break\n            feed = {model.x: X[start"),
        ],
        {"last_batch"},
        {"divided_by_all"},
    ),
    "one batch only": (
        "simple.evaluate", [("return total / len(X), hits / len(X)", "return loss, accuracy")],
        {"loss", "accuracy"}, {"one_batch_only"},
    ),
    "dense before flatten": (
        "simple.define",
        [("        net = tf.contrib.layers.flatten(net)\n        net = tf.layers.dense(net, 8, activation=tf.nn.relu)\n",
          "        net = tf.contrib.layers.flatten(tf.layers.dense(net, 8, activation=tf.nn.relu))\n")],
        {"hidden"}, {"dense_before_flatten"},
    ),
    "softmax at the end": (
        "simple.define", [("self.logit = tf.layers.dense(net, 10)\n        self.predict",
                           "self.logit = tf.layers.dense(net, 10, activation=tf.nn.softmax)\n        self.predict")],
        {"logits"}, {"softmax_at_end"},
    ),
    "filters": ("simple.define", [("self.x, 8, 9,", "self.x, 16, 7,")], {"convolution"}, {"filters", "kernel_size"}),
    "dropout": (
        "simple.define",
        [("        self.logit = tf.layers.dense(net, 10)\n        self.predict",
          "        self.keep = tf.placeholder(tf.float32)\n        net = tf.nn.dropout(net, self.keep)\n"
          "        self.logit = tf.layers.dense(net, 10)\n        self.predict")],
        {"nothing_else"}, {"only_while_training"},
    ),
    "one ReLU for all branches": (
        "inception.module", [("padding='same', activation=tf.nn.relu)\n    pooled", "padding='same')\n    pooled"),
                             ("return tf.concat(branches, axis=3)", "return tf.nn.relu(tf.concat(branches, axis=3))")],
        {"activations"}, {"relu_after_concat_only"},
    ),
    "filters of another argument": (
        "inception.module", [("conv(Input, C1, 1)", "conv(Input, C3, 1)")], {"branch_1x1"}, {"filters_swapped"},
    ),
    "more than one module": (
        "inception.train", [("tf.layers.flatten(Inception_module(self.x, 8, 2, 8, 2, 8, 2))",
                             "tf.layers.flatten(tf.layers.max_pooling2d(Inception_module(self.x, 8, 2, 8, 2, 8, 2), 2, 2))")],
        {"nothing_else"}, {"layer_extra"},
    ),
    "nothing returned": (
        "simple.evaluate", [("        return total / len(X), hits / len(X)\n", "")],
        {"loss", "accuracy", "inference_mode", "last_batch"}, {"returned_none"},
    ),
    "no model": ("simple.define", [("self.x = tf.placeholder(tf.float32, [None, *X_train.shape[1:]])",
                                    "self.x = tf.Variable(tf.random_normal([5, 32, 32, 3]))")],
                 {"convolution", "pooling", "hidden", "logits", "nothing_else", "values"}, {"not_a_model"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_costs_its_cases_and_is_named(ask: Ask, name: str) -> None:
    check, edits, wrong, named = MISTAKES[name]
    cases = ask(check, edited(LAYERS, edits))
    assert failing(cases) == wrong, cases
    assert told(cases) >= named, cases


def test_a_rate_without_layers_is_found_as_well(ask: Ask) -> None:
    cases = ask(ONE_STEP, edited(PLAIN, [("GradientDescentOptimizer(0.01)", "GradientDescentOptimizer(0.02)")]))
    assert failing(cases) == {"one_step"} and "learning_rate" in told(cases)


@pytest.mark.parametrize("epochs", [1, 5])
@pytest.mark.parametrize("session", ["with tf.Session(config=conf) as sess:", "if True:"])
def test_settings_are_read_within_sessions(epochs: int, session: str) -> None:
    edits = [("epochs=5", f"epochs={epochs}"), ("with tf.Session(config=conf) as sess:", session)]
    source = LAYERS + edited(CALLS, edits)
    code = code_without_sessions({"cells": [{"cell_type": "code", "source": source}]})
    expected = [TrainingCall(epochs, 500)] if session.startswith("with") else None
    assert training_calls(code, "complex_model") == expected
