"""What a student's function returned, with the tensors in it as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

_DEEPEST = 4
_MOST_ENTRIES = 1000


def as_arrays(value: Any, deepest: int = _DEEPEST) -> Any:
    """`value` with eager tensors and variables, in it or in its containers, as arrays; the rest as it is."""
    import keras
    import tensorflow as tf

    if isinstance(value, (tf.Variable, keras.Variable)):
        value = tf.convert_to_tensor(value)
    if type(value) is type(tf.constant(0)):
        # NumPy itself has no bfloat16, and what else reads the answer does not know it.
        return (tf.cast(value, tf.float32) if value.dtype == tf.bfloat16 else value).numpy()
    # By the type itself: what a value says of itself, or gives for its length, is the student's.
    kind = type(value)
    if deepest > 0 and issubclass(kind, tuple) and tuple.__len__(value) <= _MOST_ENTRIES:
        return tuple(as_arrays(entry, deepest - 1) for entry in tuple.__iter__(value))
    if deepest == 0 or kind not in (list, dict) or len(value) > _MOST_ENTRIES:
        return value
    if kind is dict:
        return {name: as_arrays(entry, deepest - 1) for name, entry in value.items()}
    return [as_arrays(entry, deepest - 1) for entry in value]


def as_one_array(value: Any) -> Any:
    """`value` with its tensors as arrays; a list or tuple of numeric arrays, or numbers, of one shape becomes one array.

    The entries lie along its first axis. Anything else comes back as `as_arrays` gives it.
    """
    return joined(as_arrays(value))


def joined(told: Any) -> Any:
    """A list or tuple of numeric arrays, or numbers, of one shape as one array; anything else as it is."""
    array = _stacked(told, _DEEPEST) if type(told) in (list, tuple) else None
    return told if array is None else array


def _stacked(told: Any, deepest: int) -> np.ndarray | None:
    """`told` as one array, None where it is not made of numbers in equal shapes."""
    if type(told) is np.ndarray or isinstance(told, np.number | int | float):
        array = np.asarray(told)
        return array if array.dtype.kind in "biuf" else None
    if deepest == 0 or type(told) not in (list, tuple) or not 0 < len(told) <= _MOST_ENTRIES:
        return None
    parts: list[np.ndarray] = []
    for entry in told:
        part = _stacked(entry, deepest - 1)
        if part is None or part.shape != (part if not parts else parts[0]).shape:
            return None
        parts.append(part)
    return np.stack(parts)
