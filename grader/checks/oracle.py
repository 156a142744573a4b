"""The accepted answers, computed by the course's reference solution in float64.

This is the only place that loads `reference/`. It runs in the grader's process and never in a student's.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np

from grader.checks.cases import Arrays, Question, layer_settings
from grader.model.errors import UsageError

#: How much a `same` convolution with stride > 1 pads: the contract leaves it open, both count in full.
CONVENTIONS = ("tensorflow", "stride_independent")


class Oracle:
    """The reference's four layer functions, by name."""

    def __init__(self, layers: ModuleType):
        self._layers = layers

    @classmethod
    def load(cls, reference: Path) -> Oracle:
        """Loads ``reference/Utils/layer_utils.py``. Raises UsageError where it is not there."""
        source = reference / "Utils" / "layer_utils.py"
        if not source.is_file():
            raise UsageError(f"{source}: the reference solution is not here; hidden cases need it")
        specification = importlib.util.spec_from_file_location("grader_reference_layers", source)
        assert specification is not None and specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return cls(module)

    def conv_forward(self, question: Question, convention: str = CONVENTIONS[0]) -> Arrays:
        """`out (N, OH, OW, F)` float64."""
        return {"out": self._layers.conv_forward(*self._conv_arguments(question, convention))[0]}

    def conv_backward(self, question: Question, convention: str = CONVENTIONS[0]) -> Arrays:
        """`dx`, `dw`, `db`, shaped like `x`, `w`, `b`; float64."""
        cache = self._conv_arguments(question, convention)
        gradients = self._layers.conv_backward(question.inputs["dout"], cache)
        return dict(zip(("dx", "dw", "db"), gradients, strict=True))

    def max_pool_forward(self, question: Question) -> Arrays:
        """`out (N, OH, OW, C)` float64."""
        return {"out": self._layers.max_pool_forward(question.inputs["x"], layer_settings(question))[0]}

    def max_pool_backward(self, question: Question) -> Arrays:
        """`dx (N, H, W, C)` float64; of tied cells the first one gets the gradient."""
        cache = (question.inputs["x"], layer_settings(question))
        return {"dx": self._layers.max_pool_backward(question.inputs["dout"], cache)}

    @staticmethod
    def _conv_arguments(
        question: Question, convention: str
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, Mapping[str, object]]:
        settings = {**layer_settings(question), "padding_convention": convention}
        return question.inputs["x"], question.inputs["w"], question.inputs["b"], settings
