"""Whether a function was written at all, and where: read from its source without running it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection
from functools import lru_cache


@lru_cache(maxsize=2)
def _parsed(source: bytes) -> ast.Module | None:
    """The tree, to be read only: one source is asked about for each of its functions."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _function(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    found = _definition(tree, name)
    return found if isinstance(found, ast.FunctionDef) else None


def _definition(tree: ast.Module, name: str) -> ast.FunctionDef | ast.ClassDef | None:
    found = None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            found = node
    return found


def _does_nothing(statement: ast.stmt) -> bool:
    """Docstrings, `pass`, `...`, `x = None` and `raise NotImplementedError` do no work."""
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        values = statement.value.elts if isinstance(statement.value, ast.Tuple) else [statement.value]
        return all(isinstance(value, ast.Constant) and value.value is None for value in values)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return False


def _packs_arguments(statement: ast.stmt, own: Collection[str]) -> bool:
    """`cache = (x, w, b, conv_param)` and `return out, cache` stand in the hand-out itself.

    `own` are the function's arguments and variables: what is made elsewhere may be an answer.
    """
    if isinstance(statement, ast.Return):
        return statement.value is None or _only_names(statement.value, own)
    if isinstance(statement, ast.Assign):
        return _only_names(statement.value, own)
    return False


def _only_names(value: ast.expr, own: Collection[str]) -> bool:
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(
        part.id in own if isinstance(part, ast.Name) else isinstance(part, ast.Constant) and part.value is None
        for part in parts
    )


def _bound_elsewhere(tree: ast.Module, name: str, definition: ast.FunctionDef | ast.ClassDef) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name and node is not definition:
            return True
        if isinstance(node, ast.alias) and (node.name == "*" or (node.asname or node.name) == name):
            return True
    return False


def is_stub(source: bytes, function: str) -> bool:
    """Whether `function` in `source` is still the hand-out's: nothing in its body computes anything.

    A source that does not parse, that does not define the function at its top level, or that gives its name to something
    else as well (``conv_forward = mine``, another `def`, an import) is no stub: running tells.
    """
    tree = _parsed(source)
    return tree is not None and is_stub_in(tree, function)


def is_stub_in(tree: ast.Module, function: str) -> bool:
    """As `is_stub`, of a source that was parsed already. A class is a stub where all of its methods are."""
    node = _definition(tree, function)
    if node is None or node.decorator_list:
        return False
    empty = _class_is_empty(node) if isinstance(node, ast.ClassDef) else _body_is_empty(node)
    # Last, for it goes through the whole source, which is long.
    return empty and not _bound_elsewhere(tree, function, node)


def _body_is_empty(node: ast.FunctionDef) -> bool:
    # Told from the statements' kinds first: whose names they are takes a walk through all of the function.
    if not all(_does_nothing(statement) or isinstance(statement, ast.Return | ast.Assign) for statement in node.body):
        return False
    own = {argument.arg for argument in ast.walk(node) if isinstance(argument, ast.arg)}
    own |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    return all(_does_nothing(statement) or _packs_arguments(statement, own) for statement in node.body)


def _class_is_empty(node: ast.ClassDef) -> bool:
    """Without methods of its own a class may be what it inherits."""
    methods = [statement for statement in node.body if isinstance(statement, ast.FunctionDef)]
    rest = [statement for statement in node.body if not isinstance(statement, ast.FunctionDef)]
    return bool(methods) and all(map(_body_is_empty, methods)) and all(map(_does_nothing, rest))


def definition_line(source: bytes, function: str) -> int | None:
    """The line, counted from 1, where `function` is defined at the top level of `source` (last, if more than once)."""
    tree = _parsed(source)
    node = _function(tree, function) if tree is not None else None
    return node.lineno if node is not None else None
