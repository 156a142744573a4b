"""TensorFlow operations in the order in which they can be computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any


def inputs_first(last: Sequence[Any], before: Callable[[Any], Iterable[Any]]) -> list[Any]:
    """The operations `last` and all that they need, inputs before users; `before` gives what an operation needs at once.

    Follows inputs from the first to the last, so that the order in which code was written has no part in it.
    """
    ordered: list[Any] = []
    seen: set[str] = set()
    waiting = [(operation, False) for operation in reversed(last)]
    while waiting:
        operation, inputs_done = waiting.pop()
        if inputs_done:
            ordered.append(operation)
        elif operation.name not in seen:
            seen.add(operation.name)
            waiting.append((operation, True))
            waiting.extend((needed, False) for needed in reversed(list(before(operation))))
    return ordered
