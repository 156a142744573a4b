"""Misconceptions of the max-pool layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from grader.checks.cases import Arrays, Question
from grader.checks.misconceptions.base import Misconception
from grader.checks.oracle import Oracle
from grader.checks.pool_cases import windows

FORWARD = ("max_pool_forward",)
BACKWARD = ("max_pool_backward",)


def maximum_starts_at_zero(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    yield {"out": np.maximum(oracle.max_pool_forward(question)["out"], 0.0)}


def average_instead_of_maximum(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    out = np.zeros_like(oracle.max_pool_forward(question)["out"])
    for i, j, rows, columns in windows(question):
        out[:, i, j] = question.inputs["x"][:, rows, columns].mean(axis=(1, 2))
    yield {"out": out}


def _stride_swapped(question: Question) -> Question:
    height, width = question.parameters["stride"]  # type: ignore[misc]
    return replace(question, parameters={**question.parameters, "stride": [width, height]})


def _window_swapped(question: Question) -> Question:
    height, width = question.parameters["pool_height"], question.parameters["pool_width"]
    return replace(question, parameters={**question.parameters, "pool_height": width, "pool_width": height})


def stride_axes_swapped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    yield oracle.max_pool_forward(_stride_swapped(question))


def window_axes_swapped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    swapped = _window_swapped(question)
    x = question.inputs["x"]
    if x.shape[1] >= swapped.parameters["pool_height"] and x.shape[2] >= swapped.parameters["pool_width"]:  # type: ignore[operator]
        yield oracle.max_pool_forward(swapped)


def stride_ignored(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    window = [question.parameters["pool_height"], question.parameters["pool_width"]]
    shape = oracle.max_pool_forward(question)["out"].shape
    for stride in (window, [1, 1]):
        out = oracle.max_pool_forward(replace(question, parameters={**question.parameters, "stride": stride}))["out"]
        yield {"out": out}
        yield {"out": out[:, : shape[1], : shape[2]]}


def wrong_axis_order(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    out = oracle.max_pool_forward(question)["out"]
    yield {"out": np.moveaxis(out, 3, 1)}
    yield {"out": np.swapaxes(out, 1, 2)}


def dx_overwritten(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    x, dout = question.inputs["x"], question.inputs["dout"]
    whole, winners = np.zeros_like(x), np.zeros_like(x)
    for i, j, rows, columns in windows(question):
        window = x[:, rows, columns]
        share = (window == window.max(axis=(1, 2), keepdims=True)) * dout[:, i : i + 1, j : j + 1]
        whole[:, rows, columns] = share
        winners[:, rows, columns] = np.where(share != 0, share, winners[:, rows, columns])
    yield {"dx": winners}
    yield {"dx": whole}


def gradient_to_whole_window(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    x, dout = question.inputs["x"], question.inputs["dout"]
    shared, whole = np.zeros_like(x), np.zeros_like(x)
    for i, j, rows, columns in windows(question):
        cells = (rows.stop - rows.start) * (columns.stop - columns.start)
        shared[:, rows, columns] += dout[:, i : i + 1, j : j + 1] / cells
        whole[:, rows, columns] += dout[:, i : i + 1, j : j + 1]
    yield {"dx": shared}
    yield {"dx": whole}


def gradient_counts_winners(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    ones = replace(question, inputs={**question.inputs, "dout": np.ones_like(question.inputs["dout"])})
    yield oracle.max_pool_backward(ones)


def gradient_of_maximum_from_zero(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """A window without a positive value has no winner: its gradient is lost, or lands at index -1."""
    x, dout = question.inputs["x"], question.inputs["dout"]
    kept = np.zeros_like(dout)
    for i, j, rows, columns in windows(question):
        kept[:, i, j] = dout[:, i, j] * (x[:, rows, columns].max(axis=(1, 2)) > 0)
    lost = oracle.max_pool_backward(replace(question, inputs={**question.inputs, "dout": kept}))["dx"]
    yield {"dx": lost}
    last = lost.copy()
    last[:, -1, -1] += (dout - kept).sum(axis=(1, 2))
    yield {"dx": last}


def _moved_windows(question: Question, window: tuple[int, int], stride: tuple[int, int]) -> Arrays | None:
    """The gradient with another window or stride at the same output positions; None where one leaves the input."""
    x, dout = question.inputs["x"], question.inputs["dout"]
    dx = np.zeros_like(x)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            rows = slice(i * stride[0], i * stride[0] + window[0])
            columns = slice(j * stride[1], j * stride[1] + window[1])
            part = x[:, rows, columns]
            if part.shape[1] == 0 or part.shape[2] == 0:
                return None
            dx[:, rows, columns] += (part == part.max(axis=(1, 2), keepdims=True)) * dout[:, i : i + 1, j : j + 1]
    return {"dx": dx}


def _sizes(question: Question) -> tuple[tuple[int, int], tuple[int, int]]:
    height, width = int(question.parameters["pool_height"]), int(question.parameters["pool_width"])  # type: ignore[call-overload]
    down, across = question.parameters["stride"]  # type: ignore[misc]
    return (height, width), (down, across)


def gradient_stride_axes_swapped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    window, (down, across) = _sizes(question)
    if (moved := _moved_windows(question, window, (across, down))) is not None:
        yield moved


def gradient_window_axes_swapped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    (height, width), stride = _sizes(question)
    if (moved := _moved_windows(question, (width, height), stride)) is not None:
        yield moved


def gradient_stride_ignored(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    window, _ = _sizes(question)
    for stride in (window, (1, 1)):
        if (moved := _moved_windows(question, window, stride)) is not None:
            yield moved


POOLING: tuple[Misconception, ...] = (
    Misconception("maximum_starts_at_zero", FORWARD, maximum_starts_at_zero),
    Misconception("average_instead_of_maximum", FORWARD, average_instead_of_maximum),
    Misconception("stride_axes_swapped", FORWARD, stride_axes_swapped),
    Misconception("window_axes_swapped", FORWARD, window_axes_swapped),
    Misconception("stride_ignored", FORWARD, stride_ignored),
    Misconception("wrong_axis_order", FORWARD, wrong_axis_order),
    Misconception("stride_axes_swapped", BACKWARD, gradient_stride_axes_swapped),
    Misconception("window_axes_swapped", BACKWARD, gradient_window_axes_swapped),
    Misconception("stride_ignored", BACKWARD, gradient_stride_ignored),
    Misconception("maximum_starts_at_zero", BACKWARD, gradient_of_maximum_from_zero),
    Misconception("dx_overwritten", BACKWARD, dx_overwritten),
    Misconception("gradient_to_whole_window", BACKWARD, gradient_to_whole_window),
    Misconception("gradient_counts_winners", BACKWARD, gradient_counts_winners),
)
