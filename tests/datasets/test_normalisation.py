"""Mean and deviation agree with NumPy's own in float64."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from grader.datasets.normalisation import mean_and_deviation, normalise


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 30).flatmap(lambda count: arrays(np.uint8, (count, 2, 3, 3))))
def test_mean_and_deviation_are_those_of_the_images(pixels: np.ndarray) -> None:
    mean, deviation = mean_and_deviation(pixels)
    exact = pixels.astype(np.float64)
    varies = (pixels != pixels[0]).any(axis=0)
    assert mean.dtype == deviation.dtype == np.float32
    assert np.allclose(mean, exact.mean(axis=0), rtol=1e-6)
    assert np.allclose(deviation[varies], exact.std(axis=0)[varies], rtol=1e-6)
    assert (deviation[~varies] == 1).all()
    assert np.isfinite(normalise(pixels, mean, deviation)).all()


def test_many_images_are_as_few() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1234, 4, 4, 3), dtype=np.uint8)
    mean, deviation = mean_and_deviation(pixels)
    assert np.allclose(mean, pixels.mean(axis=0)) and np.allclose(deviation, pixels.std(axis=0))
    images = normalise(pixels, mean, deviation)
    assert np.allclose(images.mean(axis=0), 0, atol=1e-4) and np.allclose(images.std(axis=0), 1, atol=1e-4)
    into = np.empty_like(images)
    assert normalise(pixels, mean, deviation, into=into) is into and np.array_equal(into, images)


def test_largest_values_do_not_overflow() -> None:
    mean, deviation = mean_and_deviation(np.full((600, 2, 2, 3), 255, np.uint8))
    assert (mean == 255).all() and (deviation == 1).all()
