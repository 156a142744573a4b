"""The code of a notebook as one syntax tree, read without running it: which functions are there, and which are written."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from grader.checks.implementation import is_stub_in
from grader.execute.cell_source import parse_cell

_ORDER = ("absent", "stub", "written")


def sources(notebook: Mapping[str, Any], kind: str) -> list[str]:
    """The sources of all cells of type `kind` (``code``, ``markdown``), in their order."""
    cells = notebook.get("cells")
    found = [cell for cell in cells if isinstance(cell, Mapping)] if isinstance(cells, list) else []
    return [joined(cell.get("source", "")) for cell in found if cell.get("cell_type") == kind]


def joined(source: object) -> str:
    """A text that may be stored as a list of lines."""
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def code_of(notebook: Mapping[str, Any]) -> ast.Module:
    """All code cells that parse, one after the other, without magics: a cell that does not parse defines nothing."""
    body: list[ast.stmt] = []
    for source in sources(notebook, "code"):
        tree = _parsed(source)
        body += tree.body if tree is not None else []
    return ast.Module(body, [])


def implementation(code: ast.Module, functions: Iterable[str]) -> str:
    """``absent``, ``stub`` or ``written``: the least of the states of `functions`; ``written`` where there are none.

    A function counts as written where something is bound to its name in any way: running tells what that is worth.
    """
    return min((_state(code, name) for name in functions), key=_ORDER.index, default="written")


def missing_function(code: ast.Module, functions: Iterable[str]) -> str:
    """The first of `functions` that is not written; empty where all are."""
    return next((name for name in functions if _state(code, name) != "written"), "")


def is_used(code: ast.Module, name: str) -> bool:
    """Whether anything beside its definition mentions `name`."""
    return any(
        (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Constant) and node.value == name)
        for node in ast.walk(code)
    )


def _state(code: ast.Module, name: str) -> str:
    if not any(_binds(node, name) for node in ast.walk(code)):
        return "absent"
    return "stub" if is_stub_in(code, name) else "written"


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return node.name == name
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.alias):
        # What a star brings is not to be seen here; only modules of the student's own could bring it.
        return node.name == "*" or (node.asname or node.name) == name
    return False


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse_cell(source)
    except SyntaxError:
        return None
