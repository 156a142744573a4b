"""Misconceptions of the convolution layer, backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np

from grader.checks.cases import Arrays, Question
from grader.checks.misconceptions.base import Misconception
from grader.checks.misconceptions.conv import conventions, with_inputs, with_parameters
from grader.checks.oracle import Oracle

BACKWARD = ("conv_backward.valid", "conv_backward.same")


def batch_averaged(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    batch = question.inputs["x"].shape[0]
    for convention in conventions(question):
        gradients = oracle.conv_backward(question, convention)
        yield {name: gradient / batch for name, gradient in gradients.items()}
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
    flipped = with_inputs(question, w=question.inputs["w"][:, ::-1, ::-1])
    for convention in conventions(question):
        yield {"dx": oracle.conv_backward(flipped, convention)["dx"]}


def dw_kernel_flipped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    for convention in conventions(question):
        yield {"dw": oracle.conv_backward(question, convention)["dw"][:, ::-1, ::-1]}


def _padding(question: Question) -> Iterator[tuple[int, int]]:
    """Zeros above and to the left, in each accepted amount of padding."""
    size, kernel = question.inputs["x"].shape[1:3], question.inputs["w"].shape[1:3]
    if question.parameters["padding"] == "valid":
        yield 0, 0
        return
    stride, outputs = question.parameters["stride"], question.inputs["dout"].shape[1:3]
    totals = [max((outputs[axis] - 1) * stride[axis] + kernel[axis] - size[axis], 0) for axis in (0, 1)]  # type: ignore[index]
    yield totals[0] // 2, totals[1] // 2
    yield (kernel[0] - 1) // 2, (kernel[1] - 1) // 2


def _windows(
    question: Question, padding: tuple[int, int], stride: Sequence[int]
) -> Iterator[tuple[int, int, slice, slice]]:
    """Output position and its window's rows and columns in an input that has `padding` rows and columns in front."""
    height, width = question.inputs["w"].shape[1:3]
    for i in range(question.inputs["dout"].shape[1]):
        for j in range(question.inputs["dout"].shape[2]):
            top, left = i * stride[0], j * stride[1]
            yield i, j, slice(top, top + height), slice(left, left + width)


def _padded(question: Question, padding: tuple[int, int]) -> np.ndarray:
    """The input with zeros around it, as many behind as any window can reach."""
    behind = question.inputs["w"].shape[1:3]
    return np.pad(question.inputs["x"], ((0, 0), (padding[0], behind[0]), (padding[1], behind[1]), (0, 0)))


def _cropped(dx: np.ndarray, question: Question, padding: tuple[int, int]) -> np.ndarray:
    height, width = question.inputs["x"].shape[1:3]
    return dx[:, padding[0] : padding[0] + height, padding[1] : padding[1] + width]


def dx_overwritten(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """The last window that covers a cell wins (``=`` where ``+=`` belongs), or of these the last filter."""
    w, dout = question.inputs["w"], question.inputs["dout"]
    stride: Sequence[int] = question.parameters["stride"]  # type: ignore[assignment]
    for padding in _padding(question):
        windows, filters = np.zeros_like(_padded(question, padding)), np.zeros_like(_padded(question, padding))
        for i, j, rows, columns in _windows(question, padding, stride):
            windows[:, rows, columns] = np.tensordot(dout[:, i, j], w, 1)
            filters[:, rows, columns] = np.multiply.outer(dout[:, i, j, -1], w[-1])
        yield {"dx": _cropped(windows, question, padding)}
        yield {"dx": _cropped(filters, question, padding)}


def dw_overwritten(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """Only the last window's share of dw is left, of all images or of the last one."""
    dout = question.inputs["dout"]
    stride: Sequence[int] = question.parameters["stride"]  # type: ignore[assignment]
    for padding in _padding(question):
        x = _padded(question, padding)
        *_, (i, j, rows, columns) = _windows(question, padding, stride)
        shares = np.einsum("nf,nhwc->nfhwc", dout[:, i, j], x[:, rows, columns])
        yield {"dw": shares.sum(axis=0)}
        yield {"dw": shares[-1]}


def gradient_stride_ignored(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """Windows move by one: in dx, in dw, or in both."""
    w, dout = question.inputs["w"], question.inputs["dout"]
    for padding in _padding(question):
        x = _padded(question, padding)
        dx, dw = np.zeros_like(x), np.zeros_like(w)
        for i, j, rows, columns in _windows(question, padding, (1, 1)):
            dx[:, rows, columns] += np.tensordot(dout[:, i, j], w, 1)
            dw += np.einsum("nf,nhwc->fhwc", dout[:, i, j], x[:, rows, columns])
        yield {"dx": _cropped(dx, question, padding)}
        yield {"dw": dw}


def gradients_in_other_order(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    for convention in conventions(question):
        right = oracle.conv_backward(question, convention)
        for order in permutations(("dx", "dw", "db")):
            if order != ("dx", "dw", "db"):
                yield {name: right[other] for name, other in zip(("dx", "dw", "db"), order, strict=True)}


def dx_not_cropped(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    x, w = question.inputs["x"], question.inputs["w"]
    height, width = w.shape[1] - 1, w.shape[2] - 1
    padded = np.pad(x, ((0, 0), (height // 2, height - height // 2), (width // 2, width - width // 2), (0, 0)))
    yield {"dx": oracle.conv_backward(with_parameters(with_inputs(question, x=padded), padding="valid"))["dx"]}


def dx_crop_empty(oracle: Oracle, question: Question) -> Iterator[Arrays]:
    """``dx[:, p:-p]`` with p = 0 keeps nothing."""
    x, w = question.inputs["x"], question.inputs["w"]
    unpadded = question.parameters["padding"] == "valid"
    empty_h, empty_w = unpadded or w.shape[1] == 1, unpadded or w.shape[2] == 1
    if empty_h or empty_w:
        yield {"dx": np.zeros((x.shape[0], 0 if empty_h else x.shape[1], 0 if empty_w else x.shape[2], x.shape[3]))}


CONV_GRADIENTS: tuple[Misconception, ...] = (
    Misconception("batch_averaged", BACKWARD, batch_averaged),
    Misconception("db_averaged", BACKWARD, db_averaged),
    Misconception("db_counted", BACKWARD, db_counted),
    Misconception("db_zero", BACKWARD, db_zero),
    Misconception("dx_kernel_flipped", BACKWARD, dx_kernel_flipped),
    Misconception("dw_kernel_flipped", BACKWARD, dw_kernel_flipped),
    Misconception("dx_overwritten", BACKWARD, dx_overwritten),
    Misconception("dw_overwritten", BACKWARD, dw_overwritten),
    Misconception("stride_ignored", BACKWARD, gradient_stride_ignored),
    Misconception("gradients_in_other_order", BACKWARD, gradients_in_other_order),
    Misconception("dx_not_cropped", ("conv_backward.same",), dx_not_cropped),
    Misconception("dx_crop_empty", BACKWARD, dx_crop_empty),
)
