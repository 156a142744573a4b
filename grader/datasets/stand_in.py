"""The embedded stand-in for machines without CIFAR-10: drawn images of the same size and number of classes.

It is not CIFAR-10 and says nothing about a model's accuracy there. It shows whether code trains, evaluates and learns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from grader.datasets import scene, shapes
from grader.datasets.cache import Draft, Entry, obtain
from grader.datasets.data_set import CLASS_COUNT, DataKind, DataSet, Split
from grader.datasets.entry_contents import describe
from grader.datasets.normalisation import mean_and_deviation, normalise
from grader.datasets.scene import draw_scenes
from grader.datasets.shapes import SHAPES

CLASS_NAMES = tuple(SHAPES)
#: Images of each split, as many of every class.
SIZES: Mapping[str, int] = MappingProxyType({"train": 4000, "validation": 1000, "test": 1000})
#: Of the splits that everybody sees.
PUBLIC_SEED = 0

#: Keep the seeds of the public splits and of hidden ones apart, whatever number somebody chooses.
_PUBLIC, _HIDDEN = 1, 2


def draw_split(count: int, seed: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Pixels ``(count, 32, 32, 3)`` uint8 and labels ``(count,)`` int64, as many of each class as can be, shuffled."""
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(count, dtype=np.int64) % CLASS_COUNT)
    return draw_scenes(labels, generator), labels


def obtain_stand_in(cache: Path, sizes: Mapping[str, int] = SIZES) -> Entry:
    """The cache entry with `pixels_`, `images_` and `labels_<split>`, `mean` and `deviation`, drawn on first use.

    Raises DataRefused where the cache cannot be written.
    """
    return obtain(cache, entry_name(sizes), lambda draft: _fill(draft, sizes))


def entry_name(sizes: Mapping[str, int] = SIZES) -> str:
    """The cache entry's name. It changes with the code that draws."""
    recipe = hashlib.sha256()
    for file in (__file__, scene.__file__, shapes.__file__):
        recipe.update(Path(file).read_bytes())
    return "-".join(["stand-in", recipe.hexdigest()[:12], *map(str, sizes.values())])


def hidden_test_split(data_set: DataSet, seed: int, count: int = 1000) -> Split:
    """A test split that nobody saw, normalised as `data_set`, the stand-in, is.

    It is drawn anew (some 0.3 s) and kept nowhere: what must not be known beforehand must not lie in a file that
    students' code could read. `seed` is a number >= 0 that the course keeps to itself.
    """
    pixels, labels = draw_split(count, (_HIDDEN, seed))
    images = normalise(pixels, data_set.mean, data_set.deviation)
    for array in (pixels, images, labels):
        array.flags.writeable = False
    return Split(pixels, images, labels)


def _fill(draft: Draft, sizes: Mapping[str, int]) -> None:
    drawn = {
        split: draw_split(count, (_PUBLIC, PUBLIC_SEED, number)) for number, (split, count) in enumerate(sizes.items())
    }
    mean, deviation = mean_and_deviation(drawn["train"][0])
    draft.put("mean", mean)
    draft.put("deviation", deviation)
    describe(draft, DataKind.STAND_IN, CLASS_NAMES)
    for split, (pixels, labels) in drawn.items():
        draft.put(f"pixels_{split}", pixels)
        draft.put(f"labels_{split}", labels)
        normalise(pixels, mean, deviation, into=draft.empty(f"images_{split}", pixels.shape, np.float32))
