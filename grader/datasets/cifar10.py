"""CIFAR-10 from the published files: checked, split as the assignment splits it, and kept in the cache."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from grader.datasets.batch_files import verified_batches
from grader.datasets.batches import decode_batch
from grader.datasets.cache import Draft, Entry, obtain
from grader.datasets.data_set import IMAGE_SHAPE
from grader.datasets.normalisation import mean_and_deviation
from grader.datasets.published import CIFAR10, PublishedFiles
from grader.datasets.refusals import DataRefused, NotABatch

#: The split and which batches it is made of, in their order: batches 1 to 4, batch 5, the test batch.
BATCHES_OF_SPLIT: Mapping[str, tuple[int, ...]] = {"train": (0, 1, 2, 3), "validation": (4,), "test": (5,)}

#: Goes into the entry's name; another layout of the arrays needs another number.
_LAYOUT = 1


def verify(source: Path, published: PublishedFiles = CIFAR10) -> None:
    """Raises DataRefused where `source`, a folder of batches or an archive, is not the published data set."""
    for _ in verified_batches(source, published):
        pass


def entry_name(published: PublishedFiles = CIFAR10) -> str:
    """The cache entry's name; that of another edition of the data set differs."""
    return f"cifar10-{_LAYOUT}-{next(iter(published.python.values()))[:8]}"


def obtain_pixels(source: Path, cache: Path, published: PublishedFiles = CIFAR10) -> Entry:
    """The cache entry with `pixels_<split>`, `labels_<split>`, `mean` and `deviation`, made from `source` if need be.

    Raises DataRefused where `source` is not the published data set, or the cache cannot be written.
    """
    return obtain(cache, entry_name(published), lambda draft: _fill(draft, source, published))


def _fill(draft: Draft, source: Path, published: PublishedFiles) -> None:
    size = published.images_per_batch
    pixels, labels = {}, {}
    for split, batches in BATCHES_OF_SPLIT.items():
        pixels[split] = draft.empty(f"pixels_{split}", (size * len(batches), *IMAGE_SHAPE), np.uint8)
        labels[split] = draft.empty(f"labels_{split}", (size * len(batches),), np.int64)
    for file in verified_batches(source, published):
        split, batches = next(item for item in BATCHES_OF_SPLIT.items() if file.batch in item[1])
        start = size * batches.index(file.batch)
        try:
            decoded = decode_batch(file.content, file.name, size)
        except NotABatch as error:
            raise DataRefused.because("not_a_batch", place=file.place, reason=error) from error
        pixels[split][start : start + size], labels[split][start : start + size] = decoded
    mean, deviation = mean_and_deviation(pixels["train"])
    draft.put("mean", mean)
    draft.put("deviation", deviation)
