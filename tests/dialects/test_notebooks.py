"""Notebooks of TensorFlow 1 run unmodified, on images that are served here and a network that stands in."""

from __future__ import annotations

import pytest

from grader.dialects.dialect import Dialect
from grader.execute.executor import Executor
from grader.model.isolation import IsolationLevel
from grader.sandbox import survey
from tests.dialects.hand_in import TRAINING, VISUALISING, notebook


def test_training_notebook_runs_saves_and_restores(run, printed) -> None:
    seen = run(TRAINING)
    assert (seen.status, seen.error) == ("completed", None)
    assert seen.executed["cells"][1]["outputs"][-1]["data"]["image/png"]
    told = printed(seen)
    assert told[1].strip() == "(60, 32, 32, 3) (20,) 10"
    assert told[3].splitlines()[0] == "averages moved True"
    names = "beta gamma moving_mean moving_variance".split()
    normalisation = ", ".join(repr(f"batch_normalization/{name}") for name in names)
    assert told[3].splitlines()[1] == f"[{normalisation}, 'conv2d/bias', 'conv2d/kernel', 'dense/bias', 'dense/kernel']"
    assert told[4].strip() == "restored True"


def test_visualising_notebook_runs_on_a_network_of_the_expected_size(run, printed) -> None:
    seen = run(VISUALISING)
    assert (seen.status, seen.error) == ("completed", None)
    told = printed(seen)
    assert told[1].strip() == "(5, 224, 224, 3) (5,) 1000"
    assert told[2].strip() == "(5, 1000)"
    assert told[3].strip() == "(5, 224, 224) True"
    assert told[4].strip() == "(101, 224, 224, 3) True"
    assert [line.partition("Pred:")[2] for line in told[5].splitlines()] == ["6", "76"]
    pictures = [cell for cell in seen.executed["cells"] if any("data" in output for output in cell["outputs"])]
    assert len(pictures) == 4


def test_run_can_be_repeated(run, printed) -> None:
    cell = "import tensorflow as tf\nwith tf.Session() as s: print(s.run(tf.random_normal([2])).tolist())"
    first, second = (printed(run([cell])) for _ in range(2))
    assert first == second != [""]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("tf.estimator.Estimator(1)", "tf.estimator.Estimator"),
        ("tf.contrib.rnn.BasicLSTMCell(4)", "tf.contrib.rnn.BasicLSTMCell"),
        ("import tensorflow.contrib.slim as slim\nslim.conv2d(1)", "tf.contrib.slim.conv2d"),
        ("from tensorflow.keras.layers import Dense\nDense(3)", "tf.keras.layers.Dense"),
        ("tf.layers.conv3d(1)", "tf.layers.conv3d"),
    ],
)
def test_what_is_not_offered_says_its_name_when_it_is_used(run, source: str, name: str) -> None:
    seen = run(["import tensorflow as tf\nfrom tensorflow.contrib import seq2seq", source, "print('went on')"])
    assert (seen.failed_cell, seen.error.type) == (1, "NotOffered")
    assert seen.error.message.startswith(f"{name} is not available")
    assert seen.error.frames[-1].startswith("cell 2, line")
    assert seen.executed["cells"][2]["outputs"][0]["text"] == "went on\n"


def test_a_real_kernel_finds_the_same_tensorflow(work_folder, limits, printed, tmp_path) -> None:
    level = survey().strongest.level
    if level is IsolationLevel.LANDLOCK:
        pytest.skip("a kernel's sockets are refused at this level")
    cells = (
        "import tensorflow as tf, sys\nfrom tensorflow.contrib.layers import flatten\nfrom Utils.data_utils import *",
        "with tf.Session() as s: print(s.run(flatten(tf.ones([2, 3, 4]))).shape, tf.__version__)\n"
        "print([name for name in sys.modules if name.startswith('grader')])",
    )
    with (
        Executor(level=level, runner="nbclient", dialect=Dialect.TF1, threads=1, scratch=tmp_path) as executor,
        executor.workspace(work_folder, limits) as workspace,
    ):
        seen = workspace.run_notebook(notebook(cells), "notebook")
    assert (seen.status, seen.error) == ("completed", None)
    assert printed(seen)[1].splitlines() == ["(2, 12) 1.15.5", "[]"]
