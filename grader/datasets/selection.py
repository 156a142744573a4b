"""From all images of CIFAR-10 to those that a profile uses, normalised: a cache entry of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from grader.datasets.cache import Draft, Entry, obtain
from grader.datasets.cifar10 import BATCHES_OF_SPLIT
from grader.datasets.data_set import CLASS_COUNT, DataKind
from grader.datasets.entry_contents import describe
from grader.datasets.normalisation import normalise
from grader.datasets.profile import ImagesPerClass
from grader.datasets.published import CLASS_NAMES


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    """Indices, rising, of the first `count` images of every class (of all, where a class has fewer)."""
    of_class = [np.flatnonzero(labels == label)[:count] for label in range(CLASS_COUNT)]
    return np.sort(np.concatenate(of_class))


def obtain_selection(everything: Entry, wanted: ImagesPerClass, cache: Path) -> Entry:
    """The entry with `pixels_`, `images_` and `labels_<split>` of the images `wanted` from the entry `everything`.

    Mean and deviation stay those of the whole training set. Raises DataRefused where the cache cannot be written.
    """
    counts = {split: getattr(wanted, split) for split in BATCHES_OF_SPLIT}
    suffix = "-".join("all" if count is None else str(count) for count in counts.values())
    return obtain(cache, f"{everything.folder.name}-{suffix}", lambda draft: _fill(draft, everything, counts))


def _fill(draft: Draft, everything: Entry, counts: dict[str, int | None]) -> None:
    mean, deviation = everything.arrays["mean"], everything.arrays["deviation"]
    for split, count in counts.items():
        pixels, labels = everything.arrays[f"pixels_{split}"], everything.arrays[f"labels_{split}"]
        if count is None:
            draft.share(f"pixels_{split}", everything)
            draft.share(f"labels_{split}", everything)
        else:
            chosen = first_of_each_class(labels, count)
            pixels, labels = pixels[chosen], labels[chosen]
            draft.put(f"pixels_{split}", pixels)
            draft.put(f"labels_{split}", labels)
        normalise(pixels, mean, deviation, into=draft.empty(f"images_{split}", pixels.shape, np.float32))
    draft.share("mean", everything)
    draft.share("deviation", everything)
    is_everything = all(count is None for count in counts.values())
    describe(draft, DataKind.CIFAR10 if is_everything else DataKind.CIFAR10_SUBSET, CLASS_NAMES)
