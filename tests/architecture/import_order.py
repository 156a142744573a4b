"""Reads the imports of `grader/` without running it, and says which of them point the wrong way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: The rooms, each of which imports only itself and rooms before it. `docs/architecture.md` says what each is for.
ORDER = (
    "model",
    "messages",
    "intake",
    "datasets",
    "sandbox",
    "dialects",
    "probes",
    "execute",
    "checks",
    "evidence",
    "scoring",
    "report",
    "gradebook",
    "engine",
    "authoring",
    "cli",
)
FRAMEWORKS = frozenset({"tensorflow", "torch", "keras", "tf_keras"})
#: Rooms that every self-check goes through, on machines that have no deep-learning framework.
FRAMEWORK_FREE = frozenset(
    {"model", "messages", "intake", "datasets", "sandbox", "checks", "evidence", "scoring", "report", "cli"}
)
#: May name the path of `reference/`: the oracle that loads it, and the place that knows where everything lies.
KNOW_THE_REFERENCE = frozenset({"grader.checks.oracle", "grader.engine.installation"})

_LOADERS = frozenset({"import_module", "__import__", "spec_from_file_location", "Path", "joinpath", "open", "run_path"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A module named by an import (`is_path` false), or the path of one named by a string (`is_path` true)."""

    target: str
    line: int
    is_path: bool = False


def mentions(source: str, module: str, *, is_package: bool = False) -> Iterator[Mention]:
    """Every module that `source`, the text of `module`, imports: at any depth, relative or absolute, or by a string.

    `from a import b` yields ``a`` and ``a.b``, as `b` may be a module.
    """
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Mention(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute("." * node.level + (node.module or ""), package)
            yield Mention(base, node.lineno)
            for alias in node.names:
                yield Mention(f"{base}.{alias.name}", node.lineno)
        elif isinstance(node, ast.Call) and _called_name(node) in _LOADERS:
            for text in _strings([*node.args, *(keyword.value for keyword in node.keywords)]):
                is_path = _called_name(node) not in {"import_module", "__import__"}
                yield Mention(text if is_path else _absolute(text, package), node.lineno, is_path)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            for text in _strings([node.right]):
                yield Mention(text, node.lineno, is_path=True)


def violations(package_folder: Path) -> list[str]:
    """What breaks the order in the package at `package_folder` (named ``grader``), as ``file:line: what`` lines."""
    found: list[str] = []
    for file in sorted(package_folder.rglob("*.py")):
        relative = file.relative_to(package_folder.parent)
        parts = relative.with_suffix("").parts
        is_package = parts[-1] == "__init__"
        module = ".".join(parts[:-1] if is_package else parts)
        for mention in mentions(file.read_text(encoding="utf-8"), module, is_package=is_package):
            reason = objection(module, mention)
            if reason:
                found.append(f"{relative.as_posix()}:{mention.line}: {reason}")
    return list(dict.fromkeys(found))


def objection(module: str, mention: Mention) -> str | None:
    """Why `module` may not mention that, or None where it may."""
    room = _room(module)
    top = mention.target.replace("\\", "/").split("/")[0] if mention.is_path else mention.target.split(".")[0]
    if top == "reference":
        if mention.is_path:
            may = module in KNOW_THE_REFERENCE or room == "authoring"
        else:
            may = module == "grader.checks.oracle"
        return None if may else "reference/ is loaded by grader.checks.oracle alone (and read by grader.authoring)"
    if mention.is_path:
        return None
    if top in FRAMEWORKS and room in FRAMEWORK_FREE:
        return f"{top} is imported in {room}, which must work without it"
    if top != "grader" or mention.target == "grader":
        return None
    target_room = _room(mention.target)
    if room is None or room not in ORDER:
        return f"{module} stands in no room, so it may import nothing of ours ({mention.target})"
    if target_room not in ORDER:
        return None if target_room == "__version__" else f"{mention.target} stands in no room of the order"
    if ORDER.index(target_room) > ORDER.index(room):
        return f"{room} imports {mention.target}, which comes after it"
    return None


def _room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def _absolute(name: str, package: str) -> str:
    """The absolute name for `name`, whose leading dots count up from `package`."""
    bare = name.lstrip(".")
    level = len(name) - len(bare)
    if level == 0:
        return bare
    base = package.split(".")[: len(package.split(".")) - (level - 1)]
    return ".".join([*base, bare] if bare else base)


def _called_name(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else None


def _strings(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
