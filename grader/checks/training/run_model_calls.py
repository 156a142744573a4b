"""How a notebook trains a network, read from its source: the calls of `run_model`, as far as they can be made out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

_PARAMETERS = ("model", "X", "Y", "epochs", "batch_size", "is_training")
_DEFAULTS: dict[str, object] = {"epochs": 1, "batch_size": 500, "is_training": False}
_FITTING = frozenset({"fit", "fit_generator", "train_on_batch", "train_step"})
#: One statement that runs once, where the notebook runs at all.
_PLAIN = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.Assert, ast.Delete,
          ast.Pass)  # fmt: skip
_LATER = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.BoolOp)


class _Unsure(Exception):
    """The source does not tell."""


@dataclass(frozen=True, slots=True)
class TrainingCall:
    """The settings of one call that trains."""

    epochs: int
    batch_size: int


def training_calls(code: ast.Module, builder: str) -> list[TrainingCall] | None:
    """The calls of `run_model` that train what `builder` has built, in order; None where that cannot be told for sure.

    Known are calls on the notebook's top level with plain numbers, or names of such, whose model is ``builder()`` or a
    name that was given it; and only where the model goes nowhere else.
    """
    reading = _Reading(builder)
    try:
        for statement in code.body:
            reading.read(statement)
    except _Unsure:
        return None
    return reading.calls


@dataclass
class _Reading:
    """The notebook as far as it was read: names of the model, names of plain values, calls."""

    builder: str
    models: set[str] = field(default_factory=set)
    constants: dict[str, object] = field(default_factory=dict)
    defaults: dict[str, object] = field(default_factory=lambda: dict(_DEFAULTS))
    calls: list[TrainingCall] = field(default_factory=list)

    def read(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._definition(statement)
        elif not isinstance(statement, _PLAIN):
            self._nothing_of_ours(statement)
            self._forget(statement)
        else:
            for node in ast.walk(statement):
                if isinstance(node, _LATER):
                    self._nothing_of_ours(node)
                elif isinstance(node, ast.Call):
                    self._call(node)
            self._bindings(statement)

    def _definition(self, statement: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        if statement.name != self.builder:
            self._nothing_of_ours(statement)
        if statement.name == "run_model" and isinstance(statement, ast.FunctionDef):
            arguments = statement.args
            positional = [*arguments.posonlyargs, *arguments.args]
            with_default = positional[len(positional) - len(arguments.defaults) :]
            for argument, default in zip(with_default, arguments.defaults, strict=True):
                self.defaults[argument.arg] = self._value(default)

    def _nothing_of_ours(self, node: ast.AST) -> None:
        """Raises where a piece that may be run otherwise than once has to do with the model."""
        for name in _names(node):
            if name == self.builder or name in self.models:
                raise _Unsure

    def _call(self, call: ast.Call) -> None:
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in _FITTING and self._is_model(function.value):
            raise _Unsure
        if not (isinstance(function, ast.Name) and function.id == "run_model"):
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(isinstance(value, ast.Name) and value.id in self.models for value in given):
                raise _Unsure
            return
        arguments = self._arguments(call)
        if self._is_model(arguments.get("model")):
            settings = {
                name: self._value(arguments[name]) if name in arguments else self.defaults[name] for name in _DEFAULTS
            }
            epochs, batch_size, is_training = settings.values()
            if type(epochs) is not int or type(batch_size) is not int or not isinstance(is_training, bool | int):
                raise _Unsure
            if is_training:
                self.calls.append(TrainingCall(epochs, batch_size))

    def _arguments(self, call: ast.Call) -> dict[str, ast.expr]:
        starred = any(isinstance(value, ast.Starred) for value in call.args)
        if starred or any(keyword.arg is None for keyword in call.keywords):
            raise _Unsure
        named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
        return dict(zip(_PARAMETERS, call.args, strict=False)) | named

    def _is_model(self, node: ast.expr | None) -> bool:
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Name) and node.func.id == self.builder
        return isinstance(node, ast.Name) and node.id in self.models

    def _bindings(self, statement: ast.stmt) -> None:
        self_is_model, value = False, None
        if isinstance(statement, ast.Assign):
            self_is_model, value = self._is_model(statement.value), self._value(statement.value)
        alone = isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets)
        if not alone and isinstance(statement, ast.Assign) and self._hides_model(statement.value):
            raise _Unsure
        for name in self._forget(statement):
            if alone and self_is_model:
                self.models.add(name)
            elif alone and value is not None:
                self.constants[name] = value

    def _hides_model(self, value: ast.expr) -> bool:
        return any(self._is_model(node) for node in ast.walk(value) if isinstance(node, ast.expr)) and not isinstance(
            value, ast.Call
        )

    def _forget(self, statement: ast.stmt) -> list[str]:
        """The names that `statement` binds, which from here on are not what they were."""
        bound = [
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        self.models.difference_update(bound)
        for name in bound:
            self.constants.pop(name, None)
        return bound

    def _value(self, node: ast.expr) -> object:
        """The plain value of a literal or of a name that was given one; None where it is none."""
        if isinstance(node, ast.Constant):
            return node.value
        return self.constants.get(node.id) if isinstance(node, ast.Name) else None


def _names(node: ast.AST) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
