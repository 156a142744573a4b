"""Runs a notebook's definitions, each by itself, so that one failure does not lose the rest. Runs in the child."""

from __future__ import annotations
import __future__

import ast
import linecache
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from grader.execute.definitions import Definition, definitions
from grader.execute.tracebacks import CELL_FILE_PREFIX, student_error
from grader.probes.namespace import use_namespace

#: What a shell gives a notebook besides its own names, where there is a shell.
_SHELL_NAMES = ("get_ipython", "display")


def replay(request: Mapping[str, Any], work: str, answer: Callable[[Any], None]) -> None:
    """Run the definitions of the cells ``sources`` but for those numbered in ``without``.

    Answers before each with its number and place, and at the end with none, each time with the error of the one before.
    """
    module = ModuleType("__main__")
    former = vars(sys.modules["__main__"])
    module.__dict__.update({name: former[name] for name in _SHELL_NAMES if name in former})
    # Where pickles, and registered classes, look for the notebook's own.
    sys.modules["__main__"] = module
    use_namespace(module.__dict__)
    for number, source in enumerate(request["sources"], 1):
        # Source text is looked for by tracebacks, and by what turns Python functions into graphs.
        file = _file_of(number)
        linecache.cache[file] = (len(source), None, f"{source}\n".splitlines(keepends=True), file)
    left_out = frozenset(request["without"])
    flags, error = 0, None
    for number, definition in enumerate(definitions(request["sources"])):
        if number in left_out:
            continue
        answer({"at": [number, definition.cell, definition.line], "error": error})
        flags |= _features(definition.statement)
        error = _run(definition, module.__dict__, flags, work)
    answer({"at": None, "error": error})


def _run(definition: Definition, names: dict[str, Any], flags: int, work: str) -> list[Any] | None:
    """What went wrong, as it is sent; None where nothing did."""
    try:
        if definition.statement is None:
            raise definition.error or SyntaxError()
        tree = ast.Module([definition.statement], [])
        exec(compile(tree, _file_of(definition.cell), "exec", flags, dont_inherit=True), names)
    except BaseException as raised:
        told = student_error(raised, work)
        return [told.type, told.message, list(told.frames)]
    return None


def _file_of(cell: int) -> str:
    return f"{CELL_FILE_PREFIX}{cell}-replayed>"


def _features(statement: ast.stmt | None) -> int:
    """Compiler flags of ``from __future__ import …``, which hold for all that follows."""
    if not isinstance(statement, ast.ImportFrom) or statement.module != "__future__":
        return 0
    flags = 0
    for alias in statement.names:
        if alias.name in __future__.all_feature_names:
            flags |= getattr(__future__, alias.name).compiler_flag
    return flags
