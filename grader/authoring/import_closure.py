"""Which modules of `grader` a command needs, told by their imports, without running any of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.model.errors import InfrastructureError

#: A module named in a text, as in the lines that a process of ours is started with.
_NAMED = re.compile(r"\bgrader(?:\.[A-Za-z_]\w*)+")
_FROM = re.compile(r"\bfrom (grader[\w.]*) import (\w+(?:, \w+)*)")


@dataclass(frozen=True, slots=True)
class _Import:
    """`late` ones stand in a function: they are carried out where that is called, if ever."""

    module: str
    late: bool


def modules_below(package: Path) -> dict[str, Path]:
    """The files of the package in the folder `package`, by module name."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def import_closure(modules: Mapping[str, Path], roots: Collection[str], withheld: Collection[str]) -> set[str]:
    """All of `modules` that importing `roots`, and whatever they import, leads to; late imports too.

    Modules (or packages) that are `withheld` are left out: only a function may import one, and only where it is there.
    Raises InfrastructureError where a module that is needed imports such a one as soon as it is imported itself.
    """
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in found or name not in modules:
            continue
        found.add(name)
        waiting.append(name.rpartition(".")[0])
        for entry in _imports(modules[name].read_text(encoding="utf-8")):
            if not is_below(entry.module, withheld):
                waiting.append(entry.module)
            elif not entry.late:
                raise InfrastructureError(f"{name} needs {entry.module}, which students must not get")
    return found


def is_below(module: str, packages: Collection[str]) -> bool:
    """Whether `module` is one of `packages` or lies in one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def texts_in(source: str) -> list[str]:
    """All texts in Python's `source`, pieces of f-strings among them."""
    return [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _imports(source: str) -> Iterator[_Import]:
    yield from _below(ast.parse(source), late=False)


def _below(parent: ast.AST, late: bool) -> Iterator[_Import]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (_Import(alias.name, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # Of `from a import b` both may be modules.
            yield _Import(node.module or "", late)
            yield from (_Import(f"{node.module}.{alias.name}", late) for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (_Import(name, True) for name in _named_in(node.value))
        else:
            yield from _below(node, late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def _named_in(text: str) -> Iterator[str]:
    yield from _NAMED.findall(text)
    for package, names in _FROM.findall(text):
        yield from (f"{package}.{name}" for name in names.split(", "))
