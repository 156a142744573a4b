"""Central differences of the student's own forward pass: is their gradient at least the gradient of *that*?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader.checks.cases import Arrays, Question

#: Step of the central difference. Convolution is bilinear in its inputs, so no step is too large for it; max-pool
#: inputs are 0.1 apart, so this one crosses no kink; and it is wide enough for float32 answers.
STEP = 1e-2
DIRECTIONS = 2
#: A directional derivative is never taken for smaller than this share of the gradient's absolute sum.
CANCELLED = 1e-2


def perturbed(question: Question, names: Sequence[str], seed: int) -> list[tuple[Arrays, Question, Question]]:
    """For each of DIRECTIONS random directions over the inputs `names`: the direction, and the question moved
    by STEP along and against it."""
    random = np.random.default_rng(seed)
    moved = []
    for _ in range(DIRECTIONS):
        direction = {name: random.choice([-1.0, 1.0], question.inputs[name].shape) for name in names}
        pair = [
            Question(
                {
                    name: value + sign * STEP * direction[name] if name in direction else value
                    for name, value in question.inputs.items()
                },
                question.parameters,
            )
            for sign in (1.0, -1.0)
        ]
        moved.append((direction, pair[0], pair[1]))
    return moved


def own_forward_error(
    question: Question,
    names: Sequence[str],
    gradients: Arrays,
    forward: Callable[[list[Question]], list[np.ndarray | None]],
    seed: int = 0,
) -> float | None:
    """Largest relative difference between ``<gradients, direction>`` and the central difference of `forward`.

    `gradients` are named ``d<input>``; `forward` evaluates questions and gives None where there is no usable answer.
    Returns None where the forward pass gives no array shaped like `dout`.
    """
    moved = perturbed(question, names, seed)
    outputs = forward([point for _, ahead, behind in moved for point in (ahead, behind)])
    dout = question.inputs["dout"]
    worst = 0.0
    for number, (direction, _, _) in enumerate(moved):
        ahead, behind = outputs[2 * number], outputs[2 * number + 1]
        if ahead is None or behind is None or ahead.shape != dout.shape or behind.shape != dout.shape:
            return None
        # What a student returns may be too large for sums of it; then nothing is told.
        with np.errstate(over="ignore", invalid="ignore"):
            numeric = float(np.sum(dout * (ahead.astype(np.float64) - behind)) / (2 * STEP))
            analytic = float(sum(np.sum(gradients[f"d{name}"] * direction[name]) for name in names))
            # Whole numbers can cancel to nothing along a direction; rounding must not be measured against that.
            size = CANCELLED * sum(float(np.abs(gradients[f"d{name}"]).sum()) for name in names)
        worst = max(worst, abs(numeric - analytic) / max(abs(numeric), abs(analytic), size, 1e-8))
    return worst if np.isfinite(worst) else None
