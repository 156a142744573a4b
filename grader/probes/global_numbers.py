"""Numbers of the notebook's own that a function reads under some name, itself or through functions that it calls."""

from __future__ import annotations

import dis
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from grader.probes.plain_function import is_traced, plain_function

_MOST_FUNCTIONS = 100
_READS = frozenset(("LOAD_GLOBAL", "LOAD_NAME"))


@dataclass(frozen=True, slots=True)
class GlobalNumbers:
    """`read` are the names of numbers; `traced` those of the tf.functions met on the way, which remember numbers."""

    read: frozenset[str]
    traced: frozenset[str]


def global_numbers(function: FunctionType, wanted: Collection[str]) -> GlobalNumbers:
    """Which of the `wanted` names `function` reads as numbers of its notebook's."""
    names = function.__globals__
    read: set[str] = set()
    traced: set[str] = set()
    waiting, seen = [function], {id(function)}
    while waiting:
        for name in _names_read(waiting.pop().__code__):
            value = names.get(name)
            if name in wanted and isinstance(value, int | float) and not isinstance(value, bool):
                read.add(name)
            further = _function_of(value)
            if further is None or further.__globals__ is not names:
                continue
            if is_traced(value):
                traced.add(name)
            if id(further) not in seen and len(seen) < _MOST_FUNCTIONS:
                seen.add(id(further))
                waiting.append(further)
    return GlobalNumbers(frozenset(read), frozenset(traced))


def _function_of(value: Any) -> FunctionType | None:
    if not (isinstance(value, FunctionType) or is_traced(value)):
        return None
    plain = plain_function(value)
    return plain.written if plain is not None else None


def _names_read(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in _READS:
            yield instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names_read(inner)
