"""Max-pool's backward pass where a window's maximum stands in several cells: any subgradient is right."""

from __future__ import annotations

import numpy as np

from grader.checks.cases import Question
from grader.checks.pool_cases import windows


def has_ties(question: Question) -> bool:
    """Whether some window's maximum stands in more than one of its cells."""
    x = question.inputs["x"]
    for _, _, rows, columns in windows(question):
        window = x[:, rows, columns]
        if ((window == window.max(axis=(1, 2), keepdims=True)).sum(axis=(1, 2)) > 1).any():
            return True
    return False


def subgradient_violation(dx: np.ndarray, question: Question) -> float:
    """How far `dx (N, H, W, C)` is from the set of subgradients, relative to the largest ``|dout|``.

    Windows must not overlap. In each, the tied cells must share out `dout`: shares of 0 to 1 that add up to one;
    every other cell must stay zero. The largest breach of any of these is returned.
    """
    x, dout = question.inputs["x"], question.inputs["dout"]
    dx = dx.astype(np.float64)
    uncovered = np.ones(x.shape, bool)
    worst = 0.0
    for i, j, rows, columns in windows(question):
        uncovered[:, rows, columns] = False
        window, share = x[:, rows, columns], dx[:, rows, columns]
        upstream = dout[:, i, j][:, None, None, :]
        winner = window == window.max(axis=(1, 2), keepdims=True)
        missing = np.abs((share * winner).sum(axis=(1, 2)) - dout[:, i, j])
        outside = np.maximum(np.maximum(-share * np.sign(upstream), 0), np.abs(share) - np.abs(upstream)) * winner
        worst = max(worst, float(missing.max()), float(outside.max()), float(np.abs(share * ~winner).max()))
    if uncovered.any():
        worst = max(worst, float(np.abs(dx[uncovered]).max()))
    return worst / float(np.abs(dout).max())


def whole_gradient_to_every_tie(question: Question) -> np.ndarray:
    """The common mistake: every cell that equals its window's maximum gets all of `dout`."""
    x, dout = question.inputs["x"], question.inputs["dout"]
    dx = np.zeros_like(x)
    for i, j, rows, columns in windows(question):
        window = x[:, rows, columns]
        dx[:, rows, columns] += (window == window.max(axis=(1, 2), keepdims=True)) * dout[:, i : i + 1, j : j + 1]
    return dx
