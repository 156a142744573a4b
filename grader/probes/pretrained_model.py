"""The pretrained network in a student's process, put back to what it was before every use.

What a function does to a model it may do to its weights, to running averages and random states, to what is trained, or
to its layers. Numbers and flags are put back; a model whose layers are others is opened anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.probes.lookup import student_function

MODULE, CONSTRUCTOR = "Utils.model_utils", "PretrainedCNN"


@dataclass(slots=True)
class PretrainedModel:
    """One network of ``Utils.model_utils.PretrainedCNN()``, opened when this is made.

    Making it raises ModuleNotImported, FunctionMissing, or what opening the network raises.
    """

    model: Any = None
    _values: list[np.ndarray] = field(default_factory=list)
    _trainable: list[tuple[Any, bool]] = field(default_factory=list)
    _form: object = None
    _used: bool = False

    def __post_init__(self) -> None:
        self._open()

    def restored(self) -> Any:
        """The model, as it was when it was opened first."""
        if not self._used:
            self._used = True
            return self.model
        try:
            for layer, trainable in self._trainable:
                layer.trainable = trainable
            same = _form(self.model) == self._form
        except Exception:  # whatever a student has put into it
            same = False
        if not same:
            self._open()
        self._assign(self.model)
        return self.model

    def freeze(self) -> None:
        """Have batch normalisation use its averages even where it is told to train, until the model is restored."""
        import keras

        for layer in self.model._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False

    def restore_likes(self, names: Mapping[str, Any]) -> None:
        """Put back the weights of those models among a notebook's `names` that are this network opened once more."""
        import keras

        shapes = [value.shape for value in self._values]
        for made in list(names.values()):
            if isinstance(made, keras.Model) and made is not self.model:
                try:
                    if [tuple(variable.shape) for variable in made.variables] == shapes:
                        self._assign(made)
                except Exception:  # not built, or one that says something else of itself
                    continue

    def weights_changed(self) -> bool:
        """Whether some weight or running average differs from what `restored` gave."""
        try:
            weights = {id(weight) for weight in self.model.weights}
            pairs = list(zip(self.model.variables, self._values, strict=True))
            return any(id(now) in weights and not _equal(now, then) for now, then in pairs)
        except Exception:  # whatever a student has put into it
            return True

    def _open(self) -> None:
        self.model = student_function(MODULE, CONSTRUCTOR)()
        values = [np.array(variable) for variable in self.model.variables]
        self._values = self._values or values
        self._trainable = [(layer, bool(layer.trainable)) for layer in self.model._flatten_layers()]
        self._form = _form(self.model)

    def _assign(self, model: Any) -> None:
        for variable, value in zip(model.variables, self._values, strict=True):
            if not _equal(variable, value):
                variable.assign(value)


def _equal(variable: Any, value: np.ndarray) -> bool:
    return np.asarray(variable).tobytes() == value.tobytes()


def _form(model: Any) -> object:
    """What tells whether a model still has the layers, settings and variables it had."""
    import keras

    layers = list(model._flatten_layers())
    own_calls = [sorted(name for name in ("call", "__call__") if name in vars(layer)) for layer in layers]
    held = [
        sorted((name, id(value)) for name, value in vars(layer).items() if isinstance(value, keras.Variable))
        for layer in layers
    ]
    variables = [id(variable) for variable in model.variables]
    return [id(layer) for layer in layers], own_calls, held, variables, repr(model.get_config())
