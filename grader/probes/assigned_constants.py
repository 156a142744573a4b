"""Puts other values behind a function's assignments of constants, in its syntax tree."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator, Mapping

#: What a constant is wrapped in now and then, by the last part of its name: it stays wrapped.
_WRAPPERS = frozenset(
    "float int constant Variable cast convert_to_tensor asarray array float32 float64 int32 int64".split()
)


def insert_assignments(body: list[ast.stmt], values: Mapping[str, float], local: Collection[str]) -> frozenset[str]:
    """Behind every assignment of a constant to a name in `values`, insert one of its value. Returns the names met.

    `body` is a function's, `local` the names that are its own: what is computed from these is no constant. Looked
    through are also the blocks of ``with``, ``if`` and ``try``, but no loop and no function within.
    """
    found: set[str] = set()
    for place in reversed(range(len(body))):
        statement = body[place]
        for block in _blocks(statement):
            found |= insert_assignments(block, values, local)
        behind: list[ast.stmt] = []
        for name, value in _assigned(statement):
            if name in values and _is_constant(value, local):
                found.add(name)
                behind.append(ast.Assign([ast.Name(name, ast.Store())], _with_number(value, values[name])))
        for added in behind:
            for node in ast.walk(added):
                ast.copy_location(node, statement)
        body[place + 1 : place + 1] = behind
    return frozenset(found)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(statement, ast.With | ast.If | ast.Try):
        yield statement.body
        yield getattr(statement, "orelse", [])
        yield getattr(statement, "finalbody", [])
        yield from (handler.body for handler in getattr(statement, "handlers", ()))


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Names and what is assigned to each; of ``a, b = f()`` the whole for both."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        yield from _matched(statement.target, statement.value)
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _matched(target, statement.value)


def _matched(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        if any(isinstance(entry, ast.Starred) for entry in target.elts):
            return
        values = value.elts if isinstance(value, ast.Tuple | ast.List) else [value] * len(target.elts)
        for inner, own in zip(target.elts, values, strict=False):
            yield from _matched(inner, own)


def _is_constant(value: ast.expr, local: Collection[str]) -> bool:
    """Whether `value` is a number, or arithmetic of numbers and names that are not the function's own."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int | float) and not isinstance(value.value, bool)
    if isinstance(value, ast.UnaryOp):
        return _is_constant(value.operand, local)
    if isinstance(value, ast.BinOp):
        return _is_constant(value.left, local) and _is_constant(value.right, local)
    if isinstance(value, ast.Name):
        return value.id not in local
    if isinstance(value, ast.Attribute | ast.Subscript):
        return _is_constant(value.value, local)
    return _is_wrapped(value) and _is_constant(value.args[0], local)  # type: ignore[attr-defined]


def _is_wrapped(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call) or not value.args or isinstance(value.args[0], ast.Starred):
        return False
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return name in _WRAPPERS


def _with_number(value: ast.expr, number: float) -> ast.expr:
    """`number` in the place of the constant `value`, wrapped as that is."""
    if not _is_wrapped(value):
        return ast.Constant(number)
    wrapped = copy.deepcopy(value)
    wrapped.args[0] = _with_number(wrapped.args[0], number)  # type: ignore[attr-defined]
    return wrapped
