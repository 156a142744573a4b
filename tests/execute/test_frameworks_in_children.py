"""Forbidden frameworks in real children: stubs that raise on use, and no way to the real package."""

from __future__ import annotations

import pytest

from grader.model.isolation import IsolationLevel
from grader.model.status import CallOutcome

SOURCE = """
import tensorflow as tf
from keras.layers import Dense
import jax.numpy as jnp
import torch
LAYER = Dense(3, activation="relu")(tf.constant([1.0]))
class Net(torch.nn.Module):
    pass
def honest(x):
    import tensorflow
    return x + 1
def plain(x): return tf.nn.relu(x)
def swallowed(x):
    try:
        return jnp.sum(x)
    except Exception:
        return 5
def constant(x): return x + LAYER
def inherited(x): return Net()
def spelled(x): return getattr(__import__("importlib").import_module("tensorflow.math"), "exp")(x)
@tf.function
def decorated(x): return x
"""


def test_use_is_found_however_it_is_written_and_an_import_is_free(executor, module, call, limits) -> None:
    names = ["honest", "plain", "swallowed", "constant", "inherited", "spelled", "decorated", "honest"]
    with executor.workspace(module(SOURCE), limits) as workspace:
        seen = workspace.probe([call(name, 1.0) for name in names])
    assert [(entry.outcome, entry.detail) for entry in seen] == [
        (CallOutcome.RETURNED, ""),
        (CallOutcome.FORBIDDEN, "tensorflow.nn.relu"),
        (CallOutcome.FORBIDDEN, "jax.numpy.sum"),
        (CallOutcome.FORBIDDEN, "keras.layers.Dense"),
        (CallOutcome.FORBIDDEN, "torch.nn.Module"),
        (CallOutcome.FORBIDDEN, "tensorflow.math.exp"),
        (CallOutcome.FORBIDDEN, "tensorflow.function"),
        (CallOutcome.RETURNED, ""),
    ]
    assert seen[0].value == 2.0 and seen[2].value is None


def test_the_real_package_is_out_of_reach(executor_at, each_level, module, call, limits) -> None:
    if each_level not in (IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK):
        pytest.skip("weaker levels hide no files, and say so")
    source = """
import subprocess, sys
def in_process():
    sys.meta_path[:] = [finder for finder in sys.meta_path if "StandIn" not in type(finder).__name__]
    for name in [name for name in sys.modules if name.startswith("jinja2")]: del sys.modules[name]
    import jinja2
    return hasattr(jinja2, "Template")
def in_subprocess():
    code = "import jinja2; print(jinja2.Template)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
"""
    with executor_at(each_level).workspace(module(source), limits) as workspace:
        inside, outside = workspace.probe([call("in_process"), call("in_subprocess")])
    assert inside.outcome is CallOutcome.RAISED or inside.value is False
    assert outside.value == ""


def test_scipy_is_really_there(executor, module, call, limits) -> None:
    pytest.importorskip("scipy")
    source = "from scipy import signal\ndef f(): return signal.convolve([1.0, 2.0], [1.0])\n"
    with executor.workspace(module(source), limits) as workspace:
        assert workspace.probe([call("f")])[0].value.tolist() == [1.0, 2.0]
