"""From published files to arrays: split, normalised, kept, read-only."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.datasets import loading
from grader.datasets.cifar10 import entry_name
from grader.datasets.data_set import DataKind, DataSet
from grader.datasets.entry_contents import open_data_set
from grader.datasets.loading import cache_of, load
from grader.datasets.places import Surroundings
from grader.datasets.profile import ImagesPerClass, Profile
from grader.datasets.refusals import DamagedEntry, DataRefused
from tests.datasets.fake_cifar10 import BATCH_SIZE, FakeCifar10, make_fake, write_folder, write_tar


@pytest.fixture
def source(fake: FakeCifar10, tmp_path: Path) -> Path:
    return write_folder(tmp_path / "batches", fake.python)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Profiles that fit a data set with two images of each class in a batch."""
    wanted = {Profile.QUICK: ImagesPerClass(3, 1, 1), Profile.CHECKPOINT: ImagesPerClass(3, None, None)}
    monkeypatch.setattr(loading, "IMAGES_PER_CLASS", wanted | {Profile.FULL: ImagesPerClass()})


def everything(data: DataSet) -> dict[str, np.ndarray]:
    arrays = {"mean": data.mean, "deviation": data.deviation}
    for name, split in [("train", data.train), ("validation", data.validation), ("test", data.test)]:
        arrays |= {f"{name} pixels": split.pixels, f"{name} images": split.images, f"{name} labels": split.labels}
    return arrays


def planes(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def test_four_batches_train_the_fifth_validates_the_last_tests(
    fake: FakeCifar10, source: Path, surroundings: Surroundings
) -> None:
    data = load(str(source), Profile.FULL, surroundings, fake.published)
    assert data.kind is DataKind.CIFAR10 and data.name == "CIFAR-10" and data.asked_for
    assert np.array_equal(data.train.pixels, planes(np.concatenate(fake.values[:4])))
    assert np.array_equal(data.train.labels, np.concatenate(fake.labels[:4]))
    assert np.array_equal(data.validation.pixels, planes(fake.values[4]))
    assert np.array_equal(data.validation.labels, fake.labels[4])
    assert np.array_equal(data.test.pixels, planes(fake.values[5]))
    assert np.array_equal(data.test.labels, fake.labels[5])
    assert data.class_names[0] == "airplane" and data.class_names[9] == "truck"


def test_images_are_normalised_pixel_by_pixel_by_the_training_images(
    fake: FakeCifar10, source: Path, surroundings: Surroundings
) -> None:
    data = load(str(source), Profile.FULL, surroundings, fake.published)
    train = planes(np.concatenate(fake.values[:4])).astype(np.float64)
    assert data.mean.shape == data.deviation.shape == (32, 32, 3)
    assert np.allclose(data.mean, train.mean(axis=0), rtol=1e-6)
    assert np.allclose(data.deviation, train.std(axis=0), rtol=1e-6)
    for split in (data.train, data.validation, data.test):
        expected = (split.pixels - train.mean(axis=0)) / train.std(axis=0)
        assert np.allclose(split.images, expected, atol=1e-5)


def test_arrays_have_the_contracts_names_types_and_cannot_be_written(
    fake: FakeCifar10, source: Path, surroundings: Surroundings
) -> None:
    data = load(str(source), Profile.FULL, surroundings, fake.published)
    contract = data.contract_arrays()
    assert set(contract) == {"X_train", "Y_train", "X_val", "Y_val", "X_test", "Y_test"}
    for name, array in contract.items():
        assert array.dtype == (np.float32 if name.startswith("X") else np.int64)
        assert len(array) == BATCH_SIZE * (4 if name.endswith("train") else 1)
    for array in everything(data).values():
        assert type(array) is np.ndarray and not array.flags.writeable
        with pytest.raises(ValueError):
            array[...] = 0
        with pytest.raises(ValueError):
            array.flags.writeable = True


def test_both_versions_and_every_container_give_the_same_data(
    fake: FakeCifar10, source: Path, surroundings: Surroundings, tmp_path: Path
) -> None:
    sources = (
        source,
        write_folder(tmp_path / "binary", fake.binary),
        write_tar(tmp_path / "cifar-10-binary.tar.gz", fake.binary, inner="cifar-10-batches-bin"),
    )
    found = []
    for number, each in enumerate(sources):
        fresh = replace(surroundings, environ={"XDG_CACHE_HOME": str(tmp_path / f"cache {number}")})
        found.append(load(str(each), Profile.FULL, fresh, fake.published))
        assert found[-1].folder.is_relative_to(tmp_path / f"cache {number}")
    assert found[0].digest == found[1].digest == found[2].digest
    for name, array in everything(found[0]).items():
        assert all(np.array_equal(array, everything(other)[name]) for other in found[1:])


def test_subset_is_the_first_of_each_class_with_the_whole_sets_mean(
    fake: FakeCifar10, source: Path, surroundings: Surroundings, few: None
) -> None:
    whole = load(str(source), Profile.FULL, surroundings, fake.published)
    part = load(str(source), Profile.QUICK, surroundings, fake.published)
    assert part.kind is DataKind.CIFAR10_SUBSET and part.name != whole.name and part.digest != whole.digest
    assert np.bincount(part.train.labels).tolist() == [3] * 10
    assert np.bincount(part.validation.labels).tolist() == np.bincount(part.test.labels).tolist() == [1] * 10
    for label in range(10):
        first = np.flatnonzero(whole.train.labels == label)[:3]
        assert np.array_equal(part.train.pixels[part.train.labels == label], whole.train.pixels[first])
        assert np.array_equal(part.train.images[part.train.labels == label], whole.train.images[first])
    assert np.array_equal(part.mean, whole.mean) and np.array_equal(part.deviation, whole.deviation)


def test_checkpoint_keeps_every_image_to_evaluate_on(
    fake: FakeCifar10, source: Path, surroundings: Surroundings, few: None
) -> None:
    data = load(str(source), Profile.CHECKPOINT, surroundings, fake.published)
    assert data.kind is DataKind.CIFAR10_SUBSET
    assert (len(data.train), len(data.validation), len(data.test)) == (30, BATCH_SIZE, BATCH_SIZE)


def test_own_copy_serves_when_the_source_is_gone(
    fake: FakeCifar10, source: Path, surroundings: Surroundings, few: None
) -> None:
    before = load(str(source), Profile.QUICK, surroundings, fake.published)
    shutil.rmtree(source)
    after = load(None, Profile.FULL, surroundings, fake.published)
    assert after.kind is DataKind.CIFAR10 and not after.asked_for
    assert np.array_equal(after.mean, before.mean)


def test_named_other_set_is_refused_though_there_is_an_own_copy(
    fake: FakeCifar10, source: Path, surroundings: Surroundings, tmp_path: Path
) -> None:
    load(str(source), Profile.QUICK, surroundings, fake.published)
    other = write_folder(tmp_path / "other", make_fake(seed=1).python)
    with pytest.raises(DataRefused, match="not as published"):
        load(str(other), Profile.QUICK, surroundings, fake.published)


def test_right_checksum_does_not_make_a_pickle_harmless(
    fake: FakeCifar10, surroundings: Surroundings, tmp_path: Path
) -> None:
    trace = tmp_path / "was_here"
    files = fake.python | {"data_batch_4": f"cos\nsystem\n(S'touch {trace}'\ntR.".encode()}
    evil = replace(fake, python=files)
    folder = write_folder(tmp_path / "evil", files)
    with pytest.raises(DataRefused, match="data_batch_4: not a file of CIFAR-10"):
        load(str(folder), Profile.QUICK, surroundings, evil.published)
    assert not trace.exists()
    assert list(cache_of(surroundings).iterdir()) == []


@pytest.mark.parametrize("profile", [Profile.CHECKPOINT, Profile.FULL])
def test_profiles_about_cifar10_refuse_to_start_without_it(
    fake: FakeCifar10, surroundings: Surroundings, profile: Profile
) -> None:
    with pytest.raises(DataRefused) as refused:
        load(None, profile, surroundings, fake.published)
    for told in (profile.value, "--data PATH", "GRADER_DATA", ".keras"):
        assert told in str(refused.value)
    assert load("stand-in", profile, surroundings, fake.published).asked_for


def test_refusal_names_the_damaged_copy_that_is_there(fake: FakeCifar10, surroundings: Surroundings) -> None:
    write_folder(surroundings.home / ".keras" / "datasets" / "cifar-10-batches-py", {"test_batch": b"?"})
    with pytest.raises(DataRefused, match="test_batch: not as published"):
        load(None, Profile.FULL, surroundings, fake.published)


def test_quick_falls_back_on_the_stand_in_and_says_that_nobody_asked_for_it(
    fake: FakeCifar10, surroundings: Surroundings
) -> None:
    data = load(None, Profile.QUICK, surroundings, fake.published)
    assert data.kind is DataKind.STAND_IN and not data.asked_for
    assert load("stand-in", Profile.QUICK, surroundings, fake.published).asked_for


def test_another_process_opens_the_data_by_its_folder(
    fake: FakeCifar10, source: Path, surroundings: Surroundings
) -> None:
    made = load(str(source), Profile.QUICK, surroundings, fake.published)
    opened = open_data_set(made.folder, asked_for=True)
    assert (opened.kind, opened.digest, opened.provenance) == (made.kind, made.digest, made.provenance)
    assert all(np.array_equal(array, everything(opened)[name]) for name, array in everything(made).items())


def test_entry_without_splits_is_no_data_set(fake: FakeCifar10, source: Path, surroundings: Surroundings) -> None:
    load(str(source), Profile.QUICK, surroundings, fake.published)
    with pytest.raises(DamagedEntry):
        open_data_set(cache_of(surroundings) / entry_name(fake.published), asked_for=True)
