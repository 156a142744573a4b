"""Graphs of TensorFlow 1 in a child: which runs are updates, with whose images, and what is told of them. One zygote for all."""

from __future__ import annotations

from dataclasses import replace

from grader.execute.executor import Executor
from grader.model.limits import ExecutionLimits
from grader.model.observation import NotebookObservation
from tests.dialects.conftest import tensorflow1

__all__ = ["tensorflow1"]

PRELUDE = """
import numpy as np, tensorflow as tf
images = np.random.RandomState(0).normal(size=(60, 8, 8, 3)).astype(np.float32)
X_train, X_val, X_test = images[:40].copy(), images[40:50].copy(), images[50:].copy()
labels = np.arange(60) % 10
X = tf.placeholder(tf.float32, [None, 8, 8, 3])
Y = tf.placeholder(tf.int64, [None])
training = tf.placeholder(tf.bool, [])
weights = tf.get_variable('weights', [192, 10])
logits = tf.matmul(tf.reshape(X, [-1, 192]), weights)
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=Y, logits=logits))
steps = tf.Variable(0, trainable=False)
train = tf.train.GradientDescentOptimizer(0.01).minimize(loss, global_step=steps, name='train')
with tf.control_dependencies([tf.train.AdamOptimizer(0.01).minimize(loss)]):
    after = tf.identity(loss)
maybe = tf.cond(training, lambda: tf.group(tf.train.MomentumOptimizer(0.01, 0.9).minimize(loss)), tf.no_op)
average = tf.train.ExponentialMovingAverage(0.9).apply([weights])
sess = tf.Session()
sess.run(tf.global_variables_initializer())
def feed(images, *rest):
    return {X: images, Y: labels[:len(images)], **dict(rest)}
"""


def run(executor: Executor, limits: ExecutionLimits, *sources: str) -> NotebookObservation:
    """What the cells do, after one that makes a small network."""
    cells = [{"cell_type": "code", "source": source} for source in (PRELUDE, *sources)]
    with executor.workspace({}, limits) as workspace:
        return workspace.run_notebook({"cells": cells}, "notebook")


def told(seen: NotebookObservation) -> list[tuple[int, str, int | None, int]]:
    assert {(run.kind, run.samples, run.epochs_planned) for run in seen.training} <= {("steps", None, None)}
    return [(run.cell, run.on, run.batch_size, run.steps) for run in seen.training]


def test_runs_that_fetch_a_step_are_updates_however_it_is_fetched(tensorflow1, roomy) -> None:
    seen = run(
        tensorflow1,
        roomy,
        "for _ in range(3): sess.run([loss, {'step': (train,)}, [logits, steps]], feed_dict=feed(X_train))",
        "sess.run('train', feed(X_train)); sess.run(fetches=train, feed_dict=feed(X_train))",
        "sess.run([weights, after], feed(X_train)); after.eval(feed(X_train), sess); train.run(feed(X_train), sess)",
        "sess.run([loss, maybe], feed(X_train, (training, True)))\nsess.run(maybe, feed(X_train, (training, False)))",
    )
    assert (seen.status, seen.error) == ("completed", None)
    assert told(seen) == [(2, "train", 40, 3), (3, "train", 40, 2), (4, "train", 40, 3), (5, "train", 40, 1)]


def test_evaluations_initialisers_and_averages_are_no_updates(tensorflow1, roomy) -> None:
    seen = run(
        tensorflow1,
        roomy,
        "for _ in range(3): sess.run([loss, logits, tf.gradients(loss, weights), 'weights:0'], feed(X_val))",
        "sess.run([tf.global_variables_initializer(), average, weights.assign(0.5 * weights), steps])",
        "sess.run([loss, maybe], feed(X_test, (training, False)))",
    )
    assert (seen.status, told(seen)) == ("completed", [])


def test_images_are_known_in_batches_drawn_at_random_and_each_split_has_its_stretch(tensorflow1, roomy) -> None:
    seen = run(
        tensorflow1,
        roomy,
        "for start in range(0, 40, 16): sess.run(train, feed(X_train[np.random.permutation(40)[start:start + 16]]))\n"
        "for _ in range(4):\n"
        "    sess.run([loss, train], feed(X_test[np.random.permutation(10)[:6]]))\n"
        "    sess.run([loss, train], feed(list(X_val[3:7])))\n"
        "    sess.run(loss, feed(X_test))\n"
        "    sess.run(train, feed(2 * X_test))",
        "X_train, X_val = np.concatenate([X_train, X_val]), X_val[:5]\nX_test -= 1.5",
        "for _ in range(2): sess.run(train, feed(X_test[[2, 5, 3]]))\n"
        "sess.run(train, feed(X_train[[1, 2]])); sess.run(train, feed(X_train[5:]))",
    )
    assert seen.status == "completed", seen.error
    assert told(seen) == [
        (2, "train", 16, 3),
        (2, "test", 6, 4),
        (2, "validation", 4, 4),
        (2, "other", 10, 4),
        (4, "test", 3, 2),
        (4, "train", 45, 2),
    ]


def test_what_the_student_sees_stays_as_it_was(tensorflow1, roomy) -> None:
    seen = run(
        tensorflow1,
        roomy,
        "sess.run([loss, train], {X: X_train})",
        "sess.run(train, feed(X_train[:, :4]))",
        "sess.run(fetches=[nothing])",
        "class Odd(dict):\n    def values(self): raise RuntimeError\n"
        "X_train = X_val = X_test = 5\n"
        "value, _ = sess.run((loss, train), Odd(feed(images)))\nassert value.dtype == np.float32 and value.shape == ()\n"
        "import inspect\nassert list(inspect.signature(tf.Session.run).parameters)[1:3] == ['fetches', 'feed_dict']",
    )
    outputs = [[each for each in cell["outputs"] if "ename" in each] for cell in seen.executed["cells"]]
    assert [[each["ename"] for each in of] for of in outputs] == [
        [],
        ["InvalidArgumentError"],
        ["ValueError"],
        ["NameError"],
        [],
    ]
    assert not any("session_recorder" in str(of) or "training_frames" in str(of) for of in outputs)
    assert told(seen) == [(5, "other", None, 1)]


def test_a_timeout_says_how_many_updates_had_been_made(tensorflow1, roomy) -> None:
    hasty = replace(roomy, cell_wall_s=5.0)
    seen = run(
        tensorflow1,
        hasty,
        "n = 0\nwhile True:\n    sess.run(train, feed(X_train[:5] if n % 2 else X_val[:5]))\n    n += 1",
    )
    of_split = {run.on: run.steps for run in seen.training}
    assert seen.status == "timeout" and of_split.keys() == {"train", "validation"} and min(of_split.values()) > 10
    updates = sum(of_split.values())
    assert seen.detail == f"code cell 2 was still training: had made {updates} updates"
