"""A supplied network in the cache: a file that students' code can open, and its images."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.datasets.cache import Draft, discard, obtain, open_entry
from grader.datasets.pretrained import PretrainedMaterial, read_images
from grader.datasets.refusals import DamagedEntry, DataRefused

IMAGES = "images.npz"
#: Part of an entry's name: changes with what is put into it.
_RECIPE = 1
#: Pixels of all images together: a hundred of 100x100.
_PIXELS = 1_000_000
_FEWEST_IMAGES = 20
#: Among images without known classes, every so many-th is said to be of another class than the network thinks: what
#: looks at the network's own choice only must not pass for what looks at the class that it was given.
_EVERY_WRONG = 4


@dataclass(frozen=True, slots=True)
class KeptNetwork:
    """name: of the file it was made from. digest: of what is kept. images: the fields of `PretrainedMaterial` that tell of
    images. facts: what was noted besides."""

    name: str
    digest: str
    images: Mapping[str, Any]
    facts: Mapping[str, object]


def entry_name(digest: str, base: PretrainedMaterial) -> str:
    """The cache entry's name, which changes with the supplied files and with the images that theirs may be made from."""
    return f"pretrained-{_RECIPE}-{hashlib.sha256(f'{digest} {base.digest}'.encode()).hexdigest()[:24]}"


def is_kept(cache: Path, name: str) -> bool:
    """Whether the entry is there and is what was written."""
    try:
        open_kept(cache / name)
    except DamagedEntry:
        return False
    return True


def keep(
    cache: Path,
    entry: str,
    name: str,
    network_file: str,
    write: Callable[[Path], None],
    images: Mapping[str, Any],
    **facts: object,
) -> Path:
    """The folder of the cache entry `entry`: the `network_file` that `write` makes at a path, and `images` as `read_images`
    reads them. Raises DataRefused where the cache cannot be written."""

    def fill(draft: Draft) -> None:
        content = io.BytesIO()
        np.savez(content, **images)
        (draft.folder / IMAGES).write_bytes(content.getvalue())
        write(draft.folder / network_file)
        files = (network_file, IMAGES)
        draft.facts.update(facts, name=name, sha256={file: _sha256(draft.folder / file) for file in files})

    if not is_kept(cache, entry):
        # The cache itself looks at arrays only, and would leave a damaged copy of the network in place.
        try:
            discard(cache / entry)
        except OSError as error:
            raise DataRefused.because("cache_not_usable", folder=cache, reason=error.strerror or error) from error
    return obtain(cache, entry, fill).folder


def open_kept(folder: Path) -> KeptNetwork:
    """What is in the cache entry `folder`. Raises DamagedEntry."""
    entry = open_entry(folder)
    try:
        sha256 = dict(entry.facts["sha256"])  # type: ignore[call-overload]
        if IMAGES not in sha256 or {name: _sha256(folder / name) for name in sha256} != sha256:
            raise DamagedEntry(f"{folder}: is not what was written")
        images = read_images((folder / IMAGES).read_bytes())
        name = str(entry.facts["name"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DamagedEntry(f"{folder}: {error}") from error
    digest = hashlib.sha256(json.dumps(sha256, sort_keys=True).encode()).hexdigest()
    return KeptNetwork(name, digest, images, entry.facts)


def enlarged(base: PretrainedMaterial, height: int, width: int) -> np.ndarray:
    """Pixels of images of `base`, uint8 (n, `height`, `width`, 3), enlarged or reduced: fewer of them the larger they are."""
    count = min(len(base.images), max(_FEWEST_IMAGES, _PIXELS // (height * width)))
    return resized(base.pixels(base.images[:count]), height, width)


def labelled(predicted: np.ndarray, classes: int) -> np.ndarray:
    """Labels int64 (n,) for images that the network takes for `predicted` (n,): some of them are others."""
    labels = predicted.astype(np.int64)
    labels[::_EVERY_WRONG] = (labels[::_EVERY_WRONG] + 1) % classes
    return labels


def resized(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Images (N, H, W, C) uint8 as (N, `height`, `width`, C) uint8, interpolated linearly between the pixels' centres."""
    down, along = _interpolation(pixels.shape[1], height), _interpolation(pixels.shape[2], width)
    return np.rint(np.einsum("hr,nrkc,wk->nhwc", down, pixels, along, optimize=True)).astype(np.uint8)


def _interpolation(count: int, wanted: int) -> np.ndarray:
    """Weights (wanted, count) of the given values in each of the wanted ones."""
    places = np.clip((np.arange(wanted) + 0.5) * count / wanted - 0.5, 0, count - 1)
    distance = np.abs(places[:, np.newaxis] - np.arange(count))
    return np.maximum(1 - distance, 0).astype(np.float32)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
