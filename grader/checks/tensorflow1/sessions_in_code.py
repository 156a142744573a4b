"""The code of a TensorFlow 1 notebook without its sessions: what is left has the form of today's."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from grader.checks.training.notebook_code import code_of

_RUN_MODEL = "run_model"
_SESSION = "sess"


def code_without_sessions(notebook: Mapping[str, Any]) -> ast.Module:
    """The notebook's code: what stands in ``with tf.Session() as sess:`` stands in its place, and `run_model` is neither
    given a session nor takes one.
    """
    return ast.fix_missing_locations(_WithoutSessions().visit(code_of(notebook)))


class _WithoutSessions(ast.NodeTransformer):
    def visit_With(self, node: ast.With) -> Any:
        self.generic_visit(node)
        return node.body if any(_is_of_session(item.context_expr) for item in node.items) else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        self.generic_visit(node)
        arguments = node.args.args
        if node.name == _RUN_MODEL and arguments and arguments[0].arg.startswith(_SESSION):
            del arguments[0]
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == _RUN_MODEL:
            if node.args and isinstance(node.args[0], ast.Name) and node.args[0].id.startswith(_SESSION):
                del node.args[0]
            node.keywords = [keyword for keyword in node.keywords if not (keyword.arg or "").startswith(_SESSION)]
        return node


def _is_of_session(expression: ast.expr) -> bool:
    """``tf.Session(…)``, ``session.as_default()``, ``graph.as_default()``, ``sess``, or a device or scope, which is set up
    likewise."""
    function = expression.func if isinstance(expression, ast.Call) else expression
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    return name in ("Session", "as_default", "device") or name.startswith(_SESSION)
