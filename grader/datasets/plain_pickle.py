"""Unpickles plain data without letting a pickle do anything.

A pickle is a program. Two walls keep this one to data: its instructions are read first, and only those that are accepted,
within bounds, are run; then the names that it may look up are a short list, and what stands behind them is the caller's.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Collection, Mapping
from typing import Any

from grader.datasets.refusals import UnexpectedBytes

_REMEMBER = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})


def load(
    content: bytes,
    accepted: Collection[str],
    names: Mapping[tuple[str, str], object],
    *,
    most_instructions: int,
    encoding: str,
    refusal: type[UnexpectedBytes],
) -> object:
    """What the pickle holds. `accepted` are names of instructions, `names` what (module, name) stands for; `encoding` is
    that of Python 2's texts. How much `content` may be is the caller's to say.

    Raises `refusal` for anything else, before it can have an effect.
    """
    _inspect(content, accepted, most_instructions, refusal)
    try:
        return _Reader(io.BytesIO(content), names, encoding, refusal).load()
    except refusal:
        raise
    except Exception as error:  # a broken pickle can raise nearly anything
        raise refusal.of_pickle("broken", error=type(error).__name__) from error


def _inspect(content: bytes, accepted: Collection[str], most_instructions: int, refusal: type[UnexpectedBytes]) -> None:
    """Raises `refusal` at the first instruction that is not accepted."""
    count = 0
    try:
        for opcode, argument, _ in pickletools.genops(content):
            count += 1
            if opcode.name not in accepted:
                raise refusal.of_pickle("instruction", name=opcode.name)
            if count > most_instructions:
                raise refusal.of_pickle("too_many_instructions", limit=most_instructions)
            # A high index makes the unpickler reserve a table up to it.
            if opcode.name in _REMEMBER and int(argument) > count:  # type: ignore[arg-type]
                raise refusal.of_pickle("memory_index")
    except refusal:
        raise
    except Exception as error:
        raise refusal.of_pickle("broken", error=type(error).__name__) from error


class _Reader(pickle.Unpickler):
    def __init__(
        self,
        content: io.BytesIO,
        names: Mapping[tuple[str, str], object],
        encoding: str,
        refusal: type[UnexpectedBytes],
    ):
        super().__init__(content, encoding=encoding)
        self._names, self._refusal = names, refusal

    def find_class(self, module: str, name: str) -> Any:
        found = self._names.get((module, name))
        if found is None:
            raise self._refusal.of_pickle("name", name=f"{module}.{name}")
        return found
