"""Gives every graph of TensorFlow 1 a seed of its own from the start, so that a run can be repeated."""

from __future__ import annotations

from typing import Any

_seed: list[int] = []
_graphs: list[type] = []


def seed_new_graphs(graph_class: type) -> None:
    """Make graphs made from now on start with the seed of the last `reseed_graphs`; the student's own seeds come after."""
    original = graph_class.__init__  # type: ignore[misc]

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if _seed and self._seed is None:
            self._seed = _seed[0]

    graph_class.__init__ = __init__  # type: ignore[misc]
    _graphs.append(graph_class)


def reseed_graphs(seed: int) -> None:
    """The seed of graphs made from now on; `seed` < 2**31. Does nothing where TensorFlow 1 is not in use."""
    _seed[:] = [seed % (1 << 31)] if _graphs else []
