"""A checkpoint of TensorFlow 1 (``<prefix>.index``, ``.data-…``, ``.meta``): its variables, found for those of a network.

Only values are taken from it: the graph that its meta file describes is never made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

_ENDINGS = (".index", ".meta")
_PARTS = re.compile(r"\.(index|meta|data-\d{5}-of-\d{5})")
_NUMBER = re.compile(r"(\d+)")


def find_checkpoint(stem: Path) -> tuple[Path | None, list[Path]]:
    """The prefix of the checkpoint whose files begin as `stem` does, and all these files.

    Of several, the one that is named exactly so, else the last by name: names end in the number of steps.
    """
    files = sorted(stem.parent.glob(f"{stem.name}*")) if stem.parent.is_dir() else []
    prefixes = {file.with_name(_PARTS.sub("", file.name)) for file in files if file.name.endswith(_ENDINGS)}
    if stem in prefixes:
        return stem, files
    return max(prefixes, key=lambda prefix: _natural(prefix.name), default=None), files


def stored_bytes(prefix: Path) -> int:
    """How many bytes the checkpoint's files have together."""
    files = prefix.parent.glob(f"{prefix.name}*")
    return sum(file.stat().st_size for file in files if _PARTS.sub("", file.name) == prefix.name)


class Mismatch(Exception):
    """The checkpoint's variables are not those of the network; the text names the first."""


def matched(stored: Mapping[str, Sequence[int]], wanted: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """For every name in `wanted` the one in `stored`; both map names to shapes. Raises Mismatch.

    By name; where names differ (a graph that was not cleared counts its layers on, a scope was put around), those of one
    kind (the last part of the name) in the order of their numbers, if there are as many and the shapes are the same.
    """
    if all(name in stored for name in wanted):
        for name, shape in wanted.items():
            if list(stored[name]) != list(shape):
                raise Mismatch(f"{name}: {_shown(stored[name])} is saved, the network has {_shown(shape)}")
        return {name: name for name in wanted}
    found: dict[str, str] = {}
    for kind in dict.fromkeys(map(_kind, wanted)):
        own = sorted((name for name in wanted if _kind(name) == kind), key=_natural)
        there = sorted((name for name in stored if _kind(name) == kind), key=_natural)
        if [list(wanted[name]) for name in own] != [list(stored[name]) for name in there]:
            missing = next((name for name in own if name not in stored), own[0])
            raise Mismatch(f"{missing} {_shown(wanted[missing])} is not among what is saved")
        found.update(zip(own, there, strict=True))
    return found


def read(prefix: Path, names: Mapping[str, str]) -> dict[str, np.ndarray]:
    """The values of the checkpoint's variables `names` (by what they are called elsewhere). Raises what TensorFlow does."""
    reader = _reader(prefix)
    return {own: reader.get_tensor(there) for own, there in names.items()}


def shapes(prefix: Path) -> dict[str, list[int]]:
    """The shape of every variable of the checkpoint. Raises what TensorFlow does."""
    return {name: list(shape) for name, shape in _reader(prefix).get_variable_to_shape_map().items()}


def _reader(prefix: Path) -> Any:
    import tensorflow as tf

    return tf.train.load_checkpoint(str(prefix.absolute()))


def _kind(name: str) -> str:
    """The layer's kind and the variable's name: ``conv2d/kernel`` for ``net/conv2d_12/kernel``."""
    return "/".join(re.sub(r"_\d+$", "", part) for part in name.split("/")[-2:])


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Sorts numbers by their size, and ``conv2d`` before ``conv2d_1``."""
    parts = _NUMBER.split(re.sub(r"(?<![\d_])(?=/|$)", "_0", name))
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def _shown(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})"
