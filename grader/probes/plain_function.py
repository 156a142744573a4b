"""The function that a student wrote, below what decorators, methods and tf.function have put around it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

_MOST_LAYERS = 10
_BY_NAME = frozenset((inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY))


@dataclass(frozen=True, slots=True)
class PlainFunction:
    """`written` is what ``def`` made. `traced`: the outermost layer is a tf.function, whose traces remember its code.

    `hidden`: some other layer is one, whose traces cannot be let go of.
    """

    written: FunctionType
    traced: bool = False
    hidden: bool = False


def plain_function(function: Callable[..., Any]) -> PlainFunction | None:
    """What `function` calls in the end; None where that is nothing written in Python."""
    layer: Any = function
    traced = hidden = False
    for place in range(_MOST_LAYERS):
        if is_traced(layer):
            traced, hidden = traced or place == 0, hidden or place > 0
        below = _below(layer)
        if below is None:
            return PlainFunction(layer, traced, hidden) if isinstance(layer, FunctionType) else None
        layer = below
    return None


def is_traced(layer: Any) -> bool:
    """Whether `layer` is a tf.function."""
    return hasattr(layer, "python_function") and hasattr(layer, "get_concrete_function")


def signature_of(function: Callable[..., Any]) -> inspect.Signature | None:
    """The parameters that `function` takes; those of the written one where a decorator hands on whatever it is given."""
    try:
        signature = inspect.signature(function)
        if _takes_anything(signature) and (plain := plain_function(function)) is not None:
            signature = inspect.signature(plain.written)
    except (TypeError, ValueError):
        return None
    return signature


def takes_by_name(function: Callable[..., Any], name: str) -> bool:
    """Whether `function` has a parameter `name` that can be passed by its name, or looks for one in its ``**kwargs``."""
    signature = signature_of(function)
    if signature is None:
        return False
    if name in signature.parameters:
        return signature.parameters[name].kind in _BY_NAME
    anything = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in signature.parameters.values())
    plain = plain_function(function)
    return anything and plain is not None and name in plain.written.__code__.co_consts


def _takes_anything(signature: inspect.Signature) -> bool:
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    return kinds == {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


def _below(layer: Any) -> Any:
    """What `layer` is put around; None for the last one."""
    if is_traced(layer):
        return layer.python_function
    if isinstance(layer, FunctionType):
        return layer.__dict__.get("__wrapped__") or _wrapped_in_closure(layer)
    if isinstance(layer, MethodType):
        return layer.__func__
    for attribute in ("__wrapped__", "func"):  # of decorators that are objects, and of functools.partial
        if callable(below := getattr(layer, attribute, None)):
            return below
    called = inspect.getattr_static(type(layer), "__call__", None)
    return called if isinstance(called, FunctionType) else None


def _wrapped_in_closure(function: FunctionType) -> Any:
    """What a decorator's ``def inner(*args, **kwargs)`` calls: the one function among its free variables."""
    if not _takes_anything(inspect.Signature.from_callable(function, follow_wrapped=False)):
        return None
    functions = [entry for entry in _closure(function) if isinstance(entry, FunctionType) or is_traced(entry)]
    return functions[0] if len(functions) == 1 else None


def _closure(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # nothing is in it yet
            continue
