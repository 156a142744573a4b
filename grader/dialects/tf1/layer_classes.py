"""Layers of TensorFlow 1 as objects, ``tf.layers.Conv2D(8, 3)(images)``: each is its function with arguments kept."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def layer_class(name: str, function: Callable[..., Any], default_scope: str) -> type:
    """The class for a function of `layers`; called again, an object uses the variables of its first call."""
    parameters = list(inspect.signature(function).parameters)
    shared = "reuse" in parameters

    class Layer:
        def __init__(self, *args: Any, **kwargs: Any):
            kept = inspect.signature(function).bind_partial(None, *args, **kwargs).arguments
            kept.pop(parameters[0])
            self._kept = kept
            self._scope: Any = None

        def __call__(self, inputs: Any, **flags: Any) -> Any:
            import tensorflow as tf

            if not shared:
                return function(inputs, **{**self._kept, **flags})
            if self._scope is not None:
                return function(inputs, **{**self._kept, **flags, "name": self._scope, "reuse": True})
            with tf.variable_scope(self._kept.get("name"), default_name=default_scope) as self._scope:
                return function(inputs, **{**self._kept, **flags, "name": self._scope})

        apply = __call__

        @property
        def variables(self) -> list[Any]:
            import tensorflow as tf

            scope = "" if self._scope is None else f"{self._scope.name}/"
            return [] if not scope else [each for each in tf.global_variables() if each.name.startswith(scope)]

        @property
        def trainable_variables(self) -> list[Any]:
            return [variable for variable in self.variables if variable.trainable]

        weights, trainable_weights = variables, trainable_variables

    Layer.__name__ = Layer.__qualname__ = name
    return Layer
