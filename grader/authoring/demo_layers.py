"""Makes a team's `layer_utils.py`: the hand-out's file with other function bodies, or the reference as a team would have it."""

from __future__ import annotations

import ast
import textwrap

from grader.authoring.demo_code.body import Bodies
from grader.authoring.markers import contains_marker


def with_bodies(template: str, bodies: Bodies) -> str:
    """The hand-out's `layer_utils.py` with the named functions' bodies replaced; docstrings and all else stay.

    Raises ValueError where the hand-out lacks one of the functions.
    """
    functions = {node.name: node for node in ast.parse(template).body if isinstance(node, ast.FunctionDef)}
    absent = sorted(bodies.keys() - functions.keys())
    if absent:
        raise ValueError(f"the hand-out has no function {', '.join(absent)}")
    lines = template.splitlines(keepends=True)
    # From the last function up, so that the line numbers of those above stay right.
    for name in sorted(bodies, key=lambda name: functions[name].lineno, reverse=True):
        start, end = _body_lines(functions[name])
        lines[start:end] = [textwrap.indent(bodies[name], "    ")]
    return "".join(lines)


def without_markers(reference: str) -> str:
    """The reference's `layer_utils.py` without the comments that mark solutions."""
    return "".join(line for line in reference.splitlines(keepends=True) if not contains_marker(line))


def _body_lines(function: ast.FunctionDef) -> tuple[int, int]:
    """First line of the body below the docstring and the line after its last, counted from 0."""
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    assert first.end_lineno is not None and function.end_lineno is not None
    return (first.end_lineno if has_docstring else first.lineno - 1), function.end_lineno
