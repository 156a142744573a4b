"""What is taken for a class's score by mistake: the upstream gradient of each, by the mistake's name."""

from __future__ import annotations

import numpy as np

from grader.checks.network.operations.activations import log_softmax

#: With more classes only those next to the target are tried.
_FEW_CLASSES = 20


def other_scores(scores: np.ndarray, target: int) -> list[tuple[str, np.ndarray]]:
    """Pairs of name and upstream gradient (K,), for one image's `scores (K,)`.

    Softmax and its logarithm point the same way, and differ by the probability.
    """
    classes = len(scores)
    chosen = np.eye(classes)[target]
    probabilities = np.exp(log_softmax(scores[np.newaxis])[0])
    away = chosen - probabilities
    rival = int(np.argmax(np.where(chosen > 0, -np.inf, scores)))
    named = [
        ("log_softmax_score", away),
        ("softmax_score", probabilities[target] * away),
        ("all_classes", np.ones(classes)),
        ("other_class", np.eye(classes)[rival]),
        ("score_difference", chosen - np.eye(classes)[rival]),
    ]
    others = range(classes) if classes <= _FEW_CLASSES else {(target + 1) % classes, (target - 1) % classes, 0}
    named += [("other_class", np.eye(classes)[other]) for other in others if other not in (target, rival)]
    return named
