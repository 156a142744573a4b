"""CIFAR-10 is found where people and libraries put it, in a fixed order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.datasets.loading import Outlook, look
from grader.datasets.places import VARIABLE, Surroundings
from grader.datasets.refusals import DataRefused
from tests.datasets.fake_cifar10 import FakeCifar10, make_fake, write_folder, write_tar


def keras(surroundings: Surroundings) -> Path:
    return surroundings.home / ".keras" / "datasets"


@pytest.mark.parametrize(
    "layout", ["cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py-target"]
)
def test_folder_in_keras_cache_is_found(fake: FakeCifar10, surroundings: Surroundings, layout: str) -> None:
    folder = write_folder(keras(surroundings) / layout, fake.python)
    assert look(None, surroundings, fake.published) == Outlook(folder, asked_for=False)


@pytest.mark.parametrize(
    "name", ["cifar-10-batches-py.tar.gz", "cifar-10-python.tar.gz", "cifar-10-batches-py-target_archive"]
)
def test_archive_in_keras_cache_is_found(fake: FakeCifar10, surroundings: Surroundings, name: str) -> None:
    archive = write_tar(keras(surroundings) / name, fake.python)
    assert look(None, surroundings, fake.published).source == archive


def test_keras_home_is_obeyed(fake: FakeCifar10, surroundings: Surroundings, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "elsewhere" / "datasets" / "cifar-10-batches-py", fake.python)
    moved = replace(surroundings, environ={"KERAS_HOME": str(tmp_path / "elsewhere")})
    assert look(None, moved, fake.published).source == folder


def test_places_are_tried_in_their_order(fake: FakeCifar10, surroundings: Surroundings, tmp_path: Path) -> None:
    named, variable = (write_folder(tmp_path / name, fake.python) for name in ("named", "variable"))
    in_keras = write_folder(keras(surroundings) / "cifar-10-batches-py", fake.python)
    in_utils = write_folder(surroundings.folder / "Utils" / "cifar-10-batches-py", fake.binary)
    with_variable = replace(surroundings, environ={VARIABLE: str(variable)})
    assert look(str(named), with_variable, fake.published) == Outlook(named, asked_for=True)
    assert look(None, with_variable, fake.published) == Outlook(variable, asked_for=True)
    assert look(None, surroundings, fake.published).source == in_keras
    nothing_in_keras = replace(surroundings, home=tmp_path / "empty")
    assert look(None, nothing_in_keras, fake.published).source == in_utils


def test_named_folder_may_hold_the_batches_or_hold_what_holds_them(
    fake: FakeCifar10, surroundings: Surroundings, tmp_path: Path
) -> None:
    batches = write_folder(tmp_path / "a" / "cifar-10-batches-bin", fake.binary)
    archive = write_tar(tmp_path / "b" / "cifar-10-binary.tar.gz", fake.binary)
    for path, source in [(batches, batches), (tmp_path / "a", batches), (tmp_path / "b", archive), (archive, archive)]:
        assert look(str(path), surroundings, fake.published).source == source


@pytest.mark.parametrize("by_variable", [False, True])
def test_named_path_must_hold_it(
    fake: FakeCifar10, surroundings: Surroundings, tmp_path: Path, by_variable: bool
) -> None:
    write_folder(keras(surroundings) / "cifar-10-batches-py", fake.python)
    other = write_folder(tmp_path / "other", make_fake(seed=1).python)
    for path in (tmp_path / "nowhere", tmp_path / "home", other):
        environ = {VARIABLE: str(path)} if by_variable else {}
        with pytest.raises(DataRefused, match=str(path)):
            look(None if by_variable else str(path), replace(surroundings, environ=environ), fake.published)


def test_damaged_copy_in_a_usual_place_is_passed_over_and_told(fake: FakeCifar10, surroundings: Surroundings) -> None:
    write_folder(keras(surroundings) / "cifar-10-batches-py", {"data_batch_1": b"cut off"})
    outlook = look(None, surroundings, fake.published)
    assert outlook.source is None and not outlook.asked_for
    assert len(outlook.problems) == 1 and "data_batch_1: not as published" in outlook.problems[0]
    whole = write_folder(surroundings.folder / "Utils" / "cifar-10-batches-py", fake.python)
    outlook = look(None, surroundings, fake.published)
    assert outlook.source == whole and len(outlook.problems) == 1


@pytest.mark.parametrize("by_variable", [False, True])
def test_stand_in_is_asked_for_by_its_word(fake: FakeCifar10, surroundings: Surroundings, by_variable: bool) -> None:
    write_folder(keras(surroundings) / "cifar-10-batches-py", fake.python)
    chosen = replace(surroundings, environ={VARIABLE: "stand-in"} if by_variable else {})
    assert look(None if by_variable else "stand-in", chosen, fake.published) == Outlook(None, asked_for=True)


def test_looking_makes_nothing(fake: FakeCifar10, surroundings: Surroundings) -> None:
    look(None, surroundings, fake.published)
    look("stand-in", surroundings, fake.published)
    assert list(surroundings.home.iterdir()) == [] and list(surroundings.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["", "~nobody-of-that-name/data", "x" * 5000, "/dev/null"])
def test_odd_names_are_refused_in_one_line(fake: FakeCifar10, surroundings: Surroundings, name: str) -> None:
    with pytest.raises(DataRefused) as refused:
        look(name, surroundings, fake.published)
    assert "\n" not in str(refused.value)


def test_empty_variable_means_nothing(fake: FakeCifar10, surroundings: Surroundings) -> None:
    assert look(None, replace(surroundings, environ={VARIABLE: ""}), fake.published) == Outlook(None, asked_for=False)


def test_home_is_expanded(fake: FakeCifar10, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(surroundings.home))
    folder = write_folder(surroundings.home / "batches", fake.python)
    assert look("~/batches", surroundings, fake.published).source == folder
