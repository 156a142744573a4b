"""Whether ``import tensorflow`` gives TensorFlow 1 in this process."""

from __future__ import annotations

_installed: list[bool] = []


def mark_installed() -> None:
    """From now on `is_in_use` is true."""
    _installed[:] = [True]


def is_in_use() -> bool:
    """Whether `runtime.install` has been called in this process, or in one that it was forked from."""
    return bool(_installed)
