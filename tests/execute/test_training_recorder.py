"""TensorFlow in a child: networks train, and what is told of it while they do. One zygote for all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.execute.executor import Executor
from grader.execute.live import LiveNotebook
from grader.model.errors import UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import ProbeRequest, TrainingRun
from grader.model.status import CallOutcome

PRELUDE = """
import os, numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
images = np.load(os.path.join({folder!r}, 'images.npy'), mmap_mode='c')
labels = np.load(os.path.join({folder!r}, 'labels.npy'))
X_train, X_val, X_test = images[:40].copy(), images[40:50].copy(), images[50:].copy()
Y_train, Y_val, Y_test = labels[:40], labels[40:50], labels[50:]
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
def my_model():
    model = keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization(),
                              layers.ReLU(), layers.Flatten(), layers.Dense(10)])
    model.compile(keras.optimizers.SGD(0.01), loss, metrics=['accuracy'])
    return model
"""
LOOP = """
model, optimizer = my_model(), keras.optimizers.SGD(0.01)
@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        value = loss(y, model(x, training=True))
    optimizer.apply_gradients(zip(tape.gradient(value, model.trainable_variables), model.trainable_variables))
for epoch in range({epochs}):
    for start in range(0, 40, 10):
        step(X_train[start:start + 10], Y_train[start:start + 10])
"""


@contextmanager
def live_notebook(
    executor: Executor, images: Path, limits: ExecutionLimits, *sources: str, run: bool = True
) -> Iterator[LiveNotebook]:
    prelude = PRELUDE.format(folder=str(executor.readable_path(images)))
    cells = [{"cell_type": "code", "source": source} for source in (prelude, *sources)]
    files = {"bridge.py": b"import sys\ndef run(name, *args): return vars(sys.modules['__main__'])[name](*args)\n"}
    with (
        executor.workspace(files, limits) as workspace,
        workspace.live({"cells": cells}, "test.ipynb", run=run) as live,
    ):
        yield live


def training_of(
    executor: Executor, images: Path, limits: ExecutionLimits, *sources: str
) -> tuple[LiveNotebook, list[TrainingRun]]:
    with live_notebook(executor, images, limits, *sources) as live:
        assert live.observation is not None
        return live, list(live.observation.training)


def run_named(name: str, *args: Any) -> ProbeRequest:
    return ProbeRequest("call", {"module": "bridge", "function": "run", "args": [name, *args]})


def names(*asked: str) -> ProbeRequest:
    return ProbeRequest("names", {"names": list(asked)})


def test_networks_train_and_each_fit_is_told(framework_executor, images, roomy) -> None:
    live, runs = training_of(
        framework_executor,
        images,
        roomy,
        "model = my_model()\nhistory = model.fit(X_train, Y_train, epochs=3, batch_size=8, verbose=0,"
        " validation_data=(X_val, Y_val))",
        "model.fit(tf.data.Dataset.from_tensor_slices((X_val, Y_val)).shuffle(9).batch(5).prefetch(1), verbose=0)\n"
        "model.fit(X_train[:20], Y_train[:20], verbose=0)\n"
        "model.fit(np.concatenate([X_train, X_test]), np.concatenate([Y_train, Y_test]), verbose=0)\n"
        "model.fit(X_train * 2, Y_train, verbose=0, validation_split=0.25)\n"
        "for _ in range(7): model.train_on_batch(X_test, Y_test)\n",
    )
    assert live.observation.status == "completed", live.observation.error
    first, *others = runs
    assert replace(first, epochs=()) == TrainingRun(2, "fit", "train", 40, 8, steps=15, epochs_planned=3)
    assert [epoch.number for epoch in first.epochs] == [1, 2, 3]
    assert all(epoch.values.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"} for epoch in first.epochs)
    assert all(0.0 < epoch.seconds < live.observation.seconds for epoch in first.epochs)
    assert [(run.cell, run.kind, run.on, run.samples, run.batch_size, run.steps) for run in others] == [
        (3, "fit", "validation", 10, 5, 2),
        (3, "fit", "train", 20, 32, 1),
        (3, "fit", "test", 50, 32, 2),
        (3, "fit", "other", 30, 32, 1),
        (3, "steps", "test", None, 10, 7),
    ]


def test_a_loop_of_ones_own_is_known_by_its_updates(framework_executor, images, roomy) -> None:
    _, runs = training_of(framework_executor, images, roomy, LOOP.format(epochs=3), "step(X_train, Y_train)", "1")
    assert [(run.cell, run.kind, run.steps, run.epochs) for run in runs] == [(2, "steps", 12, ()), (3, "steps", 1, ())]


def test_what_is_told_is_what_the_student_is_told(framework_executor, images, roomy) -> None:
    cell = (
        "h = my_model().fit(X_train, Y_train, epochs=2, verbose=0)\nprint(repr([float(v) for v in h.history['loss']]))"
    )
    live, (run,) = training_of(framework_executor, images, roomy, cell)
    (output,) = live.observation.executed["cells"][1]["outputs"]
    assert output["text"].strip() == repr([epoch.values["loss"] for epoch in run.epochs])


def test_students_own_callbacks_trainers_and_errors_work_as_ever(framework_executor, images, roomy) -> None:
    cells = (
        "class Net(keras.Model):\n"
        "    def __init__(self): super().__init__(); self.dense = layers.Dense(10)\n"
        "    def call(self, x): return self.dense(layers.Flatten()(x))\n"
        "    def fit(self, *args, **kwargs): self.mine = True; return super().fit(*args, **kwargs)\n"
        "class Stop(keras.callbacks.Callback):\n"
        "    def on_epoch_end(self, epoch, logs=None): self.model.stop_training = epoch == 1\n"
        "net = Net(); net.compile('adam', loss)\n"
        "h = net.fit(X_train, Y_train, epochs=9, verbose=0, callbacks=[Stop()])\n"
        "assert net.mine and len(h.history['loss']) == 2",
        "my_model().fit(X_train, Y_train[:3], verbose=0)",
        "my_model().fit(no_such_argument=1)",
        "import inspect; assert 'validation_split' in inspect.signature(keras.Model.fit).parameters",
    )
    with live_notebook(framework_executor, images, roomy, *cells) as live:
        observation = live.observation
        (after,) = live.probe([names("h")])
    errors = [
        [output["ename"] for output in cell["outputs"] if output["output_type"] == "error"]
        for cell in observation.executed["cells"]
    ]
    assert errors == [[], [], ["ValueError"], ["TypeError"], []]
    assert (len(observation.training[0].epochs), observation.training[0].epochs_planned) == (2, 9)
    assert after.outcome is CallOutcome.RETURNED


def test_a_used_up_budget_is_told_from_a_hang(framework_executor, images, roomy) -> None:
    hasty = replace(roomy, cell_wall_s=5.0)
    details = [
        training_of(framework_executor, images, hasty, cell)[0].observation.detail
        for cell in (
            "my_model().fit(X_train, Y_train, epochs=10**6, verbose=0)",
            LOOP.format(epochs=10**6),
            "my_model().fit(X_train, Y_train, verbose=0)\nwhile True: pass",
        )
    ]
    assert details[0].startswith("code cell 2 was still training: epoch ") and details[0].endswith(" of 1000000")
    assert details[1].startswith("code cell 2 was still training: had made ") and details[1].endswith(" updates")
    assert details[2] == "code cell 2 did not end in time"


def test_training_of_many_epochs_is_told_in_bounds(framework_executor, images, roomy) -> None:
    cell = (
        "from keras.callbacks import History\nmodel = my_model()\n"
        "class Fast(keras.callbacks.Callback):\n"
        "    def on_train_begin(self, logs=None):\n"
        "        for n in range(5000): history.on_epoch_end(n, {f'value{k}': k for k in range(40)})\n"
        "history = History(); history.set_model(model); history.on_train_begin()\n"
        "_ = model.fit(X_train, Y_train, verbose=0, callbacks=[Fast()])"
    )
    live, (run,) = training_of(framework_executor, images, roomy, cell)
    assert live.observation.status == "completed" and 900 < len(run.epochs) <= 2000
    assert max(len(epoch.values) for epoch in run.epochs) == 16


def test_a_network_survives_from_probe_to_probe_but_not_its_process(framework_executor, images, roomy) -> None:
    sources = (
        "trained = my_model()\n_ = trained.fit(X_train, Y_train, verbose=0)\ncalls = []",
        "def answer(leave=False):\n    calls.append(my_model())\n    if leave: os._exit(4)\n"
        "    return len(calls), calls[-1].predict(X_test, verbose=0).shape",
    )
    with live_notebook(framework_executor, images, roomy, *sources) as live:
        assert live.observation.status == "completed", live.observation.error
        first, second, left, after = live.probe([run_named("answer", *leave) for leave in ((), (), (True,), ())])
        (there,) = live.probe([names("trained", "_")])
    assert (first.value, second.value, left.outcome) == ((1, (10, 10)), (2, (10, 10)), CallOutcome.EXITED)
    assert live.replayed and live.replay_failures == () and after.value == (1, (10, 10))
    assert [told["present"] for told in there.value.values()] == [True, False]


def test_weights_drawn_in_a_call_depend_on_the_seed_alone(framework_executor, images, roomy) -> None:
    request = ProbeRequest("call", {"module": "draw", "function": "draw", "args": []})
    source = b"import tensorflow as tf\ndef draw(): return float(tf.random.normal(())), float(tf.random.uniform(()))"
    with framework_executor.workspace({"draw.py": source}, roomy) as workspace:
        values = [seen.value for seen in workspace.probe([request] * 2) + workspace.probe([request])]
    assert values[0] is not None and values == [values[0]] * 3


def test_a_memory_bomb_is_told_as_memory(framework_executor, images, roomy) -> None:
    tight = replace(roomy, memory_bytes=2304 * (1 << 20))
    bombs = {
        "tensors = tf.ones((1 << 30,))": "ResourceExhaustedError",
        "arrays = [np.empty(1 << 27) for _ in range(4)]": "MemoryError",
    }
    for source, error in bombs.items():
        with live_notebook(framework_executor, images, tight, source) as live:
            assert (live.observation.status, live.observation.error.type) == ("cell_error", error)
    forks = "for n in range(2): os.fork()\nhuge = np.ones(90 << 20)\nimport time; time.sleep(60)"
    with live_notebook(framework_executor, images, tight, forks) as live:
        assert live.observation.status == "memory"
        assert live.probe([names("my_model")])[0].value["my_model"]["present"] and live.replayed


def test_versions_of_what_is_preloaded_are_told(framework_executor) -> None:
    told = framework_executor.environment()
    assert told["keras"].startswith("3.") and any(name.startswith("tensorflow") for name in told)


def test_a_child_has_one_thread_until_its_first_operation_and_then_those_asked_for(framework_executor, roomy) -> None:
    source = (
        b"import os, tensorflow as tf\n"
        b"def first():\n"
        b"    before = len(os.listdir('/proc/self/task'))\n"
        b"    value = float(tf.constant(1.0) + 1.0)\n"
        b"    return before, value, len(os.listdir('/proc/self/task')) > 1, [os.environ[name] for name in"
        b" ('TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS')]"
    )
    request = ProbeRequest("call", {"module": "first", "function": "first", "args": []})
    with framework_executor.workspace({"first.py": source}, roomy) as workspace:
        (seen,) = workspace.probe([request])
    assert seen.value == (1, 2.0, True, ["2", "2", "2", "1"])


def test_a_package_to_preload_has_to_be_there(tmp_path) -> None:
    with pytest.raises(UsageError, match="no_such_framework is not installed"):
        Executor(level=IsolationLevel.NONE, preload=("no_such_framework",), scratch=tmp_path)


def test_the_graders_own_process_imports_no_framework() -> None:
    program = "import sys, grader.execute.executor, grader.execute.live; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
