"""The stand-in is what its description says: balanced, hard for a linear classifier, the same again, quickly made."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from grader.datasets import stand_in
from grader.datasets.data_set import DataKind, DataSet, Split
from grader.datasets.entry_contents import data_set_of
from grader.datasets.shapes import SHAPES
from grader.datasets.stand_in import draw_split, hidden_test_split, obtain_stand_in


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[DataSet, float]:
    """The stand-in as it is used, and the processor seconds that it took to make."""
    cache = tmp_path_factory.mktemp("cache")
    start = time.process_time()
    entry = obtain_stand_in(cache)
    return data_set_of(entry, asked_for=True), time.process_time() - start


@pytest.fixture(scope="module")
def data(made: tuple[DataSet, float]) -> DataSet:
    return made[0]


def splits(data: DataSet) -> tuple[Split, ...]:
    return data.train, data.validation, data.test


def features(split: Split) -> np.ndarray:
    """Images averaged two by two, ``(N, 768)``: for what is linear in the pixels that is detail enough."""
    return split.images.reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4), dtype=np.float64).reshape(len(split), -1)


def ridge_accuracy(train: Split, test: Split, penalty: float = 2000.0) -> float:
    """Of the linear classifier with the least squares to one-hot labels, solved in closed form."""
    x = features(train)
    weights = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ (np.eye(10)[train.labels] - 0.1))
    return float(((features(test) @ weights).argmax(axis=1) == test.labels).mean())


def nearest_mean_accuracy(train: Split, test: Split) -> float:
    means = np.stack([features(train)[train.labels == label].mean(axis=0) for label in range(10)])
    scores = features(test) @ means.T - (means**2).sum(axis=1) / 2
    return float((scores.argmax(axis=1) == test.labels).mean())


def test_splits_have_their_sizes_and_as_many_of_each_class(data: DataSet) -> None:
    assert [len(split) for split in splits(data)] == [4000, 1000, 1000]
    for split in splits(data):
        assert split.pixels.shape == split.images.shape == (len(split), 32, 32, 3)
        assert (split.pixels.dtype, split.images.dtype, split.labels.dtype) == (np.uint8, np.float32, np.int64)
        assert np.bincount(split.labels).tolist() == [len(split) // 10] * 10
        assert not any(array.flags.writeable for array in (split.pixels, split.images, split.labels))
    assert data.class_names == tuple(SHAPES) and len(data.class_names) == 10


def test_classes_come_in_no_order(data: DataSet) -> None:
    for split in splits(data):
        assert 0.05 < (np.diff(split.labels) == 0).mean() < 0.15


def test_pixels_use_the_whole_range_evenly_over_the_colours(data: DataSet) -> None:
    for split in splits(data):
        assert (split.pixels.min(), split.pixels.max()) == (0, 255)
        for colour in range(3):
            values = split.pixels[..., colour]
            assert 105 < values.mean() < 118 and 55 < values.std() < 63
        assert (split.pixels == 0).mean() < 0.04 and (split.pixels == 255).mean() < 0.04


def test_no_class_is_told_by_its_brightness(data: DataSet) -> None:
    means = [data.train.pixels[data.train.labels == label].mean() for label in range(10)]
    assert max(means) - min(means) < 12


def test_training_images_are_normalised(data: DataSet) -> None:
    assert np.allclose(data.train.images.mean(axis=0), 0, atol=1e-4)
    assert np.allclose(data.train.images.std(axis=0), 1, atol=1e-3)
    assert 45 < data.deviation.min() and data.deviation.max() < 75


def test_linear_classifier_is_right_for_about_three_in_ten(data: DataSet) -> None:
    for split in (data.validation, data.test):
        assert 0.23 < ridge_accuracy(data.train, split) < 0.37


def test_nearest_mean_is_little_better_than_chance(data: DataSet) -> None:
    for split in (data.validation, data.test):
        assert 0.10 < nearest_mean_accuracy(data.train, split) < 0.24


def test_shape_decides_the_class() -> None:
    """Drawn without clutter, colour, texture and noise, means of the classes are enough."""
    easy = stand_in.scene.Difficulty(
        radius=(10.0, 10.5), shift=0, rotation=0.05, stretch=0.02, preferred_texture=0, texture=0, shading=0,
        clouds=0.02, stray_bars=0, occluded=0, photometric=0, noise=2,
    )  # fmt: skip
    generator = np.random.default_rng(0)
    labels = np.arange(600) % 10
    pixels = stand_in.scene.draw_scenes(labels, generator, easy).astype(np.float64)
    outline = np.abs(pixels - pixels[:, :1, :1]).sum(axis=-1)
    outline = (outline > 30).reshape(600, -1)
    means = np.stack([outline[:300][labels[:300] == label].mean(axis=0) for label in range(10)])
    distances = ((outline[300:, None] - means) ** 2).sum(axis=-1)
    assert (distances.argmin(axis=1) == labels[300:]).mean() > 0.98


def test_same_seed_same_images_other_seed_others() -> None:
    first, again, other = draw_split(200, (5,)), draw_split(200, (5,)), draw_split(200, (6,))
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert not (first[0] == other[0]).all(axis=(1, 2, 3)).any()


def test_no_image_is_in_two_splits(data: DataSet) -> None:
    hidden = hidden_test_split(data, seed=stand_in.PUBLIC_SEED)
    images = [image.tobytes() for split in (*splits(data), hidden) for image in split.pixels]
    assert len(set(images)) == len(images) == 7000


def test_hidden_split_is_like_the_public_ones_and_nowhere_on_disk(data: DataSet) -> None:
    hidden = hidden_test_split(data, seed=12345)
    assert np.bincount(hidden.labels).tolist() == [100] * 10
    assert not any(array.flags.writeable for array in (hidden.pixels, hidden.images, hidden.labels))
    assert np.allclose(hidden.images, (hidden.pixels - data.mean) / data.deviation, atol=1e-5)
    assert 0.23 < ridge_accuracy(data.train, hidden) < 0.37
    names = {file.stem for file in data.folder.glob("*.npy")}
    arrays = {f"{array}_{split}" for array in ("pixels", "images", "labels") for split in stand_in.SIZES}
    assert names == arrays | {"mean", "deviation"}


def test_hidden_splits_of_two_courses_differ(data: DataSet) -> None:
    one, other = (hidden_test_split(data, seed, count=100) for seed in (1, 2))
    assert not (one.pixels == other.pixels).all(axis=(1, 2, 3)).any()
    assert not np.array_equal(one.labels, other.labels)


def test_it_is_never_called_by_another_data_sets_name(data: DataSet) -> None:
    assert data.kind is DataKind.STAND_IN and data.name == "stand-in"
    assert data.provenance.startswith("The embedded stand-in") and "It is not CIFAR-10" in data.provenance
    assert "cifar" not in data.folder.name


def test_it_is_made_in_seconds(made: tuple[DataSet, float]) -> None:
    assert made[1] < 6, "measured: 2 seconds on a processor of 2023; slow machines get thrice that"


def test_changed_recipe_gets_an_entry_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "shapes.py"
    changed.write_text("# another recipe")
    before = stand_in.entry_name()
    monkeypatch.setattr(stand_in.shapes, "__file__", str(changed))
    assert stand_in.entry_name() != before
