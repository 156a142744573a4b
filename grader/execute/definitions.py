"""Which statements of a notebook make up its definitions: what its functions need in order to be called, and no more.

Imports, functions, classes, assignments, settings such as ``sys.path.append`` and ``tf.config…``, and blocks (``if``,
``try``, ``with``) of only such are replayed. Other expressions, loops, and whatever trains or evaluates a network are
not: neither by a known name, nor through a function of the notebook that does so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.execute.cell_source import parse_cell

#: Calls that train, evaluate or search, by the last part of their name.
_TRAINING = re.compile(
    r"fit|train|predict|evaluate|minimize|apply_gradients|(?:fit|train|predict|evaluate|test_on|test_step)_?\w*"
    r"|run_(?:model|training|epochs?|experiments?|search)"
)
_NOT_TRAINING = frozenset(("train_test_split", "fit_transform", "testing"))
#: Expression statements that set something up, by the beginning of their dotted name.
_SETTINGS = (
    "sys.path",
    "os.environ",
    "os.makedirs",
    "os.mkdir",
    "os.putenv",
    "warnings",
    "logging",
    "random.seed",
    "np.random.seed",
    "numpy.random.seed",
    "np.set_printoptions",
    "np.seterr",
    "matplotlib",
    "plt.rcParams",
    "plt.style",
    "tf.config",
    "tf.random.set_seed",
    "tf.random.set_random_seed",
    "tf.set_random_seed",
    "tf.compat.v1",
    "tf.logging",
    "tf.autograph.set_verbosity",
    "tf.get_logger",
    "tf.debugging",
    "tf.keras.backend",
    "tf.keras.config",
    "tf.keras.mixed_precision",
    "tf.keras.utils.set_random_seed",
    "tf.reset_default_graph",
    "tensorflow.config",
    "tensorflow.random.set_seed",
    "keras.backend",
    "keras.config",
    "keras.mixed_precision",
    "keras.utils.set_random_seed",
    "set_random_seed",
    "K",
)
#: Never replayed, in whatever place: these reach out of Python, or to a person.
_OUTSIDE = frozenset(("get_ipython", "input", "getpass", "exit", "quit"))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_PLAIN = (ast.Import, ast.ImportFrom, *((ast.TypeAlias,) if hasattr(ast, "TypeAlias") else ()))
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


@dataclass(frozen=True, slots=True)
class Definition:
    """One statement to replay, of code cell `cell` (from 1); or `error`, why the cell gives none."""

    cell: int
    line: int
    statement: ast.stmt | None = None
    error: SyntaxError | None = None


def definitions(sources: Sequence[str]) -> list[Definition]:
    """What is replayed of the code cells `sources`, in order."""
    cells: list[tuple[int, ast.Module]] = []
    found: list[Definition] = []
    for cell, source in enumerate(sources, 1):
        try:
            cells.append((cell, parse_cell(source)))
        except SyntaxError as error:
            found.append(Definition(cell, error.lineno or 1, error=error))
    training = _training_names(tree for _, tree in cells)
    for cell, tree in cells:
        found += [
            Definition(cell, statement.lineno, statement)
            for statement in tree.body
            if _is_definition(statement, training)
        ]
    return sorted(found, key=lambda definition: definition.cell)


def _training_names(trees: Iterable[ast.Module]) -> frozenset[str]:
    """Functions, methods and classes of the notebook that train or evaluate when they are called."""
    bodies: list[tuple[str, frozenset[str]]] = []
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                bodies.append((node.name, _names_called_below(node.body)))
            elif isinstance(node, ast.ClassDef):
                made = [entry for entry in node.body if isinstance(entry, ast.FunctionDef) and entry.name in _MAKING]
                bodies.append((node.name, _names_called_below(made)))
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                called = _names_called_below([node.value.body])
                bodies += [(target.id, called) for target in node.targets if isinstance(target, ast.Name)]
    found: set[str] = set()
    while more := {name for name, called in bodies if name not in found and _trains(called, found)}:
        found |= more
    return frozenset(name for name in found if not name.startswith("__"))


_MAKING = ("__init__", "__new__", "__post_init__")


def _names_called_below(nodes: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(
        name.rpartition(".")[2]
        for node in nodes
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and (name := _dotted(inner.func))
    )


def _trains(called: Iterable[str], training: Iterable[str]) -> bool:
    return any(name in training or (_TRAINING.fullmatch(name) and name not in _NOT_TRAINING) for name in called)


def _is_definition(statement: ast.stmt, training: frozenset[str], *, within: bool = False) -> bool:
    """Whether to replay it. `within` a block, what only prints or raises does not keep the rest from being replayed."""
    if isinstance(statement, _PLAIN):
        return True
    blocks = list(_blocks(statement))
    if blocks:
        return all(
            _is_definition(inner, training, within=True) for block in blocks for inner in block
        ) and _is_harmless(_heads(statement), training)
    if isinstance(statement, (*_ASSIGNMENTS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return _is_harmless([statement], training)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        name = _dotted(statement.value.func)
        wanted = _begins(name, _SETTINGS) or (within and name == "print")
        return wanted and _is_harmless([statement], training)
    if isinstance(statement, ast.Expr):
        return within and isinstance(statement.value, ast.Constant)
    return within and isinstance(statement, (ast.Pass, ast.Raise, ast.Assert)) and _is_harmless([statement], training)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement that is nothing but a frame for them; none for any other."""
    if isinstance(statement, ast.If):
        yield from (statement.body, statement.orelse)
    elif isinstance(statement, ast.With):
        yield statement.body
    elif isinstance(statement, ast.Try):
        yield from (statement.body, statement.orelse, statement.finalbody)
        yield from (handler.body for handler in statement.handlers)


def _heads(statement: ast.stmt) -> list[ast.AST]:
    if isinstance(statement, ast.If):
        return [statement.test]
    return [item.context_expr for item in statement.items] if isinstance(statement, ast.With) else []


def _is_harmless(nodes: Iterable[ast.AST], training: frozenset[str]) -> bool:
    """Whether nothing that is called while `nodes` are run (not in functions that they define) trains or reaches out."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            name = _dotted(node.func).rpartition(".")[2]
            if name in _OUTSIDE or _trains([name], training):
                return False
        if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom)):
            return False
        waiting += _run_at_once(node) if isinstance(node, _FUNCTIONS) else ast.iter_child_nodes(node)
    return True


def _run_at_once(function: ast.AST) -> list[ast.AST]:
    """What defining a function runs: decorators and defaults."""
    arguments: ast.arguments = function.args  # type: ignore[attr-defined]
    defaults = [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]
    return [*getattr(function, "decorator_list", ()), *defaults]


def _dotted(function: ast.AST) -> str:
    """``a.b.c`` of a called name; of ``f(x).c`` it is ``f.c``. Empty where there is none."""
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute):
        return f"{_dotted(function.value)}.{function.attr}"
    return _dotted(function.func) if isinstance(function, ast.Call) else ""


def _begins(name: str, beginnings: Iterable[str]) -> bool:
    return any(name == beginning or name.startswith(beginning + ".") for beginning in beginnings)
