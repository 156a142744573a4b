"""Matrix products and Einstein sums."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np

from grader.checks.network.errors import UnknownOperation
from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import (
    Arrays,
    Operation,
    check_elements,
    check_multiplications,
    single,
    unbroadcast,
)

_EQUATION = re.compile(r"[A-Za-z]*(,[A-Za-z]*)?->[A-Za-z]*")


def _turned(array: np.ndarray, turn: object) -> np.ndarray:
    return array.swapaxes(-1, -2) if turn else array


def _turns(node: Node) -> tuple[object, object]:
    if node.op == "MatMul":
        return node.attributes.get("transpose_a"), node.attributes.get("transpose_b")
    return node.attributes.get("adj_x"), node.attributes.get("adj_y")


def _matrices(node: Node, inputs: Arrays) -> tuple[np.ndarray, np.ndarray]:
    turn_a, turn_b = _turns(node)
    a, b = inputs
    if min(a.ndim, b.ndim) < 2 or (node.op == "MatMul" and max(a.ndim, b.ndim) > 2):
        raise ValueError(f"product of ranks {a.ndim} and {b.ndim}")
    a, b = _turned(a, turn_a), _turned(b, turn_b)
    shape = (*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1])
    check_elements(node, shape)
    check_multiplications(node, math.prod(shape) * a.shape[-1])
    return a, b


def _product(node: Node, inputs: Arrays) -> np.ndarray:
    a, b = _matrices(node, inputs)
    return a @ b


def _product_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    turn_a, turn_b = _turns(node)
    a, b = _matrices(node, inputs)
    to_a, to_b = upstream @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ upstream
    return [
        _turned(unbroadcast(to_a, a.shape), turn_a),
        _turned(unbroadcast(to_b, b.shape), turn_b),
    ]


def einsum_terms(node: Node) -> tuple[tuple[str, ...], str]:
    """The letters of the inputs' axes and of the output's."""
    equation = str(node.attributes.get("equation", "")).replace(" ", "")
    if not _EQUATION.fullmatch(equation):
        raise UnknownOperation(f"Einsum {equation[:40]}")
    inputs, output = equation.split("->")
    terms = tuple(inputs.split(","))
    if any(len(set(term)) < len(term) for term in (*terms, output)) or not set(output) <= set("".join(terms)):
        raise UnknownOperation(f"Einsum {equation[:40]}")
    return terms, output


def _einsum(node: Node, inputs: Arrays) -> np.ndarray:
    terms, output = einsum_terms(node)
    if len(terms) != len(inputs) or any(len(term) != array.ndim for term, array in zip(terms, inputs, strict=True)):
        raise ValueError("an Einstein sum whose letters are not its inputs' axes")
    extents = {
        letter: extent
        for term, array in zip(terms, inputs, strict=True)
        for letter, extent in zip(term, array.shape, strict=True)
    }
    check_elements(node, [extents[letter] for letter in output])
    check_multiplications(node, math.prod(extents.values()))
    return np.einsum(f"{','.join(terms)}->{output}", *inputs, optimize=True)


def _einsum_back(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    terms, result = einsum_terms(node)
    gradients = []
    for place, (term, array) in enumerate(zip(terms, inputs, strict=True)):
        others = [(terms[other], inputs[other]) for other in range(len(terms)) if other != place]
        known = set(result).union(*(letters for letters, _ in others))
        # An axis that is summed away in this input alone: every cell of it gets the same gradient.
        kept = "".join(letter for letter in term if letter in known)
        equation = f"{','.join([result, *(letters for letters, _ in others)])}->{kept}"
        gradient = np.einsum(equation, upstream, *(other for _, other in others), optimize=True)
        lost = tuple(axis for axis, letter in enumerate(term) if letter not in known)
        gradients.append(np.broadcast_to(np.expand_dims(gradient, lost), array.shape))
    return gradients


PRODUCTS: Mapping[str, Operation] = {
    "MatMul": single(_product, _product_back),
    "BatchMatMul": single(_product, _product_back),
    "BatchMatMulV2": single(_product, _product_back),
    "Einsum": single(_einsum, _einsum_back),
}
