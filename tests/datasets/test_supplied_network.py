"""What is told of a supplied network before it is opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.datasets.refusals import DataRefused
from grader.datasets.supplied_network import read_supplied
from tests.datasets.keras_files import write_keras


@pytest.mark.parametrize("built", [True, False])
def test_the_size_of_images_is_read_from_the_file(tmp_path: Path, built: bool) -> None:
    supplied = read_supplied(write_keras(tmp_path / "a.keras", [None, 48, 64, 3], built=built))
    assert supplied.image_shape == (48, 64, 3)
    assert supplied.mean is supplied.deviation is supplied.class_names is None


def test_the_file_beside_it_says_scale_and_names_and_changes_the_digest(tmp_path: Path) -> None:
    file = write_keras(tmp_path / "a.keras", [None, 8, 8, 3])
    before = read_supplied(file).digest
    (tmp_path / "a.json").write_text('{"mean": 0, "deviation": 255, "class_names": ["x", "y"]}', encoding="utf-8")
    supplied = read_supplied(file)
    assert (supplied.mean, supplied.deviation, supplied.class_names) == (0.0, 255.0, ("x", "y"))
    assert supplied.digest != before


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ([None, 20], "(any, 20)"),
        ([None, None, None, 3], "(any, any, any, 3)"),
        ([None, 8, 8, 1], "(any, 8, 8, 1)"),
        ([None, 3, 8, 8], "(any, 3, 8, 8)"),
    ],
)
def test_a_network_for_anything_but_colour_images_is_refused(tmp_path: Path, shape: list[Any], shown: str) -> None:
    file = write_keras(tmp_path / "a.keras", shape)
    with pytest.raises(DataRefused) as refusal:
        read_supplied(file)
    assert shown in str(refusal.value) and str(file) in str(refusal.value) and "\n" not in str(refusal.value)


def test_files_that_are_no_saved_network_are_refused(tmp_path: Path) -> None:
    for name, text in {
        "a.h5": "neither a .keras file nor a checkpoint",
        "b.keras": "cannot be read as a .keras file",
    }.items():
        (tmp_path / name).write_bytes(b"PK or not")
        with pytest.raises(DataRefused, match=text):
            read_supplied(tmp_path / name)
    with pytest.raises(DataRefused, match="no such file"):
        read_supplied(tmp_path / "c.keras")
    with pytest.raises(DataRefused, match="does not say what images"):
        read_supplied(write_keras(tmp_path / "d.keras", None))


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ("{", "not a JSON object"),
        ("[]", "not a JSON object"),
        ('{"std": 1}', "unknown key std; allowed: mean, deviation, class_names"),
        ('{"deviation": 0}', "deviation is 0"),
        ('{"mean": true}', "mean is true"),
        ('{"class_names": ["a"]}', "class_names is"),
        ('{"class_names": [1, 2]}', "class_names is"),
        (json.dumps({"mean": [1, 2, 3]}), "mean is [1, 2, 3]"),
    ],
)
def test_a_file_beside_it_that_says_something_else_is_refused(tmp_path: Path, notes: str, said: str) -> None:
    file = write_keras(tmp_path / "a.keras", [None, 8, 8, 3])
    (tmp_path / "a.json").write_text(notes, encoding="utf-8")
    with pytest.raises(DataRefused) as refusal:
        read_supplied(file)
    assert said in str(refusal.value) and "a.json" in str(refusal.value)
