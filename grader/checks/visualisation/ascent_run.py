"""What becomes of an ascent to a class-representative image, and what of that can be expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.checks.visualisation.ascent_settings import AscentSettings
from grader.checks.visualisation.pretrained_network import PretrainedNetwork

#: Of the grader's own rise, what a right answer reaches. Runs from other noise rise as much to within a tenth; a blur of
#: sigma 2 takes a third of it.
_SHARE = 0.25
#: Shifts over which scores are averaged where jitter cannot be switched off: the image is made for all of them.
_SHIFTS = 24


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of an ascent: `rise` of the regularised objective, and by how much the target's score is above all others, `lead`."""

    rise: float
    lead: float


def outcome(
    network: PretrainedNetwork,
    steps: np.ndarray,
    target: int,
    settings: AscentSettings,
    random: np.random.Generator,
    classes: int,
) -> Outcome:
    """What has become of the first of `steps (T + 1, H, W, C)` at the last, in the objective of `settings`.

    The target is among the first `classes`, and to be ahead of those: further ones may be made of their scores.
    """
    ends = steps[[0, -1]]
    reach = settings.max_jitter
    shifts = random.integers(-reach, reach + 1, (_SHIFTS, 2)) if reach else np.zeros((1, 2), int)
    scores = np.mean([network.scores(np.roll(ends, shift, (1, 2))) for shift in shifts], axis=0)
    objective = scores[:, target] - settings.l2_reg * (ends**2).sum(axis=(1, 2, 3))
    return Outcome(float(objective[1] - objective[0]), lead(scores[1, :classes], target))


def lead(scores: np.ndarray, target: int) -> float:
    """By how much the score of `target` is above the highest of the others in `scores (K,)`."""
    return float(scores[target] - np.delete(scores, target).max())


def falls_short(seen: Outcome, own: Outcome | None) -> str:
    """The problem of an ascent that does not get where it should; empty where it does, or where none can be expected to.

    `own` is the outcome of the grader's own ascent, None where that is not known.
    """
    expected = own if own is not None else Outcome(0.0, 0.0)
    if expected.rise >= 0 and seen.rise <= _SHARE * expected.rise:
        return "objective_not_higher"
    if expected.lead >= 0 and seen.lead <= _SHARE * expected.lead:
        return "target_not_highest"
    return ""
