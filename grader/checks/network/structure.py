"""Reads a network's layers out of its operations, in whichever way it was written."""

from __future__ import annotations

import numpy as np

from grader.checks.network.chain import Chain
from grader.checks.network.dataflow import BATCH, Dataflow
from grader.checks.network.errors import GraphUnreadable, NetworkError
from grader.checks.network.functions import BY_OPERATION, function_name, trial_points
from grader.checks.network.graph import Graph, Node
from grader.checks.network.layers import (
    Addition,
    Concatenation,
    Convolution,
    Dense,
    Layer,
    Normalisation,
    Other,
    Pooling,
    Structure,
)
from grader.checks.network.operations.operation import spatial
from grader.checks.network.operations.products import einsum_terms
from grader.checks.network.operations.reductions import axes_of

CIFAR10_SHAPE = (32, 32, 3)
#: Images of more pixels a side are not what a network here is made for.
_LARGEST_SIDE = 512
#: Operations that an activation written out by hand consists of, at most.
_LONGEST_FUNCTION = 40

_UNCHANGED = frozenset({"Identity", "StopGradient", "PreventGradient", "CheckNumerics", "EnsureShape", "Snapshot"})
_CONCATENATIONS = frozenset({"Concat", "ConcatV2"})
_ADDITIONS = frozenset({"Add", "AddV2", "AddN"})
_RESHAPES = frozenset({"Reshape", "Squeeze", "ExpandDims"})
_PADS = frozenset({"Pad", "PadV2", "MirrorPad"})
_MATRIX_PRODUCTS = frozenset({"MatMul", "BatchMatMul", "BatchMatMulV2"})
_CONVOLUTIONS = frozenset({"Conv2D", "DepthwiseConv2dNative"})
_POOLINGS = {"MaxPool": "max", "AvgPool": "average"}
_REDUCTIONS = {"Max": "max", "Mean": "average"}


def read(graph: Graph, input_shape: tuple[int, int, int] | None = None) -> Structure:
    """The layers from input to output, for images of `input_shape` (H, W, C).

    The shape is by default the input's own as the graph tells it, else (32, 32, 3). Raises UnknownOperation or
    GraphUnreadable where the graph cannot be computed.
    """
    shape = input_shape or _told_shape(graph) or CIFAR10_SHAPE
    flow = Dataflow.of(graph, shape)
    try:
        layers = _Reader(flow).layers(graph.input, graph.output.name)
    except NetworkError:
        raise
    except RecursionError as error:
        raise GraphUnreadable("branches lie too deep within branches") from error
    except (IndexError, ValueError) as error:
        # Attributes are whatever a student's process said; some are looked at here for the first time.
        raise GraphUnreadable("no layers can be made out in it") from error
    return Structure(layers, shape, flow.shape(graph.output.name)[1:])


def _told_shape(graph: Graph) -> tuple[int, int, int] | None:
    shape = graph.nodes[graph.input].attributes.get("shape")
    if not isinstance(shape, tuple) or len(shape) != 4:
        return None
    height, width, channels = shape[1:]
    if all(isinstance(extent, int) and 1 <= extent <= _LARGEST_SIDE for extent in shape[1:]):
        return height, width, channels
    return None


class _Reader:
    def __init__(self, flow: Dataflow):
        self._flow = flow
        self._known: dict[tuple[str, str], tuple[Layer, ...]] = {}

    def layers(self, fork: str, end: str) -> tuple[Layer, ...]:
        """The layers after node `fork`, up to and with node `end`."""
        if (fork, end) not in self._known:
            chain = Chain()
            for start, node in self._steps(fork, end):
                if start is None:
                    self._one(chain, node)
                else:
                    self._join(chain, node, start)
            self._known[fork, end] = chain.layers()
        return self._known[fork, end]

    def _steps(self, fork: str, end: str) -> list[tuple[str | None, Node]]:
        """Nodes one after the other; one that joins several ways comes with the node at which they forked."""
        steps: list[tuple[str | None, Node]] = []
        while end != fork:
            node = self._flow.graph.nodes[end]
            joins = len(self._flow.taken(node)) > 1
            end = self._flow.forks[end]
            steps.append((end if joins else None, node))
        return steps[::-1]

    def _join(self, chain: Chain, node: Node, fork: str) -> None:
        flow = self._flow
        shape = flow.shape(node.name)
        if node.op not in _CONCATENATIONS:
            inside = flow.between(fork, node.name)
            if (name := self._function(inside, fork)) is not None:
                chain.activation(name, shape)
                return
            if _is_normalisation(inside):
                chain.add(Normalisation(kind="layer", shape=shape[1:]))
                return
        if node.op in _CONCATENATIONS:
            axis = int(flow.constants(node)[0]) % len(shape)
            chain.add(
                Concatenation(
                    branches=_spliced(Concatenation, self._branches(fork, node)),
                    on_channels=axis == len(shape) - 1,
                    shape=shape[1:],
                )
            )
        elif node.op in _ADDITIONS:
            chain.add(Addition(branches=_spliced(Addition, self._branches(fork, node)), shape=shape[1:]))
        else:
            chain.add(Other(op=node.op, shape=shape[1:]))

    def _branches(self, fork: str, join: Node) -> tuple[tuple[Layer, ...], ...]:
        return tuple(self.layers(fork, taken) for taken in self._flow.taken(join))

    def _function(self, nodes: list[Node], fork: str) -> str | None:
        """The name of the activation that `nodes` compute together, by its values; None where they are none."""
        if len(nodes) > _LONGEST_FUNCTION or any(node.op in _CONVOLUTIONS or node.op in _POOLINGS for node in nodes):
            return None
        if any(source.name in self._flow.trained for node in nodes for source in node.inputs):
            return "prelu" if {"Relu", "Maximum"} & {node.op for node in nodes} and len(nodes) <= 8 else None
        points = trial_points(self._flow.shape(fork))
        return function_name(points, self._flow.recomputed(nodes, fork, points))

    def _one(self, chain: Chain, node: Node) -> None:
        """A node that takes one thing that depends on the images."""
        flow = self._flow
        source = flow.taken(node)[0]
        taken, shape, constants = flow.shape(source), flow.shape(node.name), flow.constants(node)
        first = node.inputs[0].name == source
        op = node.op
        if op in _UNCHANGED or (op == "Cast" and flow.computed[node.name][0].dtype.kind == "f"):
            return
        if op in BY_OPERATION:
            chain.activation(BY_OPERATION[op], shape)
        elif op in _CONVOLUTIONS and first:
            chain.convolution(_convolution(node, constants[0], taken, shape), taken)
        elif op in _POOLINGS:
            chain.pooling(_pooling(node, taken, shape))
        elif (
            op in _REDUCTIONS and len(taken) == 4 and axes_of(node, [flow.computed[source][0], constants[0]]) == (1, 2)
        ):
            whole = (taken[1], taken[2])
            kind = _REDUCTIONS[op]
            chain.pooling(
                Pooling(kind=kind, size=whole, strides=whole, padding="valid", is_global=True, shape=shape[1:])
            )
        elif (dense := _dense(node, constants, taken, shape, first)) is not None:
            chain.add(dense)
        elif op in _RESHAPES and first:
            chain.reshape(op, taken, shape)
        elif op == "Transpose":
            if list(constants[0] % len(taken)) != list(range(len(taken))):
                chain.turn()
        elif op in _PADS and first:
            chain.padding(taken)
        elif op == "SpaceToBatchND" and len(taken) == 4 and constants[0].size == 2:
            chain.interleave((int(constants[0][0]), int(constants[0][1])), taken)
        elif op == "BatchToSpaceND":
            chain.restore(shape)
        elif op.startswith("FusedBatchNorm"):
            chain.add(Normalisation(kind="batch", shape=shape[1:]))
        elif op == "BiasAdd" or op in _ADDITIONS or (op == "Sub" and first):
            chain.offset(constants[0] if len(constants) == 1 else np.zeros((0,)), shape)
        elif op == "Mul" or (op in ("RealDiv", "Div") and first):
            chain.factor(constants[0], shape, trained=any(source.name in flow.trained for source in node.inputs))
        elif (name := self._function([node], source)) is not None:
            chain.activation(name, shape)
        else:
            chain.add(Other(op=op, shape=shape[1:]))


def _convolution(node: Node, kernel: np.ndarray, taken: tuple[int, ...], shape: tuple[int, ...]) -> Convolution:
    depthwise = node.op != "Conv2D"
    return Convolution(
        kernel=(kernel.shape[0], kernel.shape[1]),
        filters=shape[3],
        strides=spatial(node, "strides"),
        padding=str(node.attributes.get("padding", "")).lower(),
        dilation=spatial(node, "dilations", 1),
        channels=taken[3],
        depthwise=depthwise or kernel.shape[2] != taken[3],
        shape=shape[1:],
    )


def _pooling(node: Node, taken: tuple[int, ...], shape: tuple[int, ...]) -> Pooling:
    padding = str(node.attributes.get("padding", "")).lower()
    size = spatial(node, "ksize")
    whole = size == taken[1:3] and shape[1:3] == (1, 1)
    return Pooling(kind=_POOLINGS[node.op], size=size, strides=spatial(node, "strides"), padding=padding,
                   is_global=whole, shape=shape[1:])  # fmt: skip


def _dense(
    node: Node, constants: list[np.ndarray], taken: tuple[int, ...], shape: tuple[int, ...], first: bool
) -> Dense | None:
    """A product with a constant matrix over the last axis, or None where that is not what `node` is."""
    if len(constants) != 1 or constants[0].ndim != 2 or not first:
        return None
    if node.op == "Einsum":
        (letters, matrix), output = einsum_terms(node)
        if output != letters[:-1] + output[-1:] or set(matrix) != {letters[-1], output[-1]}:
            return None
    elif node.op not in _MATRIX_PRODUCTS or node.attributes.get("transpose_a") or node.attributes.get("adj_x"):
        return None
    on_flat = len(taken) == 2 and taken[0] == BATCH
    return Dense(units=shape[-1], features=taken[-1], on_flat=on_flat, shape=shape[1:])


def _is_normalisation(nodes: list[Node]) -> bool:
    ops = {node.op for node in nodes}
    return "Mean" in ops and bool(ops & {"Rsqrt", "Sqrt"}) and not ops & (_CONVOLUTIONS | _MATRIX_PRODUCTS)


def _spliced(
    kind: type[Concatenation] | type[Addition], branches: tuple[tuple[Layer, ...], ...]
) -> tuple[tuple[Layer, ...], ...]:
    """Branches of a join that is nothing but a branch of another of its kind belong to that one."""
    spliced: list[tuple[Layer, ...]] = []
    for branch in branches:
        inner = branch[0] if len(branch) == 1 else None
        on_channels = isinstance(inner, Addition) or (isinstance(inner, Concatenation) and inner.on_channels)
        if (
            isinstance(inner, Concatenation | Addition)
            and isinstance(inner, kind)
            and on_channels
            and not inner.activation
        ):
            spliced.extend(inner.branches)
        else:
            spliced.append(branch)
    return tuple(spliced)
