"""The images that were given with the original network of the TensorFlow 1 years, ``imagenet_val_25.npz``."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.datasets.label_pickle import LARGEST_BYTES, read_labels
from grader.datasets.refusals import DataRefused, NotLabels

#: Of an array, unpacked; 25 images of 224x224 are 4 MB.
_LARGEST_ARRAY_BYTES = 256 << 20
#: As many are asked about at once.
_FEWEST = 5


@dataclass(frozen=True, slots=True, eq=False)
class SampleImages:
    """pixels: uint8 (n, H, W, 3); labels: int64 (n,), from 0 on; names: of classes by their number."""

    pixels: np.ndarray
    labels: np.ndarray
    names: dict[int, str]

    def class_names(self, classes: int) -> tuple[str, ...]:
        """What the `classes` are called: the first of the names that each has."""
        return tuple(self.names.get(number, f"class {number}").split(",")[0].strip() for number in range(classes))

    def require(self, file: Path, height: int, width: int, classes: int) -> None:
        """Raises DataRefused, which names the images' `file`, where a network of this size was made for others."""
        largest = int(self.labels.max())
        if self.pixels.shape[1:3] != (height, width) or largest >= classes:
            wanted = {"height": height, "width": width, "classes": classes}
            raise DataRefused.because("samples_size", file=file, found=self.pixels.shape, largest=largest, **wanted)


def read_sample_images(file: Path) -> SampleImages:
    """The arrays ``X``, ``y`` and ``label_map`` of `file`. Raises DataRefused in one line where they are not these."""
    try:
        with zipfile.ZipFile(file) as archive:
            pixels, labels = _array(archive, "X"), _array(archive, "y")
            names = read_labels(_pickle(archive, "label_map"))
    except KeyError as error:
        raise DataRefused.because("no_sample_array", file=file, reason=error.args[0]) from error
    except (OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise DataRefused.because("samples_unreadable", file=file, reason=_line(error)) from error
    fits = pixels.dtype == np.uint8 and pixels.ndim == 4 and pixels.shape[3] == 3 and len(pixels) >= _FEWEST
    if not fits or labels.dtype.kind not in "iu" or labels.shape != pixels.shape[:1] or labels.min() < 0:
        told = {"X": f"{pixels.dtype} {pixels.shape}", "y": f"{labels.dtype} {labels.shape}", "fewest": _FEWEST}
        raise DataRefused.because("samples_shape", file=file, **told)
    return SampleImages(pixels, labels.astype(np.int64), names)


def _array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    return np.lib.format.read_array(io.BytesIO(_member(archive, name, _LARGEST_ARRAY_BYTES)), allow_pickle=False)


def _pickle(archive: zipfile.ZipFile, name: str) -> bytes:
    """What follows the header of an array of one Python object. Raises NotLabels where it is another array."""
    content = io.BytesIO(_member(archive, name, LARGEST_BYTES))
    version = np.lib.format.read_magic(content)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(content)
    if shape != () or dtype != np.dtype(object):
        raise NotLabels.because("one", name=name, found=f"{dtype} {shape}")
    return content.read()


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    entry = archive.getinfo(f"{name}.npy")
    if entry.file_size > most:
        raise ValueError(f"{name} has {entry.file_size:,} bytes")
    return archive.read(entry)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
