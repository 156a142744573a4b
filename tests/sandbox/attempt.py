"""How an attack says that it got somewhere. Standard library only.

An attack that reaches its aim raises Succeeded; an OSError or MemoryError is the sandbox stopping it; any other
exception is a broken test. Some return without having been refused: whether they got anywhere is then seen from
outside (`outside.py`). All are bounded, so that they do no harm where nothing stops them.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable


class Succeeded(Exception):
    """The attack reached its aim; the text says how."""


def any_of(*attempts: Callable[[], object]) -> None:
    """Try all; raise Succeeded when one gets through, else the last refusal."""
    refusal: OSError | None = None
    for attempt in attempts:
        try:
            result = attempt()
        except OSError as error:
            refusal = error
            continue
        raise Succeeded(repr(result))
    assert refusal is not None
    raise refusal


def libc(function: str, *arguments: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    result = getattr(library, function)(*arguments)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
