"""The contract of `complex_model`: one inception module, flattened, and a dense layer of logits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.checks.network import inception_structure
from grader.checks.network.contract import (
    WantedDense,
    activation_problems,
    aligned,
    extra_problem,
    missing_problem,
    shape_problems,
    tidied,
    without_input_scaling,
)
from grader.checks.network.layers import (
    Concatenation,
    Dense,
    Flatten,
    Layer,
    Pooling,
    Structure,
    described,
)
from grader.model.evidence import Problem

GROUPS = ("module", "flatten", "logits", "nothing_else")

#: 8 main filters and 2 reduction filters, `P3_R` being one of the latter.
ARGUMENTS = {"C1": 8, "C3_R": 2, "C3": 8, "C5_R": 2, "C5": 8, "P3_R": 2}
CLASSES = 10
_LOGITS = WantedDense("Dense", units=CLASSES, activation=None)


def groups(structure: Structure) -> Mapping[str, tuple[Problem, ...]]:
    """The breaches in each of GROUPS, in that order."""
    layers = tidied(without_input_scaling(structure.layers))
    module, behind = _divided(layers)
    built = Structure(module, structure.input_shape, module[-1].shape if module else ())
    of_module = inception_structure.groups(built, ARGUMENTS) if module else {"module": (Problem("module_missing"),)}
    found = aligned((_LOGITS,), [layer for layer in behind if not isinstance(layer, Flatten)])
    logits = found.layer(_LOGITS)
    replacement = next((layer for layer in found.extra if isinstance(layer, Pooling) and layer.is_global), None)
    flatten, of_logits = [], []
    if replacement is not None:
        flatten.append(Problem("flatten_replaced", {"found": described(replacement)}))
    elif isinstance(logits, Dense) and not logits.on_flat:
        flatten.append(Problem("dense_before_flatten", {"layer": _LOGITS.name}))
    if logits is None:
        of_logits.append(missing_problem(_LOGITS))
    else:
        of_logits += shape_problems(_LOGITS, logits) + activation_problems(_LOGITS.name, logits.activation, None)
        if structure.output_shape != (CLASSES,) and not of_logits and not flatten:
            values = {"found": str(structure.output_shape), "expected": str((CLASSES,))}
            of_logits.append(Problem("output_shape", values))
    return {
        "module": tuple(problem for problems in of_module.values() for problem in problems),
        "flatten": tuple(flatten),
        "logits": tuple(of_logits),
        "nothing_else": tuple(extra_problem(layer) for layer in found.extra if layer is not replacement),
    }


def _divided(layers: Sequence[Layer]) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
    """The module: up to the first concatenation, or where there is none up to what can be no part of one; and the rest."""
    for place, layer in enumerate(layers):
        if isinstance(layer, Concatenation):
            return tuple(layers[: place + 1]), tuple(layers[place + 1 :])
    for place, layer in enumerate(layers):
        is_global = isinstance(layer, Pooling) and layer.is_global
        if is_global or isinstance(layer, Flatten | Dense):
            return tuple(layers[:place]), tuple(layers[place:])
    return tuple(layers), ()
