"""What goes with a network that the course supplies, kept ready for students' code: a copy of it, and images of its size."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from grader.datasets.cache import Draft, discard, obtain, open_entry
from grader.datasets.pretrained import PretrainedMaterial, read_images
from grader.datasets.refusals import DamagedEntry, DataRefused
from grader.datasets.supplied_network import SuppliedNetwork

#: Read by the assignment's own files in `Utils/`.
LOCATION_FILE = "Utils/model_location.json"
_NETWORK, _IMAGES = "network.keras", "images.npz"
#: Part of an entry's name: changes with what is put into it.
_RECIPE = 1
#: Pixels of all images together: a hundred of 100x100.
_PIXELS = 1_000_000
_FEWEST_IMAGES = 20
#: Among images without known classes, every so many-th is said to be of another class than the network thinks: what
#: looks at the network's own choice only must not pass for what looks at the class that it was given.
_EVERY_WRONG = 4


def entry_name(supplied: SuppliedNetwork, base: PretrainedMaterial) -> str:
    """The cache entry's name, which changes with the files and with the images that theirs are made from."""
    return f"pretrained-{_RECIPE}-{hashlib.sha256(f'{supplied.digest} {base.digest}'.encode()).hexdigest()[:24]}"


def is_kept(cache: Path, name: str) -> bool:
    """Whether the entry is there and is what was written."""
    try:
        open_supplied(cache / name, cache / name)
    except DamagedEntry:
        return False
    return True


def keep_supplied(
    cache: Path,
    supplied: SuppliedNetwork,
    base: PretrainedMaterial,
    classes: int,
    predicted: Callable[[np.ndarray], np.ndarray],
) -> Path:
    """The cache entry's folder, made of the network's file and of the images of `base`, enlarged or reduced.

    `predicted` tells the class (n,) that the network sees in normalised images (n, H, W, 3); it is not asked where
    the network's classes are those of `base`. Raises DataRefused where the classes' names do not fit `classes`, or
    where the cache cannot be written.
    """
    names = supplied.class_names or _names(base, classes)
    if len(names) != classes:
        raise DataRefused.because(
            "class_names", file=supplied.file.with_suffix(".json"), names=len(names), classes=classes
        )
    height, width, _ = supplied.image_shape
    count = min(len(base.images), max(_FEWEST_IMAGES, _PIXELS // (height * width)))
    pixels = resized(base.pixels(base.images[:count]), height, width)
    mean = np.float32(base.mean if supplied.mean is None else supplied.mean)
    deviation = np.float32(base.deviation if supplied.deviation is None else supplied.deviation)
    if names == base.class_names:
        labels = base.labels[:count]
    else:
        labels = predicted((pixels.astype(np.float32) - mean) / deviation).astype(np.int64)
        labels[::_EVERY_WRONG] = (labels[::_EVERY_WRONG] + 1) % classes
    arrays = {"pixels": pixels, "labels": labels, "class_names": np.array(names), "mean": mean, "deviation": deviation}

    def fill(draft: Draft) -> None:
        content = io.BytesIO()
        np.savez(content, **arrays)
        (draft.folder / _IMAGES).write_bytes(content.getvalue())
        shutil.copyfile(supplied.file, draft.folder / _NETWORK)
        draft.facts.update(name=supplied.file.name, sha256={name: _sha256(draft.folder / name) for name in _FILES})

    name = entry_name(supplied, base)
    if not is_kept(cache, name):
        # The cache itself looks at arrays only, and would leave a damaged copy of the network in place.
        try:
            discard(cache / name)
        except OSError as error:
            raise DataRefused.because("cache_not_usable", folder=cache, reason=error.strerror or error) from error
    return obtain(cache, name, fill).folder


def open_supplied(folder: Path, seen: Path) -> PretrainedMaterial:
    """The material in the cache entry `folder`, which students' code sees as `seen`. Raises DamagedEntry."""
    entry = open_entry(folder)
    try:
        sha256 = entry.facts["sha256"]
        if {name: _sha256(folder / name) for name in _FILES} != sha256:
            raise DamagedEntry(f"{folder}: is not what was written")
        images = read_images((folder / _IMAGES).read_bytes())
    except (OSError, KeyError, ValueError) as error:
        raise DamagedEntry(f"{folder}: {error}") from error
    location = {"file": str(seen / _NETWORK), "images": str(seen / _IMAGES)}
    return PretrainedMaterial(
        name=str(entry.facts["name"]),
        digest=hashlib.sha256(json.dumps(sha256, sort_keys=True).encode()).hexdigest(),
        files={LOCATION_FILE: json.dumps(location, indent=1).encode()},
        folder=folder,
        **images,
    )


def resized(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Images (N, H, W, C) uint8 as (N, `height`, `width`, C) uint8, interpolated linearly between the pixels' centres."""
    down, along = _interpolation(pixels.shape[1], height), _interpolation(pixels.shape[2], width)
    return np.rint(np.einsum("hr,nrkc,wk->nhwc", down, pixels, along, optimize=True)).astype(np.uint8)


def _interpolation(count: int, wanted: int) -> np.ndarray:
    """Weights (wanted, count) of the given values in each of the wanted ones."""
    places = np.clip((np.arange(wanted) + 0.5) * count / wanted - 0.5, 0, count - 1)
    distance = np.abs(places[:, np.newaxis] - np.arange(count))
    return np.maximum(1 - distance, 0).astype(np.float32)


def _names(base: PretrainedMaterial, classes: int) -> tuple[str, ...]:
    """Names for classes of which nobody said any; a network of as many classes may well be one for other images."""
    return tuple(f"class {number}" for number in range(classes))


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


_FILES = (_NETWORK, _IMAGES)
