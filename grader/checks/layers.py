"""The six checks of Part 1."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks import ties
from grader.checks.cases import Arrays, Case
from grader.checks.layer_check import LayerCheck

#: Name of the accepted answer where there is only one.
CONTRACT = "contract"
#: A max-pool slip that the rubric prices: every tied cell gets all of the gradient.
EVERY_TIE = "whole_gradient_to_every_tie"

#: The case classes, in the order in which they are asked.
_CONV_GROUPS: Mapping[str, tuple[str, ...]] = {
    "valid": (
        "unit_stride", "kernel_1x1", "non_square", "channels_and_filters", "strides", "partial_windows",
        "kernel_below_stride",
    ),
    "same": (
        "odd_kernel", "even_kernel", "kernel_1x1", "non_square", "channels_and_filters", "strides", "partial_windows",
        "kernel_below_stride",
    ),
}  # fmt: skip
_POOL_GROUPS = (
    "square_windows", "window_1x1", "non_square", "strides", "overlapping", "partial_windows", "window_below_stride",
    "channels", "negative",
)  # fmt: skip


def _conv(direction: str, padding: str) -> LayerCheck:
    backward = direction == "backward"
    return LayerCheck(
        name=f"conv_{direction}.{padding}",
        function=f"conv_{direction}",
        forward="conv_forward",
        groups=_CONV_GROUPS[padding],
        inputs=("dout", "x", "w", "b") if backward else ("x", "w", "b"),
        outputs=("dx", "dw", "db") if backward else ("out",),
    )


def _max_pool(direction: str) -> LayerCheck:
    backward = direction == "backward"
    return LayerCheck(
        name=f"max_pool_{direction}",
        function=f"max_pool_{direction}",
        forward="max_pool_forward",
        # Only the backward pass meets ties: forward, they change nothing.
        groups=(*_POOL_GROUPS, "ties") if backward else _POOL_GROUPS,
        inputs=("dout", "x") if backward else ("x",),
        outputs=("dx",) if backward else ("out",),
        measure=_distance_to_subgradients if backward else None,
    )


def _distance_to_subgradients(answer: str, got: Arrays, case: Case) -> Mapping[str, float] | None:
    """With ties every subgradient is right, so the distance to that set takes the place of the error."""
    if answer != CONTRACT or EVERY_TIE not in case.answers:
        return None
    return {"dx": ties.subgradient_violation(got["dx"], case.answers[EVERY_TIE]["dx"], case.question)}


LAYER_CHECKS: tuple[LayerCheck, ...] = (
    _conv("forward", "valid"),
    _conv("forward", "same"),
    _max_pool("forward"),
    _conv("backward", "valid"),
    _conv("backward", "same"),
    _max_pool("backward"),
)
