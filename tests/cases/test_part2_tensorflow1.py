"""Part 2 of a hand-in for TensorFlow 1 end to end below the command line: run in a real sandboxed process, judged, scored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader.checks.observe import Laboratory, observe
from grader.checks.training.training_data import TrainingData
from grader.datasets.entry_contents import data_set_of
from grader.datasets.profile import Profile
from grader.datasets.stand_in import obtain_stand_in
from grader.dialects.dialect import Dialect
from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import given_files
from grader.execute.executor import Executor
from grader.intake import Handout
from grader.model.evidence import IsolationUsed
from grader.model.scorecard import Scorecard
from grader.model.status import ItemStatus
from grader.model.submission import Submission
from grader.sandbox import survey
from grader.scoring import rubric_file
from grader.scoring.score import score
from tests.checks.tensorflow1.notebooks import CALLS, LAYERS, MY_MODEL, edited
from tests.dialects.hand_in import notebook

ROOT = Path(__file__).parents[2]
NOTEBOOK = "Assignment2-2_Training_CNN.ipynb"
ACCURACY = "p2.better.accuracy"
START = """
import numpy as np
import tensorflow as tf
from Utils.data_utils import load_CIFAR10
conf = tf.ConfigProto()
X_train, Y_train, X_val, Y_val, X_test, Y_test, Class_names = load_CIFAR10()
"""
#: Trained by hand, as it has more to be fed than `run_model` feeds; the session is closed afterwards.
TRAINING = """
tf.reset_default_graph()
model = my_model()
with tf.Session(config=conf) as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(2):
        for start in range(0, len(X_train), 50):
            part = slice(start, start + 50)
            sess.run(model.step, {model.x: X_train[part], model.y: Y_train[part], model.is_training: True,
                                  model.keep_prob: 0.5, model.epoch: epoch})
    tf.train.Saver().save(sess, './Utils/model_checkpoints/my_model_final')
"""
#: A second network, after what is handed in has been saved.
ON_TEST_IMAGES = """
tf.reset_default_graph()
model = my_model()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(7):
        part = np.random.permutation(len(X_test))[:20]
        sess.run([model.loss, model.step], {model.x: X_test[part], model.y: Y_test[part], model.is_training: True,
                                            model.keep_prob: 0.5, model.epoch: 0})
"""
#: As a course may have handed it out: nothing is written in it.
SKELETON = """
class simple_model(object):
    def __init__(self):
        # IMPLEMENT YOUR CODE
        pass

def Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R):
    # IMPLEMENT YOUR CODE
    Inception = None
    return Inception

class complex_model(object):
    def __init__(self):
        # IMPLEMENT YOUR CODE
        pass

class my_model(object):
    def __init__(self):
        # IMPLEMENT YOUR CODE
        pass

def run_model(session, model, X, Y, epochs=1, batch_size=500, is_training=False):
    pass
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    entry = obtain_stand_in(tmp_path_factory.mktemp("cache"), {"train": 400, "validation": 100, "test": 100})
    data_set = data_set_of(entry, asked_for=True)
    return TrainingData(data_set, data_set, Profile.QUICK)


@pytest.fixture(scope="module")
def laboratory(data: TrainingData) -> Iterator[Laboratory]:
    level = survey().strongest.level
    with Executor(
        level=level, preload=("tensorflow",), dialect=Dialect.TF1, readable=(data.served.folder,), threads=2
    ) as executor:
        yield Laboratory({2: executor}, IsolationUsed(level), data=data, dialect=Dialect.TF1)


@pytest.fixture(scope="module")
def given() -> Mapping[str, bytes]:
    return given_files(Handout.load(ROOT / "student_template").given, ExpectedNetwork())


def graded(cells: tuple[str, ...], laboratory: Laboratory, given: Mapping[str, bytes]) -> Scorecard:
    rubric = rubric_file.load(ROOT / "rubrics" / "assignment2.yaml")
    files = {NOTEBOOK: json.dumps(notebook(cells)).encode()}
    submission = Submission("team", "team.tar.gz", "0" * 64, "0" * 64, files, {2: NOTEBOOK})
    return score(observe(submission, {**files, **given}, rubric, laboratory, parts=[2], seed=1).evidence, rubric)


def test_a_hand_in_is_run_judged_and_its_checkpoint_measured(
    laboratory: Laboratory, given: Mapping[str, bytes]
) -> None:
    calls = edited(CALLS, [("epochs=5", "5")])
    card = graded((START, LAYERS, calls, MY_MODEL, TRAINING, ON_TEST_IMAGES), laboratory, given)
    items = {item.id: item for item in card.items if item.part == 2}
    for name in (
        "p2.simple.define",
        "p2.simple.train",
        "p2.simple.evaluate",
        "p2.inception.module",
        "p2.inception.train",
    ):
        assert items[name].points == items[name].max_points, (name, items[name].feedback, items[name].checks)
    accuracy = items[ACCURACY].accuracy
    assert accuracy is not None and accuracy.model == "reexecuted" and accuracy.parameters
    assert accuracy.paying is not None and accuracy.paying.images > 0
    (flag,) = (flag for flag in card.flags if flag.id == "trained_on_evaluation_data")
    assert flag.values == {"part": 2, "cell": 6, "on": "test", "steps": 7}
    assert [(run.cell, run.on, run.batch_size, run.steps) for run in card.training[2] if run.cell > 4] == [
        (5, "train", 50, 16),
        (6, "test", 20, 7),
    ]


def test_a_skeleton_is_missing_and_not_wrong(laboratory: Laboratory, given: Mapping[str, bytes]) -> None:
    card = graded((START, SKELETON), replace(laboratory, run_notebooks=False), given)
    items = [item for item in card.items if item.part == 2 and not item.id.endswith("writeup")]
    assert {item.status for item in items} == {ItemStatus.MISSING}
