"""The original network of the TensorFlow 1 years, a checkpoint that the course supplies: what can be told without opening it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.datasets.refusals import DataRefused
from grader.datasets.sample_images import SampleImages, read_sample_images

#: Endings of a checkpoint's files, all of which are needed: the graph, the variables' names and places, their values.
PARTS = (".meta", ".index", ".data-00000-of-00001")
#: Beside the checkpoint; where it is not there, other images take its place.
IMAGES_NAME = "imagenet_val_25.npz"
#: As the original's images are normalised, for each colour: shares of 255.
MEANS, DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_PART = re.compile(r"\.(meta|index|data-\d{5}-of-\d{5})")
_NAMED = re.compile(r".\.ckpt(-\d+)?")


@dataclass(frozen=True, slots=True, eq=False)
class SuppliedCheckpoint:
    """The files that begin with `prefix`, and the images beside them, None where there are none. digest: of all these."""

    prefix: Path
    images: SampleImages | None
    digest: str

    def contents(self) -> Mapping[str, bytes]:
        """The files' bytes by PARTS. Raises DataRefused."""
        try:
            return {part: _part(self.prefix, part).read_bytes() for part in PARTS}
        except OSError as error:
            raise _unreadable(self.prefix, error) from error


def checkpoint_prefix(file: Path) -> Path | None:
    """What the names of the checkpoint's files begin with, if `file` names a checkpoint: by that, or by one of its files."""
    if _PART.search(file.name):
        return file.with_name(_PART.sub("", file.name))
    begun = _NAMED.search(file.name) or any(_part(file, part).is_file() for part in PARTS)
    return file if begun else None


def read_checkpoint(prefix: Path) -> SuppliedCheckpoint:
    """The checkpoint that somebody named. Runs nothing of it. Raises DataRefused in one line where a part of it is missing,
    or where the images beside it are not as they have to be."""
    missing = [_part(prefix, part) for part in PARTS if not _part(prefix, part).is_file()]
    if len(missing) == len(PARTS):
        raise DataRefused.because("no_such_checkpoint", prefix=prefix)
    if missing:
        raise DataRefused.because("checkpoint_part", prefix=prefix, file=missing[0].name)
    images, digest = prefix.with_name(IMAGES_NAME), hashlib.sha256()
    try:
        for file in (*(_part(prefix, part) for part in PARTS), images):
            if file != images or images.is_file():
                with file.open("rb") as content:
                    digest.update(hashlib.file_digest(content, "sha256").digest())
    except OSError as error:
        raise _unreadable(prefix, error) from error
    beside = read_sample_images(images) if images.is_file() else None
    return SuppliedCheckpoint(prefix, beside, digest.hexdigest())


def _part(prefix: Path, part: str) -> Path:
    return prefix.with_name(prefix.name + part)


def _unreadable(prefix: Path, error: OSError) -> DataRefused:
    return DataRefused.because("network_unreadable", file=error.filename or prefix, reason=error.strerror or error)
