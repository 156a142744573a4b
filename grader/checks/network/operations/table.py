"""Every operation that the grader can compute, by TensorFlow's name."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.network.operations.activations import ACTIVATIONS
from grader.checks.network.operations.convolution import CONVOLUTIONS
from grader.checks.network.operations.elementwise import ELEMENTWISE
from grader.checks.network.operations.normalisation import NORMALISATIONS
from grader.checks.network.operations.operation import Operation
from grader.checks.network.operations.parts import PARTS
from grader.checks.network.operations.pooling import POOLINGS
from grader.checks.network.operations.products import PRODUCTS
from grader.checks.network.operations.reductions import REDUCTIONS
from grader.checks.network.operations.shapes import SHAPES

#: Const and the input's node are not in it: they are where values come from.
OPERATIONS: Mapping[str, Operation] = {
    **ELEMENTWISE,
    **ACTIVATIONS,
    **CONVOLUTIONS,
    **POOLINGS,
    **REDUCTIONS,
    **PRODUCTS,
    **NORMALISATIONS,
    **SHAPES,
    **PARTS,
}
