"""Layers that a contract wants, and in what a layer that was found differs from one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.checks.network.alignment import align
from grader.checks.network.layers import (
    Convolution,
    Dense,
    Flatten,
    Layer,
    Normalisation,
    Pooling,
    Scaling,
    described,
    extent,
)
from grader.model.evidence import Problem

#: Taking the largest of several numbers before or after these gives the same.
_MONOTONE = frozenset({"relu", "relu6", "leaky_relu", "elu", "selu", "sigmoid", "tanh", "softplus", "softsign"})
_NOT_BY_ELEMENT = frozenset({"softmax", "log_softmax"})


@dataclass(frozen=True, slots=True)
class WantedConvolution:
    """`name` is what the layer is called in a sentence; strides and dilation of 1 are wanted of all."""

    name: str
    kernel: int
    filters: int


@dataclass(frozen=True, slots=True)
class WantedPooling:
    """Max pooling; of its stride the contract that wants it decides."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class WantedDense:
    """`activation` is None for a linear layer."""

    name: str
    units: int
    activation: str | None


Wanted = WantedConvolution | WantedPooling | WantedDense


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which found layer stands for which wanted one.

    `swapped` are wanted layers that are there, but not in their place; they are in `pairs` too.
    """

    pairs: tuple[tuple[Wanted, Layer], ...]
    missing: tuple[Wanted, ...]
    extra: tuple[Layer, ...]
    swapped: tuple[Wanted, ...]
    cost: float

    def layer(self, wanted: Wanted) -> Layer | None:
        return next((layer for own, layer in self.pairs if own is wanted), None)


def aligned(wanted: Sequence[Wanted], layers: Sequence[Layer]) -> Alignment:
    """Pairs by kind, in order, with as little difference as can be; then what is left over out of order."""
    found, cost = align(wanted, layers, _difference)
    pairs = [(own, layer) for own, layer in found if own is not None and layer is not None]
    extra = [layer for own, layer in found if own is None and layer is not None]
    missing, swapped = [], []
    for own in [own for own, layer in found if own is not None and layer is None]:
        elsewhere = next((layer for layer in extra if _difference(own, layer) is not None), None)
        if elsewhere is None:
            missing.append(own)
        else:
            extra = [layer for layer in extra if layer is not elsewhere]
            pairs.append((own, elsewhere))
            swapped.append(own)
    return Alignment(tuple(pairs), tuple(missing), tuple(extra), tuple(swapped), cost)


def _difference(wanted: Wanted, layer: Layer) -> float | None:
    match wanted, layer:
        case WantedConvolution(), Convolution():
            return 3.0 * (layer.kernel != (wanted.kernel,) * 2) + 2.0 * (layer.filters != wanted.filters)
        case WantedPooling(), Pooling():
            return (
                1.0 * (layer.size != (wanted.size,) * 2)
                + 1.0 * (layer.kind != "max" and not layer.is_global)
                + 3.0 * layer.is_global
            )
        case WantedDense(), Dense():
            return 2.0 * (layer.units != wanted.units) + 0.5 * (("relu" in layer.activation) != bool(wanted.activation))
    return None


def shape_problems(wanted: Wanted, layer: Layer) -> list[Problem]:
    """In what the layer's own numbers differ; activations, strides and places are told elsewhere."""
    match wanted, layer:
        case WantedConvolution(), Convolution():
            problems = [] if not layer.depthwise else [Problem("depthwise", {"layer": wanted.name})]
            if layer.kernel != (wanted.kernel,) * 2:
                problems.append(
                    _differs("kernel_size", wanted.name, extent(layer.kernel), extent((wanted.kernel,) * 2))
                )
            if layer.filters != wanted.filters:
                problems.append(_differs("filters", wanted.name, layer.filters, wanted.filters))
            if layer.dilation != (1, 1):
                problems.append(_differs("dilation", wanted.name, extent(layer.dilation), "1x1"))
            return problems
        case WantedPooling(), Pooling():
            if layer.is_global:
                return [Problem("pool_global", {"layer": wanted.name, "found": described(layer)})]
            problems = []
            if layer.kind != "max":
                problems.append(_differs("pool_kind", wanted.name, layer.kind, "max"))
            if layer.size != (wanted.size,) * 2:
                problems.append(_differs("pool_size", wanted.name, extent(layer.size), extent((wanted.size,) * 2)))
            return problems
        case WantedDense(), Dense() if layer.units != wanted.units:
            return [_differs("units", wanted.name, layer.units, wanted.units)]
    return []


def stride_problems(wanted: Wanted, layer: Layer, stride: int) -> list[Problem]:
    """Where the layer moves on by other than `stride` cells."""
    if isinstance(layer, Convolution | Pooling) and layer.strides != (stride, stride):
        is_global = isinstance(layer, Pooling) and layer.is_global
        return [] if is_global else [_differs("strides", wanted.name, extent(layer.strides), extent((stride, stride)))]
    return []


def activation_problems(name: str, activation: Sequence[str], wanted: str | None) -> list[Problem]:
    """Where other than the one activation that is wanted (None: none at all) follows the layer called `name`."""
    if wanted is None:
        return [
            Problem("softmax_at_end", {"layer": name})
            if found == "softmax"
            else Problem("activation_unwanted", {"layer": name, "found": found})
            for found in activation
        ]
    if not activation:
        return [Problem("activation_missing", {"layer": name, "expected": wanted})]
    if tuple(activation) != (wanted,):
        return [_differs("activation_other", name, ", ".join(activation), wanted)]
    return []


def tidied(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers with every activation at the layer that it does something for.

    An activation behind flattening, a normalisation or max pooling is moved to the layer before: behind the first and
    the last of these it computes the same there, and behind a normalisation it is meant for the layer that is normalised.
    Of two ReLUs in a row one is left.
    """
    tidy = list(layers)
    for place in range(len(tidy) - 1, 0, -1):
        layer, before = tidy[place], tidy[place - 1]
        if layer.activation and _passes(layer) and not isinstance(before, Scaling):
            tidy[place] = replace(layer, activation=())
            tidy[place - 1] = replace(before, activation=(*before.activation, *layer.activation))
    return tuple(replace(layer, activation=_without_repetition(layer.activation)) for layer in tidy)


def _passes(layer: Layer) -> bool:
    if isinstance(layer, Pooling):
        return layer.kind == "max" and set(layer.activation) <= _MONOTONE
    return isinstance(layer, Flatten | Normalisation) and not set(layer.activation) & _NOT_BY_ELEMENT


def _without_repetition(activation: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        name for place, name in enumerate(activation) if not (place and name == "relu" == activation[place - 1])
    )


def without_input_scaling(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Scaling of the images before the first layer is nobody's business."""
    start = 0
    while start < len(layers) and isinstance(layers[start], Scaling):
        start += 1
    return tuple(layers[start:])


def missing_problem(wanted: Wanted) -> Problem:
    return Problem("layer_missing", {"layer": wanted.name})


def extra_problem(layer: Layer) -> Problem:
    return Problem("layer_extra", {"layer": described(layer)})


def order_problem(wanted: Wanted) -> Problem:
    return Problem("order_swapped", {"layer": wanted.name})


def _differs(id_: str, layer: str, found: object, expected: object) -> Problem:
    return Problem(id_, {"layer": layer, "found": found, "expected": expected})
