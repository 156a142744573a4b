"""One of the four layer functions as a check: which classes of cases, and how the function is called.

Which questions a class asks, and their answers, is told by `grader.checks.layer_cases`; the public ones are in the case pack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.checks.cases import Arrays, Case, Question, layer_settings
from grader.model.observation import Value

#: Replaces the relative error where one right answer is not unique: `(name of the answer, got, case) -> error`.
Measure = Callable[[str, Arrays, Case], Mapping[str, float] | None]


@dataclass(frozen=True, slots=True)
class LayerCheck:
    """`function` is the student's function, `forward` its forward pass (itself for a forward check).

    `groups` are the case classes; `inputs` and `outputs` name arrays in the contract's order; `measure` may take over
    the comparison for some cases.
    """

    name: str
    function: str
    forward: str
    groups: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    measure: Measure | None = None

    @property
    def backward(self) -> bool:
        return self.function != self.forward

    def forward_arguments(self, question: Question) -> list[Value]:
        """What the contract's forward function is called with."""
        layer_inputs = [question.inputs[name] for name in self.inputs if name != "dout"]
        return [*layer_inputs, layer_settings(question)]

    def arguments(self, question: Question) -> list[Value]:
        """What the checked function is called with: for a backward pass `dout` and the contract's own cache."""
        if not self.backward:
            return self.forward_arguments(question)
        return [question.inputs["dout"], tuple(self.forward_arguments(question))]
