"""The placeholders of a network of TensorFlow 1: the one that takes images, and what to feed to the others.

No name is a contract, so they are known by type and shape; a name decides only between a rate and its opposite.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from grader.probes.tensorflow1.graph_search import is_placeholder, placeholders

_KEPT, _DROPPED = 1.0, 0.0
#: In the pass of training, whichever share is meant.
_HALF = 0.5
_LEARNING_RATE = 0.01
_COMPARING = frozenset({"GreaterEqual", "Greater", "Less", "LessEqual"})


def image_placeholder(operations: Iterable[Any], shape: Sequence[int]) -> Any:
    """The placeholder of float images ``(N, *shape)``; None where there is none.

    One whose shape is told less exactly counts where none is told exactly.
    """
    found = [tensor for tensor in placeholders(operations) if tensor.dtype.is_floating]
    exact = [tensor for tensor in found if tensor.shape.rank == 4 and tensor.shape.as_list()[1:] == list(shape)]
    rough = [tensor for tensor in found if tensor.shape.rank == 4 and tensor.shape.is_compatible_with([None, *shape])]
    unknown = [tensor for tensor in found if tensor.shape.rank is None and not _is_share(tensor)]
    return next(iter((*exact, *rough, *unknown)), None)


def fed_beside(operations: Iterable[Any], images: Any, training: bool) -> dict[Any, Any]:
    """Values for the placeholders among `operations` other than `images`, for the pass of training or of inference.

    Flags say whether it is training; nothing is dropped in inference; epochs and steps are 0. Labels and whatever else
    has no known meaning are left out.
    """
    fed: dict[Any, Any] = {}
    for operation in operations:
        tensor = operation.outputs[0] if is_placeholder(operation) else None
        if tensor is None or tensor is images:
            continue
        value = _value(tensor, training)
        if value is not None:
            fed[tensor] = np.full(tensor.shape.as_list() if tensor.shape.rank else (), value)
    return fed


def _value(tensor: Any, training: bool) -> Any:
    if tensor.shape.rank and tensor.shape.num_elements() != 1:
        return None
    if tensor.dtype.base_dtype.name == "bool":
        return training
    if tensor.dtype.is_integer:
        return 0
    if not tensor.dtype.is_floating:
        return None
    name = tensor.op.name.lower()
    if "learn" in name or name.rpartition("/")[2] in ("lr", "alpha", "step_size"):
        return _LEARNING_RATE
    if training:
        return _HALF
    return _DROPPED if _is_rate(tensor) else _KEPT


def _is_share(tensor: Any) -> bool:
    name = tensor.op.name.lower()
    return any(part in name for part in ("keep", "drop", "rate", "prob", "learn"))


def _is_rate(tensor: Any) -> bool:
    """Whether it is the share that is dropped, not the one that is kept: random numbers are compared with it directly."""
    name = tensor.op.name.lower()
    if "keep" in name:
        return False
    if "rate" in name:
        return True
    reached = [tensor]
    for source in reached:
        for consumer in source.consumers():
            if consumer.type in _COMPARING:
                return True
            if consumer.type in ("Identity", "Cast", "Switch"):
                reached.extend(consumer.outputs)
    return False
