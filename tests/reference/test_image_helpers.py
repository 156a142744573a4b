"""What Part 3 is given to work with images: loading, noise, jitter, blur."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from grader.datasets.stand_in import CLASS_NAMES
from tests.reference.conftest import REFERENCE, load


@pytest.fixture
def supplied(tmp_path: Path) -> ModuleType:
    """data_utils beside a model_location.json that names other images: 6 of 20x30, of two classes, with a scale of their own."""
    module = load(Path(shutil.copy2(REFERENCE / "Utils" / "data_utils.py", tmp_path)))
    pixels = np.random.default_rng(0).integers(0, 256, (6, 20, 30, 3), dtype=np.uint8)
    np.savez(
        tmp_path / "others.npz", pixels=pixels, labels=np.array([0, 1, 0, 1, 0, 1]), class_names=np.array(["a", "b"]),
        mean=np.float32(100), deviation=np.float32(50),
    )  # fmt: skip
    location = {"file": "network.keras", "images": str(tmp_path / "others.npz")}
    (tmp_path / "model_location.json").write_text(json.dumps(location), encoding="utf-8")
    return module


def test_images_are_normalised_and_labelled(data: ModuleType) -> None:
    images, labels, names = data.load_ImageNet_val(7)
    assert images.shape == (7, 32, 32, 3) and images.dtype == np.float32
    assert labels.shape == (7,) and labels.dtype == np.int64
    assert tuple(names) == CLASS_NAMES
    pixels = images * 64 + 127.5
    assert np.array_equal(pixels, np.round(pixels)) and pixels.min() >= 0 and pixels.max() <= 255
    assert np.array_equal(np.bincount(data.load_ImageNet_val(100)[1]), [10] * 10)


def test_loaded_images_are_the_callers_own(data: ModuleType) -> None:
    first = data.load_ImageNet_val(2)[0]
    first[:] = 0
    assert data.load_ImageNet_val(2)[0].std() > 0.1


@pytest.mark.parametrize("number", [0, 101])
def test_more_images_than_there_are_cannot_be_had(data: ModuleType, number: int) -> None:
    with pytest.raises(ValueError, match="ask for 1 to 100"):
        data.load_ImageNet_val(number)


def test_noise_has_the_images_size_and_follows_numpys_seed(data: ModuleType) -> None:
    np.random.seed(5)
    noise = data.random_noise_image(4)
    assert noise.shape == (4, 32, 32, 3) and noise.dtype == np.float32
    assert abs(noise.mean()) < 0.02 and 0.18 < noise.std() < 0.22
    assert not np.array_equal(noise[0], noise[1])
    np.random.seed(5)
    assert np.array_equal(data.random_noise_image(4), noise)


def test_jitter_moves_right_and_down_and_back(data: ModuleType) -> None:
    images = np.zeros((2, 6, 8, 3), np.float32)
    images[:, 1, 2] = 1
    moved = data.jitter_image(images, 3, 2)
    assert moved.dtype == np.float32 and np.argwhere(moved[0, :, :, 0]).tolist() == [[3, 5]]
    assert np.argwhere(data.jitter_image(images, -3, -2)[1, :, :, 2]).tolist() == [[5, 7]]
    assert np.array_equal(data.unjitter_image(moved, 3, 2), images)
    assert images[0, 1, 2, 0] == 1


def test_moving_back_leaves_no_value_that_no_pixel_has(data: ModuleType) -> None:
    black, white = -127.5 / 64, 127.5 / 64
    back = data.unjitter_image(np.array([-9.0, 0.5, 9.0]).reshape(1, 1, 1, 3), 0, 0)
    assert back.dtype == np.float32 and np.allclose(back.reshape(3), [black, 0.5, white])


@pytest.mark.parametrize("sigma", [0.3, 0.5, 2.0])
def test_blur_is_a_gaussian_in_each_colour(data: ModuleType, sigma: float) -> None:
    images = np.zeros((1, 31, 33, 3), np.float32)
    images[0, 15, 16] = (1, 2, 0)
    blurred = data.blur_image(images, sigma)
    assert blurred.shape == images.shape and blurred.dtype == np.float32
    rows, columns = np.mgrid[:31, :33]
    expected = np.exp(-((rows - 15) ** 2 + (columns - 16) ** 2) / (2 * sigma**2))
    expected /= expected.sum()
    assert np.allclose(blurred[0], expected[:, :, np.newaxis] * (1, 2, 0), atol=2e-4)


def test_blur_keeps_an_even_image_to_its_borders(data: ModuleType) -> None:
    assert np.allclose(data.blur_image(np.full((2, 5, 9, 3), 1.5), 1.0), 1.5, atol=1e-5)


def test_images_that_a_location_names_are_served_instead(supplied: ModuleType) -> None:
    images, labels, names = supplied.load_ImageNet_val(6)
    assert images.shape == (6, 20, 30, 3) and names == ["a", "b"] and labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert -2 <= images.min() < images.max() <= 3.1
    assert supplied.random_noise_image(2).shape == (2, 20, 30, 3)
    assert np.allclose(supplied.unjitter_image(np.full((1, 4, 4, 3), 99.0), 1, 1), 3.1)


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    module = load(Path(shutil.copy2(REFERENCE / "Utils" / "data_utils.py", tmp_path)))
    with pytest.raises(RuntimeError, match="pretrained_images.npz cannot be read.*Unpack the assignment again"):
        module.load_ImageNet_val(1)
