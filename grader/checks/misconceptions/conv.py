"""Misconceptions of the convolution layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from grader.checks.cases import Arrays, Question
from grader.checks.misconceptions.base import Misconception
from grader.checks.oracle import CONVENTIONS, Oracle

FORWARD = ("conv_forward.valid", "conv_forward.same")
BACKWARD = ("conv_backward.valid", "conv_backward.same")
SAME = ("conv_forward.same",)


def _conventions(question: Question) -> tuple[str, ...]:
    return CONVENTIONS if question.parameters["padding"] == "same" else CONVENTIONS[:1]


def _with(question: Question, **inputs: np.ndarray) -> Question:
    return replace(question, inputs={**question.inputs, **inputs})


def _set(question: Question, **parameters: object) -> Question:
    merged: Mapping[str, object] = {**question.parameters, **parameters}
    return replace(question, parameters=merged)


def kernel_flipped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    flipped = _with(question, w=question.inputs["w"][:, ::-1, ::-1])
    for convention in _conventions(question):
        yield oracle.conv_forward(flipped, convention)


def stride_axes_swapped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    height, width = question.parameters["stride"]  # type: ignore[misc]
    for convention in _conventions(question):
        yield oracle.conv_forward(_set(question, stride=[width, height]), convention)


def stride_ignored(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    yield oracle.conv_forward(_set(question, stride=[1, 1]))


def bias_missing(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    for convention in _conventions(question):
        yield oracle.conv_forward(_with(question, b=np.zeros_like(question.inputs["b"])), convention)


def bias_once_a_channel(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    channels = question.inputs["x"].shape[-1]
    for convention in _conventions(question):
        yield oracle.conv_forward(_with(question, b=question.inputs["b"] * channels), convention)


def averaged_over_window(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    w, b = question.inputs["w"], question.inputs["b"]
    for convention in _conventions(question):
        yield oracle.conv_forward(_with(question, w=w / w[0].size), convention)
        plain = oracle.conv_forward(_with(question, b=np.zeros_like(b)), convention)["out"]
        yield {"out": (plain + b) / w[0].size}


def first_channel_only(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    x, w = question.inputs["x"], question.inputs["w"]
    for count in (1, 3):
        if x.shape[-1] > count:
            for convention in _conventions(question):
                yield oracle.conv_forward(_with(question, x=x[..., :count], w=w[..., :count]), convention)


def wrong_axis_order(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    for convention in _conventions(question):
        out = oracle.conv_forward(question, convention)["out"]
        first = np.moveaxis(out, 3, 1)
        yield {"out": first}
        yield {"out": np.ascontiguousarray(first).reshape(out.shape)}
        yield {"out": np.swapaxes(out, 1, 2)}


def _explicitly_padded(oracle: Oracle, question: Question, rows: tuple[int, int], columns: tuple[int, int]) -> Arrays:
    padded = np.pad(question.inputs["x"], ((0, 0), rows, columns, (0, 0)))
    return oracle.conv_forward(_set(_with(question, x=padded), padding="valid"))


def padded_top_left(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    height, width = (extent - 1 for extent in question.inputs["w"].shape[1:3])
    rows, columns = (height - height // 2, height // 2), (width - width // 2, width // 2)
    yield _explicitly_padded(oracle, question, rows, columns)


def padded_both_sides_alike(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    height, width = question.inputs["w"].shape[1:3]
    for half in (lambda extent: extent // 2, lambda extent: (extent - 1) // 2):
        rows, columns = half(height), half(width)
        yield _explicitly_padded(oracle, question, (rows, rows), (columns, columns))


def no_padding(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    height, width = question.inputs["w"].shape[1:3]
    if question.inputs["x"].shape[1] >= height and question.inputs["x"].shape[2] >= width:
        yield oracle.conv_forward(_set(question, padding="valid"))


def batch_averaged(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    batch = question.inputs["x"].shape[0]
    for convention in _conventions(question):
        gradients = oracle.conv_backward(question, convention)
        yield {"dw": gradients["dw"] / batch, "db": gradients["db"] / batch}
        yield {"db": gradients["db"] / batch}
        yield {"dw": gradients["dw"] / batch}


def db_averaged(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    yield {"db": question.inputs["dout"].mean(axis=(0, 1, 2))}
    yield {"db": question.inputs["dout"].mean(axis=0).sum(axis=(0, 1))}


def db_counted(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    dout = question.inputs["dout"]
    yield {"db": np.full(dout.shape[-1], float(np.prod(dout.shape[:3])))}


def db_zero(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    yield {"db": np.zeros_like(question.inputs["b"])}


def dx_kernel_flipped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    flipped = _with(question, w=question.inputs["w"][:, ::-1, ::-1])
    for convention in _conventions(question):
        yield {"dx": oracle.conv_backward(flipped, convention)["dx"]}


def dw_kernel_flipped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    for convention in _conventions(question):
        yield {"dw": oracle.conv_backward(question, convention)["dw"][:, ::-1, ::-1]}


def dx_overwritten(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """The last window that covers a cell wins (``=`` where ``+=`` belongs), with valid padding or stride-free `same`."""
    x, w, dout = (question.inputs[name] for name in ("x", "w", "dout"))
    stride_h, stride_w = question.parameters["stride"]  # type: ignore[misc]
    top, left = 0, 0
    shape = list(x.shape)
    if question.parameters["padding"] == "same":
        top, left = (w.shape[1] - 1) // 2, (w.shape[2] - 1) // 2
        shape[1], shape[2] = shape[1] + w.shape[1] - 1, shape[2] + w.shape[2] - 1
    dx = np.zeros(shape)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            rows = slice(i * stride_h, i * stride_h + w.shape[1])
            columns = slice(j * stride_w, j * stride_w + w.shape[2])
            dx[:, rows, columns] = np.tensordot(dout[:, i, j], w, 1)
    yield {"dx": dx[:, top : top + x.shape[1], left : left + x.shape[2]]}


def dx_not_cropped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    x, w = question.inputs["x"], question.inputs["w"]
    height, width = w.shape[1] - 1, w.shape[2] - 1
    padded = np.pad(x, ((0, 0), (height // 2, height - height // 2), (width // 2, width - width // 2), (0, 0)))
    yield {"dx": oracle.conv_backward(_set(_with(question, x=padded), padding="valid"))["dx"]}


def dx_crop_empty(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """``dx[:, p:-p]`` with p = 0 keeps nothing."""
    x, w = question.inputs["x"], question.inputs["w"]
    empty_h, empty_w = w.shape[1] == 1, w.shape[2] == 1
    if empty_h or empty_w:
        yield {"dx": np.zeros((x.shape[0], 0 if empty_h else x.shape[1], 0 if empty_w else x.shape[2], x.shape[3]))}


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
    Misconception("no_padding", SAME, no_padding),
    Misconception("batch_averaged", BACKWARD, batch_averaged),
    Misconception("db_averaged", BACKWARD, db_averaged),
    Misconception("db_counted", BACKWARD, db_counted),
    Misconception("db_zero", BACKWARD, db_zero),
    Misconception("dx_kernel_flipped", BACKWARD, dx_kernel_flipped),
    Misconception("dw_kernel_flipped", BACKWARD, dw_kernel_flipped),
    Misconception("dx_overwritten", BACKWARD, dx_overwritten),
    Misconception("dx_not_cropped", ("conv_backward.same",), dx_not_cropped),
    Misconception("dx_crop_empty", ("conv_backward.same",), dx_crop_empty),
)
