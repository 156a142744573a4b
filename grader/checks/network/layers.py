"""The layers that a person would name in a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """`shape` is the output's without the batch axis; `activation` what is applied to it, in order (``relu``)."""

    shape: tuple[int, ...]
    activation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution(Layer):
    """`kernel`, `strides` and `dilation` are (height, width); `padding` is ``valid``, ``same`` or ``explicit``."""

    kernel: tuple[int, int]
    filters: int
    strides: tuple[int, int]
    padding: str
    dilation: tuple[int, int]
    channels: int
    bias: bool = False
    depthwise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooling(Layer):
    """`kind` is ``max`` or ``average``; a global one has the whole image as its window."""

    kind: str
    size: tuple[int, int]
    strides: tuple[int, int]
    padding: str
    is_global: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense(Layer):
    """Not `on_flat` where it is applied at every place of an image: then it is a 1x1 convolution."""

    units: int
    features: int
    on_flat: bool
    bias: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten(Layer):
    """Images become vectors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concatenation(Layer):
    """Branches from one tensor, put side by side. A branch without layers is that tensor itself."""

    branches: tuple[tuple[Layer, ...], ...]
    on_channels: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition(Layer):
    """Branches from one tensor, added up: a residual block, as a rule."""

    branches: tuple[tuple[Layer, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalisation(Layer):
    """`kind` is ``batch`` or ``layer``."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling(Layer):
    """Every value times or plus a constant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation(Layer):
    """An activation with no layer before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other(Layer):
    """Something else; `op` is the operation's type."""

    op: str


@dataclass(frozen=True, slots=True)
class Structure:
    """The layers from input to output. Shapes are (H, W, C), and that of the output, without the batch axis."""

    layers: tuple[Layer, ...]
    input_shape: tuple[int, int, int]
    output_shape: tuple[int, ...]


def described(layer: Layer) -> str:
    """A layer in the words of code, for a sentence in any language: ``Conv2D(8, 9x9)``."""
    match layer:
        case Convolution():
            name = "DepthwiseConv2D" if layer.depthwise else "Conv2D"
            return f"{name}({layer.filters}, {extent(layer.kernel)})"
        case Pooling(is_global=True):
            return f"Global{layer.kind.capitalize()}Pooling2D"
        case Pooling():
            return f"{layer.kind.capitalize()}Pooling2D({extent(layer.size)})"
        case Dense():
            return f"Dense({layer.units})"
        case Normalisation():
            return f"{layer.kind.capitalize()}Normalization"
        case Concatenation():
            return f"Concatenate({len(layer.branches)})"
        case Addition():
            return f"Add({len(layer.branches)})"
        case Activation():
            return f"Activation({', '.join(layer.activation)})"
        case Other():
            return layer.op
    return type(layer).__name__


def extent(pair: tuple[int, int]) -> str:
    """(3, 5) as ``3x5``."""
    return f"{pair[0]}x{pair[1]}"


def every_layer(layers: tuple[Layer, ...]) -> Iterator[Layer]:
    """All layers in order, those of branches before what joins them."""
    for layer in layers:
        if isinstance(layer, Concatenation | Addition):
            for branch in layer.branches:
                yield from every_layer(branch)
        yield layer
