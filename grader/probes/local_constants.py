"""Calls a student's function with other numbers in the place of its local constants, such as ``learning_rate = 25``.

Behind every assignment of a constant, one of the value wanted is put, and the function's code is exchanged for as long
as it is called with. What surrounds the function, and what it refers to, stays as it is.
"""

from __future__ import annotations
import __future__

import ast
import copy
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType
from typing import Any

from grader.probes.assigned_constants import insert_assignments
from grader.probes.global_numbers import global_numbers
from grader.probes.plain_function import PlainFunction, plain_function

_Definition = ast.FunctionDef | ast.AsyncFunctionDef
_REWRITTEN = "<{name} with other constants, {number}>"
_numbers: list[int] = [0]


@contextmanager
def other_constants(
    function: Callable[..., Any], values: Mapping[str, float]
) -> Iterator[tuple[Callable[..., Any], frozenset[str]]]:
    """Gives what to call in the place of `function`, and which of the names in `values` it has as constants.

    While the context lasts, these are local constants and, where the function reads a number of the notebook's under
    that name, global ones too. Nothing is raised: a function whose source is not to be had has none.
    """
    plain = plain_function(function)
    if plain is None or plain.hidden:
        yield function, frozenset()
        return
    written = plain.written
    try:
        code, found = _rewritten(plain, values)
    except Exception:  # source that no parser takes, or another than the code was made of
        code, found = written.__code__, frozenset()
    names = written.__globals__
    reads = global_numbers(written, values.keys() - found)
    changed = {name: values[name] for name in reads.read}
    if changed:
        changed |= {name: _without_traces(names[name]) for name in reads.traced}
    before = {name: names[name] for name in (*values, *changed) if name in names}
    own = written.__code__
    written.__code__ = code
    names.update(changed)
    try:
        anew = plain.traced and (found or changed)
        yield _without_traces(function) if anew else function, found | reads.read
    finally:
        written.__code__ = own
        for name in {*values, *changed}:
            if name in before:
                names[name] = before[name]
            else:
                names.pop(name, None)


def _without_traces(function: Any) -> Callable[..., Any]:
    """The same tf.function, with nothing traced yet."""
    import tensorflow as tf

    try:
        return function._clone(None)
    except Exception:  # its options are lost then, which change no number
        return tf.function(function.python_function)


def _rewritten(plain: PlainFunction, values: Mapping[str, float]) -> tuple[CodeType, frozenset[str]]:
    """The code with `values`, and which of them it has. Raises ValueError, SyntaxError and the like."""
    code = plain.written.__code__
    definition = copy.deepcopy(_definition(code))
    local = frozenset((*code.co_varnames, *code.co_cellvars))
    found = insert_assignments(definition.body, values, local)
    if not found:
        return code, frozenset()
    definition.decorator_list = []
    # That the outcome is the one intended need not hold with other numbers: a single step does not fool a network.
    definition = _Unasserted().visit(definition)
    enclosing = ast.fix_missing_locations(_enclosed(definition, code))
    if plain.traced:
        # What turns Python into graphs reads the source text again, so that has to be the new one.
        text, file = ast.unparse(enclosing), _new_file(code.co_name)
        linecache.cache[file] = (len(text), None, f"{text}\n".splitlines(keepends=True), file)
        enclosing = ast.parse(text)
    else:
        file = code.co_filename
    flags = code.co_flags & __future__.annotations.compiler_flag
    made = _code_named(compile(enclosing, file, "exec", flags, dont_inherit=True), code.co_name)
    if made.co_freevars != code.co_freevars or made.co_varnames != code.co_varnames:
        raise ValueError(f"the source of {code.co_name} is another than its code was made of")
    return made.replace(co_qualname=code.co_qualname), found


class _Unasserted(ast.NodeTransformer):
    """Computes what is asserted, as the same names have to be read, and goes on whatever it is."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        return ast.copy_location(ast.Expr(node.test), node)


def _definition(code: CodeType) -> _Definition:
    """The syntax tree of the function that `code` was made of. Raises ValueError, SyntaxError, OSError."""
    lines = linecache.getlines(code.co_filename)
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        # A cell with lines that only a notebook takes: the function alone may be Python.
        block = "".join(inspect.getblock(lines[code.co_firstlineno - 1 :]))
        tree = ast.parse(textwrap.dedent(block))
        ast.increment_lineno(tree, code.co_firstlineno - 1)
    for node in ast.walk(tree):
        if isinstance(node, _Definition) and node.name == code.co_name:
            if min([node.lineno, *(entry.lineno for entry in node.decorator_list)]) == code.co_firstlineno:
                return node
    raise ValueError(f"no definition of {code.co_name} at line {code.co_firstlineno}")


def _enclosed(definition: _Definition, code: CodeType) -> ast.Module:
    """`definition` in a function that has its free variables, and in a class of its class's name where it has one."""
    inner: _Definition | ast.ClassDef = definition
    _, _, owner = code.co_qualname.rpartition(".")[0].rpartition(".")
    if owner and owner != "<locals>":
        inner = ast.ClassDef(owner, [], [], [inner], [], **_TYPE_PARAMETERS)
    # What it calls by its own name, or its class's, is the notebook's; it must not become a free variable here.
    shared = sorted({definition.name, inner.name} - set(code.co_freevars))
    declared: list[ast.stmt] = [ast.Global(shared)] if shared else []
    free = [ast.Name(name, ast.Store()) for name in code.co_freevars if name != "__class__"]
    assignments: list[ast.stmt] = [ast.Assign([name], ast.Constant(None)) for name in free]
    nothing = ast.arguments([], [], None, [], [], None, [])
    outer = ast.FunctionDef("enclosing", nothing, [*declared, *assignments, inner], [], **_TYPE_PARAMETERS)
    return ast.Module([outer], [])


#: What newer Pythons' definitions have besides.
_TYPE_PARAMETERS: Mapping[str, Any] = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}


def _code_named(code: CodeType, name: str) -> CodeType:
    """The outermost code of that name within `code`. Raises ValueError."""
    level = [code]
    while level:
        level = [inner for outer in level for inner in outer.co_consts if isinstance(inner, CodeType)]
        for inner in level:
            if inner.co_name == name:
                return inner
    raise ValueError(f"no code of {name}")


def _new_file(name: str) -> str:
    _numbers[0] += 1
    return _REWRITTEN.format(name=name, number=_numbers[0])
