"""Max-pool's backward pass where a window's maximum stands in several cells: any subgradient is right."""

from __future__ import annotations

import numpy as np

from grader.checks.cases import Question

_LARGEST = 1e100


def subgradient_violation(dx: np.ndarray, every_tie: np.ndarray, question: Question) -> float:
    """How far `dx (N, H, W, C)` is from the set of subgradients, relative to the largest ``|dout|``.

    `every_tie (N, H, W, C)` holds, at each cell that has its window's maximum, the window's `dout`, and zero elsewhere.
    Windows must not overlap, and no `dout` be zero. In each window, the tied cells must share out `dout`: shares of 0
    to 1 that add up to one; every other cell must stay zero. The largest breach of any of these is returned.
    """
    with np.errstate(over="ignore"):
        dx = dx.astype(np.float64)
    largest = float(np.abs(dx).max())
    # Sums of such numbers would be none; the breach is about as large as the largest of them.
    if largest > _LARGEST:
        return largest
    winner = every_tie != 0
    outside = np.maximum(np.maximum(-dx * np.sign(every_tie), 0), np.abs(dx) - np.abs(every_tie)) * winner
    worst = max(float(outside.max()), float(np.abs(dx * ~winner).max()))
    tied, shared = (_by_window(values, question) for values in (every_tie, dx * winner))
    count = _by_window(winner.astype(np.float64), question)
    missing = np.abs(shared - tied / np.maximum(count, 1))
    return max(worst, float(missing.max())) / float(np.abs(question.inputs["dout"]).max())


def _by_window(values: np.ndarray, question: Question) -> np.ndarray:
    """The sum over the cells of each window, shaped like `dout (N, OH, OW, C)`; cells of no window must be zero."""
    stride_h, stride_w = question.parameters["stride"]  # type: ignore[misc]
    sums = np.zeros(question.inputs["dout"].shape)
    row = np.minimum(np.arange(values.shape[1]) // stride_h, sums.shape[1] - 1)
    column = np.minimum(np.arange(values.shape[2]) // stride_w, sums.shape[2] - 1)
    np.add.at(sums, (slice(None), row[:, np.newaxis], column), values)
    return sums
