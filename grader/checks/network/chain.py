"""Puts operations that follow one another together to layers: a bias and an activation belong to the layer before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.checks.network.dataflow import BATCH
from grader.checks.network.layers import (
    Activation,
    Convolution,
    Dense,
    Flatten,
    Layer,
    Normalisation,
    Other,
    Pooling,
    Scaling,
)

Shape = tuple[int, ...]


class Chain:
    """Layers so far, and operations that only tell something about the next one."""

    def __init__(self) -> None:
        self._layers: list[Layer] = []
        #: A padding operation's input shape, until the layer that it is for.
        self._padded: Shape | None = None
        #: What is convolved as interleaved images: the block's extents and the shape before.
        self._interleaved: tuple[tuple[int, int], Shape] | None = None
        self._turned = False

    def layers(self) -> tuple[Layer, ...]:
        """All layers; what waited for a further one is told as an operation."""
        self._settle()
        return tuple(self._layers)

    def add(self, layer: Layer) -> None:
        self._settle()
        self._layers.append(layer)

    def activation(self, name: str, shape: Shape) -> None:
        if name == "linear":
            return
        self._settle()
        if self._layers and not isinstance(self._layers[-1], Scaling):
            self._layers[-1] = replace(self._layers[-1], activation=(*self._layers[-1].activation, name))
        else:
            self._layers.append(Activation(shape=shape[1:], activation=(name,)))

    def convolution(self, layer: Convolution, taken: Shape) -> None:
        """`taken` is the shape that the operation itself takes, `layer` as the operation tells it."""
        if self._interleaved is not None:
            block, _ = self._interleaved
            self._layers.append(replace(layer, dilation=block))
            return
        if self._padded is not None and layer.padding == "valid":
            kept = layer.shape[:2] == self._padded[1:3] and layer.strides == (1, 1)
            layer = replace(layer, padding="same" if kept else "explicit")
            self._padded = None
        self.add(layer)

    def pooling(self, layer: Pooling) -> None:
        if self._padded is not None and layer.padding == "valid" and not layer.is_global:
            kept = layer.shape[:2] == self._padded[1:3] and layer.strides == (1, 1)
            layer = replace(layer, padding="same" if kept else "explicit")
            self._padded = None
        self.add(layer)

    def padding(self, taken: Shape) -> None:
        self._settle()
        self._padded = taken

    def interleave(self, block: tuple[int, int], taken: Shape) -> None:
        self._settle()
        self._interleaved = (block, taken)

    def restore(self, shape: Shape) -> None:
        """Interleaved images are put together again."""
        if self._interleaved is None or not self._layers or not isinstance(self._layers[-1], Convolution):
            self.add(Other(op="BatchToSpaceND", shape=shape[1:]))
            return
        _, taken = self._interleaved
        padding = "same" if shape[1:3] == taken[1:3] else "valid"
        self._layers[-1] = replace(self._layers[-1], shape=shape[1:], padding=padding)
        self._interleaved = None

    def turn(self) -> None:
        """Axes change places: before flattening that only renumbers the features."""
        self._settle()
        self._turned = True

    def reshape(self, op: str, taken: Shape, shape: Shape) -> None:
        if taken == shape:
            return
        if len(taken) > 2 and taken[0] == BATCH and shape == (BATCH, int(np.prod(taken[1:]))):
            self._turned = False
            self._settle()
            if not (self._layers and isinstance(self._layers[-1], Pooling) and self._layers[-1].is_global):
                self._layers.append(Flatten(shape=shape[1:]))
            return
        self._settle()
        if shape and taken and shape[-1] == taken[-1]:
            # Rows of features, for a matrix product at every place, and back again.
            if shape[0] == BATCH and self._layers and isinstance(self._layers[-1], Dense):
                self._layers[-1] = replace(self._layers[-1], shape=shape[1:])
            return
        self._layers.append(Other(op=op, shape=shape[1:]))

    def offset(self, constant: np.ndarray, shape: Shape) -> None:
        """A constant is added: a bias behind a layer that has none yet, else a part of a normalisation or a scaling."""
        self._settle()
        last = self._layers[-1] if self._layers else None
        by_channel = _is_by_channel(constant, shape)
        bare = isinstance(last, Convolution | Dense) and not last.bias and not last.activation
        if bare and (by_channel or constant.size == 1):
            self._layers[-1] = replace(last, bias=True)  # type: ignore[arg-type, call-arg]
        elif not (by_channel and isinstance(last, Normalisation) and not last.activation):
            self._scale(shape)

    def factor(self, constant: np.ndarray, shape: Shape, trained: bool) -> None:
        """Everything is multiplied by a constant: one number for each channel is a normalisation."""
        self._settle()
        inside = any(not isinstance(layer, Scaling) for layer in self._layers)
        if constant.size > 1 and _is_by_channel(constant, shape) and (trained or inside):
            self._layers.append(Normalisation(kind="batch", shape=shape[1:]))
        else:
            self._scale(shape)

    def _scale(self, shape: Shape) -> None:
        if not (self._layers and isinstance(self._layers[-1], Scaling)):
            self._layers.append(Scaling(shape=shape[1:]))

    def _settle(self) -> None:
        if self._padded is not None:
            self._layers.append(Other(op="Pad", shape=self._padded[1:]))
            self._padded = None
        if self._interleaved is not None:
            self._layers.append(Other(op="SpaceToBatchND", shape=self._interleaved[1][1:]))
            self._interleaved = None
        if self._turned:
            self._layers.append(Other(op="Transpose", shape=()))
            self._turned = False


def _is_by_channel(constant: np.ndarray, shape: Shape) -> bool:
    return constant.ndim >= 1 and bool(shape) and constant.shape[-1] == constant.size == shape[-1]
