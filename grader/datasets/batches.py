"""One published file's bytes as images and labels."""

from __future__ import annotations

import numpy as np

from grader.datasets.batch_pickle import read_batch
from grader.datasets.data_set import CLASS_COUNT, IMAGE_SHAPE
from grader.datasets.refusals import NotABatch

_HEIGHT, _WIDTH, _CHANNELS = IMAGE_SHAPE
_VALUES = _HEIGHT * _WIDTH * _CHANNELS


def decode_batch(content: bytes, file_name: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels ``(count, 32, 32, 3)`` uint8 and labels ``(count,)`` int64 of the file `file_name`.

    A name that ends in ``.bin`` means the binary version. Both store an image as 1024 red, 1024 green and 1024 blue
    values, each row by row. Raises NotABatch where the bytes hold something else.
    """
    values, labels = _binary(content) if file_name.endswith(".bin") else _python(content)
    if values.shape != (count, _VALUES) or labels.shape != (count,):
        raise NotABatch.because("counts", images=values.shape, labels=len(labels), count=count)
    if labels.size and not 0 <= labels.min() <= labels.max() < CLASS_COUNT:
        raise NotABatch.because("label_range", low=labels.min(), high=labels.max())
    planes = values.reshape(count, _CHANNELS, _HEIGHT, _WIDTH)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels


def _python(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    values, labels = read_batch(content)
    if any(not 0 <= label < 256 for label in labels):
        raise NotABatch.because("label_range", low=min(labels), high=max(labels))
    return values, np.array(labels, np.int64)


def _binary(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Records of one label and the values, one after the other, nothing between them."""
    if len(content) % (_VALUES + 1):
        raise NotABatch.because("records", count=len(content), record=_VALUES + 1)
    records = np.frombuffer(content, np.uint8).reshape(-1, _VALUES + 1)
    return records[:, 1:], records[:, 0].astype(np.int64)
