"""Both versions' files hold planes of red, green and blue; what comes out is rows of pixels."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from grader.datasets.batches import decode_batch
from grader.datasets.refusals import NotABatch
from tests.datasets.fake_cifar10 import BATCH_SIZE, FakeCifar10, binary_batch, python2_batch


@pytest.mark.parametrize("name", ["data_batch_1", "data_batch_1.bin"])
def test_values_stand_at_their_row_column_and_colour(fake: FakeCifar10, name: str) -> None:
    content = (fake.python | fake.binary)[name]
    pixels, labels = decode_batch(content, name, BATCH_SIZE)
    assert pixels.shape == (BATCH_SIZE, 32, 32, 3) and pixels.dtype == np.uint8
    assert labels.dtype == np.int64 and np.array_equal(labels, fake.labels[0])
    values = fake.values[0]
    for row, column, colour in [(0, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 1), (31, 30, 2)]:
        assert np.array_equal(pixels[:, row, column, colour], values[:, 1024 * colour + 32 * row + column])


def test_wrong_numbers_of_images_are_refused(fake: FakeCifar10) -> None:
    for name, content in [("test_batch", fake.python["test_batch"]), ("test_batch.bin", fake.binary["test_batch.bin"])]:
        with pytest.raises(NotABatch, match="19 images were expected"):
            decode_batch(content, name, BATCH_SIZE - 1)


@pytest.mark.parametrize("length", [1, 3072, 3074, BATCH_SIZE * 3073 - 1])
def test_binary_file_that_ends_inside_a_record_is_refused(fake: FakeCifar10, length: int) -> None:
    with pytest.raises(NotABatch, match="records"):
        decode_batch(fake.binary["test_batch.bin"][:length], "test_batch.bin", BATCH_SIZE)


def test_other_image_sizes_are_refused() -> None:
    batch = pickle.dumps({"data": np.zeros((20, 784), np.uint8), "labels": [0] * 20}, protocol=3)
    with pytest.raises(NotABatch, match="784"):
        decode_batch(batch, "data_batch_1", 20)


def test_labels_beyond_nine_are_refused() -> None:
    values = np.zeros((2, 3072), np.uint8)
    for name, content in [
        ("a", python2_batch(values, np.array([1, 10]))),
        ("a.bin", binary_batch(values, np.array([1, 10]))),
        ("a", pickle.dumps({"data": values, "labels": [1, -1]}, protocol=3)),
        ("a", pickle.dumps({"data": values, "labels": [1, 1 << 70]}, protocol=3)),
    ]:
        with pytest.raises(NotABatch, match="labels from"):
            decode_batch(content, name, 2)


def test_fewer_labels_than_images_are_refused() -> None:
    batch = pickle.dumps({"data": np.zeros((20, 3072), np.uint8), "labels": [0] * 19}, protocol=3)
    with pytest.raises(NotABatch, match="19 labels"):
        decode_batch(batch, "data_batch_1", 20)
