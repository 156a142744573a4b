"""On which of the notebook's images a training call works: told by memory or by first and last rows. Runs in the child."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

#: The notebook's arrays by whose images they are; where several fit, the first one counts.
_ARRAYS = (("test", "X_test"), ("validation", "X_val"), ("train", "X_train"))
#: All that can be told, what weighs most first.
KINDS = (*(kind for kind, _ in _ARRAYS), "other")
_LONGEST_CHAIN = 64
_LARGEST_ROW = 1 << 20


@dataclass(frozen=True, slots=True)
class DataSeen:
    """Whose images (``train``, ``validation``, ``test`` or ``other``), and how many, where that can be told."""

    on: str = "other"
    samples: int | None = None
    batch_size: int | None = None


def data_seen(data: Any, names: Mapping[str, Any]) -> DataSeen:
    """What `data`, given to a training call, is among the notebook's globals `names`: an array, tensor or ``tf.data`` set.

    Runs no operation that draws random numbers or changes anything. May raise anything.
    """
    batch_size = None
    for link in _chain(data):
        if batch_size is None and hasattr(link, "_batch_size"):
            batch_size = int(link._batch_size)
        if tensors := getattr(link, "_tensors", None):
            data = tensors[0]
    if isinstance(data, dict):
        data = next(iter(data.values()))
    if isinstance(data, list | tuple) and data and hasattr(data[0], "shape") and len(data[0].shape) > 3:
        data = data[0]
    if hasattr(data, "shape") and len(data.shape):
        samples = int(data.shape[0])
    else:
        samples = len(data) if isinstance(data, list | tuple) else None
    return DataSeen(whose(data, names), samples, batch_size)


def heavier(first: str, second: str) -> str:
    """Of two kinds of data, the one that weighs more."""
    return min(first, second, key=KINDS.index)


def named_arrays(names: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Those of the notebook's globals `names` that hold images of a split, by whose they are, what weighs most first."""
    return [(kind, names[name]) for kind, name in _ARRAYS if name in names]


def whose(images: Any, names: Mapping[str, Any]) -> str:
    """``train``, ``validation``, ``test`` or ``other``. May raise anything."""
    known = named_arrays(names)
    for kind, array in known:
        if array is images or share_memory(array, images):
            return kind
    if not hasattr(images, "shape"):
        return "other"
    rows = list(_outer_rows(images))
    for kind, array in known:
        if any(_same(row, other) for other in _outer_rows(array) for row in rows):
            return kind
    return "other"


def _chain(data: Any) -> Iterator[Any]:
    """A ``tf.data`` set and those that it was made from, by their first inputs."""
    for _ in range(_LONGEST_CHAIN):
        if not hasattr(data, "element_spec"):
            return
        yield data
        inputs = getattr(data, "_datasets", None) or getattr(data, "_input_datasets", None)
        data = getattr(data, "_input_dataset", None) if inputs is None else inputs
        while isinstance(data, list | tuple):
            data = data[0]


def share_memory(first: Any, second: Any) -> bool:
    """Whether both are arrays, and one may be a part of the other."""
    return isinstance(first, np.ndarray) and isinstance(second, np.ndarray) and np.may_share_memory(first, second)


def _outer_rows(images: Any) -> Iterator[np.ndarray]:
    """The first and the last image, but for such as have nothing by which they could be known."""
    if len(getattr(images, "shape", ())) < 2 or not images.shape[0]:
        return
    for position in (0, -1):
        row = np.asarray(images[position])
        if row.size <= _LARGEST_ROW and row.size > 1 and row.min() < row.max():
            yield row


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    return first.shape == second.shape and bool(np.array_equal(first, second))
