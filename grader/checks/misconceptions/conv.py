"""Misconceptions of the convolution layer, forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from grader.checks.cases import Arrays, Question
from grader.checks.misconceptions.base import Misconception
from grader.checks.oracle import CONVENTIONS, Oracle

FORWARD = ("conv_forward.valid", "conv_forward.same")
SAME = ("conv_forward.same",)

#: Total rows (or columns) of padding for `(size, kernel, stride)`, as other books and libraries have it.
_OTHER_PADDINGS: tuple[Callable[[int, int, int], int], ...] = (
    lambda size, kernel, stride: (size - 1) * stride + kernel - size,  # keeps the size in spite of the stride
    lambda size, kernel, stride: kernel - stride,  # TensorFlow's, as if the stride divided the size
    lambda size, kernel, stride: (size // stride - 1) * stride + kernel - size,  # rounds the output's size down
    lambda size, kernel, stride: kernel,
)


def conventions(question: Question) -> tuple[str, ...]:
    """The amounts of padding that the question's answers may follow."""
    return CONVENTIONS if question.parameters["padding"] == "same" else CONVENTIONS[:1]


def with_inputs(question: Question, **inputs: np.ndarray) -> Question:
    """The question with some arrays replaced."""
    return replace(question, inputs={**question.inputs, **inputs})


def with_parameters(question: Question, **parameters: object) -> Question:
    """The question with some of the layer's settings replaced."""
    merged: Mapping[str, object] = {**question.parameters, **parameters}
    return replace(question, parameters=merged)


def kernel_flipped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    flipped = with_inputs(question, w=question.inputs["w"][:, ::-1, ::-1])
    for convention in conventions(question):
        yield oracle.conv_forward(flipped, convention)


def stride_axes_swapped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    height, width = question.parameters["stride"]  # type: ignore[misc]
    for convention in conventions(question):
        yield oracle.conv_forward(with_parameters(question, stride=[width, height]), convention)


def stride_ignored(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """Windows move by one: the output is too large, or has the right size and the wrong windows."""
    shape = oracle.conv_forward(question)["out"].shape
    for rows, columns in _amounts(question):
        out = _explicitly_padded(oracle, with_parameters(question, stride=[1, 1]), rows, columns)["out"]
        yield {"out": out}
        yield {"out": out[:, : shape[1], : shape[2]]}


def _amounts(question: Question) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Rows above and below, columns left and right, in each accepted amount of padding."""
    if question.parameters["padding"] == "valid":
        yield (0, 0), (0, 0)
        return
    size, kernel = question.inputs["x"].shape[1:3], question.inputs["w"].shape[1:3]
    stride = question.parameters["stride"]
    outputs = [-(-size[axis] // stride[axis]) for axis in (0, 1)]  # type: ignore[index]
    fitting = [max((outputs[axis] - 1) * stride[axis] + kernel[axis] - size[axis], 0) for axis in (0, 1)]  # type: ignore[index]
    for totals in (fitting, [extent - 1 for extent in kernel]):
        rows, columns = ((total // 2, total - total // 2) for total in totals)
        yield rows, columns


def bias_missing(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    for convention in conventions(question):
        yield oracle.conv_forward(with_inputs(question, b=np.zeros_like(question.inputs["b"])), convention)


def bias_once_a_channel(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    channels = question.inputs["x"].shape[-1]
    for convention in conventions(question):
        yield oracle.conv_forward(with_inputs(question, b=question.inputs["b"] * channels), convention)


def averaged_over_window(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    w, b = question.inputs["w"], question.inputs["b"]
    for convention in conventions(question):
        yield oracle.conv_forward(with_inputs(question, w=w / w[0].size), convention)
        plain = oracle.conv_forward(with_inputs(question, b=np.zeros_like(b)), convention)["out"]
        yield {"out": (plain + b) / w[0].size}


def first_channel_only(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    x, w = question.inputs["x"], question.inputs["w"]
    for count in (1, 3):
        if x.shape[-1] > count:
            for convention in conventions(question):
                yield oracle.conv_forward(with_inputs(question, x=x[..., :count], w=w[..., :count]), convention)


def wrong_axis_order(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    for convention in conventions(question):
        out = oracle.conv_forward(question, convention)["out"]
        first = np.moveaxis(out, 3, 1)
        yield {"out": first}
        yield {"out": np.ascontiguousarray(first).reshape(out.shape)}
        yield {"out": np.swapaxes(out, 1, 2)}


def _explicitly_padded(oracle: Oracle, question: Question, rows: tuple[int, int], columns: tuple[int, int]) -> Arrays:
    padded = np.pad(question.inputs["x"], ((0, 0), rows, columns, (0, 0)))
    return oracle.conv_forward(with_parameters(with_inputs(question, x=padded), padding="valid"))


def padded_top_left(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    height, width = (extent - 1 for extent in question.inputs["w"].shape[1:3])
    rows, columns = (height - height // 2, height // 2), (width - width // 2, width // 2)
    yield _explicitly_padded(oracle, question, rows, columns)


def padded_both_sides_alike(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    height, width = question.inputs["w"].shape[1:3]
    for half in (lambda extent: extent // 2, lambda extent: (extent - 1) // 2):
        rows, columns = half(height), half(width)
        yield _explicitly_padded(oracle, question, (rows, rows), (columns, columns))


def two_padding_conventions(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """One amount of padding for rows and the other one for columns."""
    (fitting_rows, fitting_columns), (free_rows, free_columns) = _amounts(question)
    yield _explicitly_padded(oracle, question, fitting_rows, free_columns)
    yield _explicitly_padded(oracle, question, free_rows, fitting_columns)


def third_padding_rule(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """Amounts of padding that are in use elsewhere and that the contract does not know; extra rows bottom and right."""
    size, kernel = question.inputs["x"].shape[1:3], question.inputs["w"].shape[1:3]
    stride = question.parameters["stride"]
    outputs = [-(-size[axis] // stride[axis]) for axis in (0, 1)]  # type: ignore[index]
    for rule in _OTHER_PADDINGS:
        totals = [max(rule(size[axis], kernel[axis], stride[axis]), 0) for axis in (0, 1)]  # type: ignore[index]
        if all(size[axis] + totals[axis] >= kernel[axis] for axis in (0, 1)):
            rows, columns = ((total // 2, total - total // 2) for total in totals)
            out = _explicitly_padded(oracle, question, rows, columns)["out"]
            yield {"out": out}
            if out.shape[1] > outputs[0] or out.shape[2] > outputs[1]:
                yield {"out": out[:, : outputs[0], : outputs[1]]}


def no_padding(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    height, width = question.inputs["w"].shape[1:3]
    if question.inputs["x"].shape[1] >= height and question.inputs["x"].shape[2] >= width:
        yield oracle.conv_forward(with_parameters(question, padding="valid"))


CONV: tuple[Misconception, ...] = (
    Misconception("kernel_flipped", FORWARD, kernel_flipped),
    Misconception("stride_axes_swapped", FORWARD, stride_axes_swapped),
    Misconception("stride_ignored", FORWARD, stride_ignored),
    Misconception("bias_missing", FORWARD, bias_missing),
    Misconception("bias_once_a_channel", FORWARD, bias_once_a_channel),
    Misconception("averaged_over_window", FORWARD, averaged_over_window),
    Misconception("first_channel_only", FORWARD, first_channel_only),
    Misconception("wrong_axis_order", FORWARD, wrong_axis_order),
    Misconception("padded_top_left", SAME, padded_top_left),
    Misconception("padded_both_sides_alike", SAME, padded_both_sides_alike),
    Misconception("two_padding_conventions", SAME, two_padding_conventions),
    Misconception("third_padding_rule", SAME, third_padding_rule),
    Misconception("no_padding", SAME, no_padding),
)
