"""The table of published files is complete and well-formed."""

from __future__ import annotations

import re

from grader.datasets.cifar10 import BATCHES_OF_SPLIT
from grader.datasets.published import CIFAR10, CLASS_NAMES
from tests.datasets.fake_cifar10 import BINARY_NAMES, PYTHON_NAMES


def test_six_files_in_each_version_with_checksums_of_their_own() -> None:
    assert tuple(CIFAR10.python) == PYTHON_NAMES and tuple(CIFAR10.binary) == BINARY_NAMES
    sums = [*CIFAR10.python.values(), *CIFAR10.binary.values(), *CIFAR10.archives.values()]
    assert len(set(sums)) == 14 and all(re.fullmatch("[0-9a-f]{32}", md5) for md5 in sums)


def test_splits_are_forty_ten_and_ten_thousand_with_the_fifth_batch_for_validation() -> None:
    names = {split: [list(CIFAR10.python)[i] for i in batches] for split, batches in BATCHES_OF_SPLIT.items()}
    assert names == {
        "train": ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4"],
        "validation": ["data_batch_5"],
        "test": ["test_batch"],
    }
    assert CIFAR10.images_per_batch == 10_000 and len(CLASS_NAMES) == 10
