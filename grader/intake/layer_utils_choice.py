"""Finds the team's `layer_utils.py`, and tells a solution from the untouched template. The code is parsed, never run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.intake.display import displayable
from grader.intake.handout import LAYER_UTILS, Handout
from grader.intake.hashing import text_sha256
from grader.model.status import Severity
from grader.model.submission import Flag

FUNCTIONS = ("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward")

#: Longer sources are not parsed to compare them: no hand-written file of four functions is.
_PARSED_BYTES = 1 << 20

#: What no solution of a layer can do without: calling something, looping, or calculating.
_WORK = (ast.Call, ast.For, ast.While, ast.BinOp, ast.AugAssign, ast.ListComp, ast.GeneratorExp, ast.Lambda)


@dataclass(frozen=True, slots=True)
class ChosenLayerUtils:
    """The path of the file that counts (None where there is none) and what a person should know."""

    path: str | None
    flags: tuple[Flag, ...] = ()


def choose_layer_utils(files: Mapping[str, bytes], root: str, handout: Handout) -> ChosenLayerUtils:
    """Choose among every `layer_utils.py` of a hand-in whose work folder is `root` ("" for the archive's own top).

    One that is not the untouched template counts; among several of those the one at the top level, then the one in
    ``Utils/``, then the least deep. Where none has the name, a module defining most of the four functions is taken.
    """
    prefix = f"{root}/" if root else ""
    at_top, in_utils = f"{prefix}layer_utils.py".casefold(), f"{prefix}{LAYER_UTILS}".casefold()

    def place(path: str) -> tuple[int, int, str]:
        folded = path.casefold()
        return (0 if folded == at_top else 1 if folded == in_utils else 2, path.count("/"), path)

    named = sorted((path for path in files if PurePosixPath(path.casefold()).name == "layer_utils.py"), key=place)
    if not named:
        return _renamed(files, place)
    template = handout.template.get(LAYER_UTILS)
    solved = [path for path in named if not is_untouched(files[path], template)]
    if not solved:
        return ChosenLayerUtils(named[0])
    used = solved[0]
    for other in solved[1:]:
        if text_sha256(files[other]) != text_sha256(files[used]):
            values = {"used": displayable(used), "other": displayable(other)}
            return ChosenLayerUtils(used, (Flag("two_layer_utils", Severity.WARNING, values),))
    return ChosenLayerUtils(used)


def is_untouched(source: bytes, template: bytes | None) -> bool:
    """Whether none of the four functions was worked on: each is the template's, a stub, or not there.

    Line endings, trailing white space, comments and docstrings make no difference. A file that does not parse was
    worked on, unless it is the template to the letter.
    """
    if template is not None and text_sha256(source) == text_sha256(template):
        return True
    tree = _parse(source)
    if tree is None:
        return False
    given = _functions(_parse(template)) if template is not None else {}
    bound = _functions(tree)
    if any(name in FUNCTIONS for name in _bound_otherwise(tree)):
        return False
    return all(
        name not in bound or _is_stub(bound[name]) or (name in given and _same(bound[name], given[name]))
        for name in FUNCTIONS
    )


def _renamed(files: Mapping[str, bytes], place: Callable[[str], tuple[int, int, str]]) -> ChosenLayerUtils:
    modules = sorted((path for path in files if path.casefold().endswith(".py")), key=place)
    for path in modules:
        tree = _parse(files[path])
        if tree is not None and len(_functions(tree)) * 2 > len(FUNCTIONS):
            return ChosenLayerUtils(
                path, (Flag("layer_utils_renamed", Severity.WARNING, {"found": displayable(path)}),)
            )
    return ChosenLayerUtils(None)


def _parse(source: bytes | None) -> ast.Module | None:
    if source is None or len(source) > _PARSED_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a student's odd escape sequence is not our warning
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _functions(tree: ast.Module | None) -> dict[str, ast.FunctionDef]:
    """The last module-level definition of each of the four functions."""
    body: Iterable[ast.stmt] = tree.body if tree is not None else ()
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS}


def _bound_otherwise(tree: ast.Module) -> set[str]:
    """Names that the module binds by assignment or import, at any depth."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.alias):
                names.add(inner.asname or inner.name)
            elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                names.add(inner.id)
            elif isinstance(inner, ast.FunctionDef):
                names.add(inner.name)
    return names


def _is_stub(function: ast.FunctionDef) -> bool:
    """Whether nothing is worked out, ``raise`` statements and ``print`` calls aside."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise) or _is_print(node):
            continue
        if isinstance(node, _WORK):
            return False
        waiting.extend(ast.iter_child_nodes(node))
    return True


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _same(one: ast.FunctionDef, other: ast.FunctionDef) -> bool:
    try:
        return _shape(one) == _shape(other)
    except RecursionError:
        return False


def _shape(function: ast.FunctionDef) -> list[str]:
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return [ast.dump(function.args), *map(ast.dump, body)]
