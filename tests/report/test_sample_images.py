from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from matplotlib.image import imread

from grader.report.png_image import encoded, rebuilt
from grader.report.sample_images import sample_images
from tests.report.training_samples import paying_arrays

NAMES = tuple("abcdefghij")


def pixels_of(png: bytes) -> np.ndarray:
    """As a reader that is none of ours sees it; matplotlib divides by 255."""
    return np.rint(imread(io.BytesIO(png), format="png") * 255).astype(np.uint8)


def test_an_encoded_picture_has_the_same_pixels():
    pixels = np.random.default_rng(1).integers(0, 256, (32, 20, 3), np.uint8)
    content = encoded(pixels)
    assert np.array_equal(pixels_of(content), pixels)
    assert rebuilt(content) == (content, 20, 32)


def test_images_come_with_class_prediction_and_score():
    stored = paying_arrays()
    shown = sample_images(stored, NAMES)
    assert len(shown) == 20
    third = shown[3]
    true, predicted = int(stored["samples/labels"][3]), int(stored["samples/predictions"][3])
    assert (third.true, third.predicted, third.right) == (NAMES[true], NAMES[predicted], False)
    assert third.score == f"{100 * stored['samples/scores'][3, predicted]:.0f}"
    assert np.array_equal(pixels_of(base64.b64decode(third.png)), stored["samples/pixels"][3])


@pytest.mark.parametrize(
    "changed",
    [
        {"samples/pixels": None},
        {"samples/labels": np.zeros(3, np.int8)},
        {"samples/pixels": np.zeros((20, 32, 32, 3), np.float32)},
        {"samples/pixels": np.zeros((20, 32, 32), np.uint8)},
    ],
)
def test_arrays_that_are_not_whole_show_nothing(changed: dict[str, np.ndarray | None]):
    stored = {name: array for name, array in {**paying_arrays(), **changed}.items() if array is not None}
    assert sample_images(stored, NAMES) == ()


def test_a_label_or_a_score_that_is_none_is_shown_as_none():
    stored = {**paying_arrays(), "samples/predictions": np.full(20, -1), "samples/scores": np.full((20, 10), np.nan)}
    assert {(image.predicted, image.score, image.right) for image in sample_images(stored, NAMES)} == {("–", "", False)}
