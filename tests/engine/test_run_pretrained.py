"""A network that the course supplies, from its file to students' code: with a small one of 48x64 images and 7 classes."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.checks.visualisation.pretrained_network import read_pretrained
from grader.engine import fingerprints, observing, run_pretrained
from grader.engine.installation import Installation
from grader.engine.observing import Observing
from grader.engine.run_pretrained import RunPretrained, settle
from grader.execute.executor import Executor
from grader.intake import Handout
from grader.model.errors import UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import MEBIBYTE, ExecutionLimits
from tests.engine.training_rubric import run_settings

TEMPLATE = Installation.here().student_template
LIMITS = ExecutionLimits(call_wall_s=120, item_wall_s=240, memory_bytes=4096 * MEBIBYTE, disk_bytes=256 * MEBIBYTE)
BUILD = """
import sys, keras
from keras import layers
keras.utils.set_random_seed(0)
head = [keras.Input((48, 64, 3)), layers.Conv2D(6, 5, 3, activation="relu"), layers.GlobalAveragePooling2D()]
for file, last in zip(sys.argv[1:], (layers.Dense(7), layers.Dense(7, activation="softmax")), strict=True):
    keras.Sequential([*head, last]).save(file)
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A network that gives scores, and one that gives probabilities."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: no network can be saved")
    folder = tmp_path_factory.mktemp("networks")
    scores, probabilities = folder / "course.keras", folder / "softmax.keras"
    command = [sys.executable, "-c", BUILD, str(scores), str(probabilities)]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return scores, probabilities


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture(scope="module")
def settled(files: tuple[Path, Path], environ: dict[str, str]) -> RunPretrained:
    return settle(files[0], TEMPLATE, environ, IsolationLevel.NONE, LIMITS)


def test_sizes_and_classes_are_read_from_the_file(settled: RunPretrained) -> None:
    material = settled.open(settled.folder)
    assert material.name == settled.name == "course.keras" and material.digest == settled.digest
    assert material.images.shape == (100, 48, 64, 3) and material.labels.max() < 7
    assert material.class_names == tuple(f"class {number}" for number in range(7))


def test_students_code_gets_the_supplied_network_and_its_images(settled: RunPretrained) -> None:
    given = Handout.load(TEMPLATE).given
    with Executor(level=IsolationLevel.NONE, readable=[settled.folder], notebooks=False) as executor:
        material = settled.open(executor.readable_path(settled.folder))
        network = read_pretrained(executor, {**given, **material.files}, LIMITS)
    assert (network.image_shape, network.classes) == ((48, 64, 3), 7)
    agrees = network.predicted(material.images) == material.labels
    # Every fourth image is said to be of another class.
    assert np.array_equal(np.flatnonzero(~agrees), np.arange(0, 100, 4))


def test_a_kept_network_is_not_opened_again(
    files: tuple[Path, Path], settled: RunPretrained, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_pretrained, "read_pretrained", None)
    assert settle(files[0], TEMPLATE, environ, IsolationLevel.NONE, LIMITS) == settled


def test_a_network_that_ends_in_softmax_is_refused_in_one_line(
    files: tuple[Path, Path], environ: dict[str, str]
) -> None:
    with pytest.raises(UsageError) as refusal:
        settle(files[1], TEMPLATE, environ, IsolationLevel.NONE, LIMITS)
    assert str(refusal.value).startswith(f"--pretrained: {files[1]}: ") and "softmax" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_another_network_is_another_run(tmp_path: Path) -> None:
    supplied = RunPretrained(tmp_path, "course.keras", "1234")
    base = run_settings(1, 2, pretrained=supplied)
    assert fingerprints.of_run(pickle.loads(pickle.dumps(base))) == fingerprints.of_run(base)
    for other in (None, dataclasses.replace(supplied, digest="5678")):
        assert fingerprints.of_run(dataclasses.replace(base, pretrained=other)) != fingerprints.of_run(base)
    moved = dataclasses.replace(supplied, folder=tmp_path / "elsewhere")
    assert fingerprints.of_run(dataclasses.replace(base, pretrained=moved)) == fingerprints.of_run(base)


def test_students_code_may_read_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, object]] = []

    class FakeExecutor:
        def __init__(self, **arguments: object):
            made.append(arguments)

        def close(self) -> None:
            pass

    monkeypatch.setattr(observing, "Executor", FakeExecutor)
    with Observing(run_settings(2, pretrained=RunPretrained(tmp_path, "course.keras", "1234"))):
        assert made[0]["readable"] == (tmp_path,)


def test_where_the_copies_lie_is_told_as_students_code_sees_it(settled: RunPretrained) -> None:
    location = json.loads(settled.open(Path("/elsewhere")).files["Utils/model_location.json"])
    assert {Path(path).parent for path in location.values()} == {Path("/elsewhere")}
