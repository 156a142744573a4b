"""Every operation that the grader can compute, by TensorFlow's name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from grader.checks.network.operations.activations import ACTIVATIONS
from grader.checks.network.operations.elementwise import ELEMENTWISE
from grader.checks.network.operations.normalisation import NORMALISATIONS
from grader.checks.network.operations.operation import Operation
from grader.checks.network.operations.parts import PARTS
from grader.checks.network.operations.products import PRODUCTS
from grader.checks.network.operations.reductions import REDUCTIONS
from grader.checks.network.operations.shapes import SHAPES


def _on_windows() -> Mapping[str, Operation]:
    """Convolutions and poolings: in NumPy; where that is missing, as in what students receive, by TensorFlow."""
    if find_spec("grader.checks.network.operations.convolution") is None:
        from grader.checks.network.operations import elsewhere

        return {**elsewhere.CONVOLUTIONS, **elsewhere.POOLINGS}
    from grader.checks.network.operations.convolution import CONVOLUTIONS
    from grader.checks.network.operations.pooling import POOLINGS

    return {**CONVOLUTIONS, **POOLINGS}


#: Const and the input's node are not in it: they are where values come from.
OPERATIONS: Mapping[str, Operation] = {
    **ELEMENTWISE,
    **ACTIVATIONS,
    **_on_windows(),
    **REDUCTIONS,
    **PRODUCTS,
    **NORMALISATIONS,
    **SHAPES,
    **PARTS,
}
