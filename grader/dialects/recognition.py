"""Tells from a hand-in's code, without running it, which dialect it is written in."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from grader.dialects.dialect import Dialect

#: What only TensorFlow 1 has, by dotted name below the package; a trailing dot stands for all that follows.
_TF1_NAMES = (
    "placeholder",
    "Session",
    "InteractiveSession",
    "ConfigProto",
    "GPUOptions",
    "reset_default_graph",
    "get_default_graph",
    "get_default_session",
    "global_variables_initializer",
    "initialize_all_variables",
    "get_variable",
    "variable_scope",
    "get_collection",
    "global_variables",
    "trainable_variables",
    "disable_v2_behavior",
    "disable_eager_execution",
    "train.Saver",
    "train.GradientDescentOptimizer",
    "train.MomentumOptimizer",
    "train.AdamOptimizer",
    "train.RMSPropOptimizer",
    "train.AdagradOptimizer",
    "train.exponential_decay",
    "train.import_meta_graph",
    "nn.softmax_cross_entropy_with_logits_v2",
    "layers.",
    "contrib.",
    "losses.sparse_softmax_cross_entropy",
    "losses.softmax_cross_entropy",
)
#: What only TensorFlow 2 has, or what only its Keras is used for.
_TF2_NAMES = ("GradientTape", "function", "keras.")
_PARAMETERS = frozenset({"sess", "session"})
_V1 = "compat.v1"


def dialect_of(code: Iterable[ast.Module]) -> Dialect:
    """The dialect of a hand-in whose notebooks and modules are `code`: the one that more different names speak for.

    TF2 where nothing speaks for either. A TensorFlow 1 name says so also below ``tensorflow.compat.v1``.
    """
    signs: dict[Dialect, set[str]] = {Dialect.TF1: set(), Dialect.TF2: set()}
    for module in code:
        names = _Names(module)
        for name in names.used:
            plain = name.removeprefix(_V1).lstrip(".")
            if _is_among(plain, _TF1_NAMES):
                signs[Dialect.TF1].add(plain)
            elif plain == name and _is_among(name, _TF2_NAMES):
                signs[Dialect.TF2].add(name)
        signs[Dialect.TF1] |= names.session_parameters
    return Dialect.TF1 if len(signs[Dialect.TF1]) > len(signs[Dialect.TF2]) else Dialect.TF2


def _is_among(name: str, known: Iterable[str]) -> bool:
    return any(f"{name}.".startswith(entry if entry.endswith(".") else f"{entry}.") for entry in known)


class _Names:
    """`used`: dotted names below ``tensorflow`` that a module uses, whatever it calls the package; Keras by itself counts
    as ``keras.…``. `session_parameters`: functions that are given a session."""

    def __init__(self, module: ast.Module):
        self.used: set[str] = set()
        self.session_parameters: set[str] = set()
        self._meant: dict[str, str] = {}
        nodes = list(ast.walk(module))
        for node in nodes:
            self._note_import(node)
        for node in nodes:
            self._note_use(node)

    def _note_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import a.b` binds a, `import a.b as c` binds c to a.b.
                bound = alias.asname or alias.name.partition(".")[0]
                self._bind(bound, alias.name if alias.asname else bound)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                self._bind(alias.asname or alias.name, f"{node.module}.{alias.name}")

    def _bind(self, name: str, meant: str) -> None:
        package, _, below = meant.partition(".")
        if package == "tensorflow":
            self._meant[name] = below
            self.used |= {below} - {""}
        elif package == "keras":
            self._meant[name] = meant
            self.used.add(f"{meant}.")

    def _note_use(self, node: ast.AST) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            given = {argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
            self.session_parameters |= {f"a function of {name}" for name in given & _PARAMETERS}
        elif isinstance(node, ast.Attribute) and (dotted := _dotted(node)) is not None:
            first, _, rest = dotted.partition(".")
            if first in self._meant:
                self.used.add(f"{self._meant[first]}.{rest}".lstrip("."))
        elif isinstance(node, ast.Name) and self._meant.get(node.id):
            self.used.add(self._meant[node.id])


def _dotted(node: ast.Attribute) -> str | None:
    parts = [node.attr]
    value = node.value
    while isinstance(value, ast.Attribute):
        parts.append(value.attr)
        value = value.value
    return ".".join([value.id, *reversed(parts)]) if isinstance(value, ast.Name) else None
