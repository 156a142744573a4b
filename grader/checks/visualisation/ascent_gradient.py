"""Judges single steps of an ascent: the gradient of the score, and that of the L2 regularisation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.checks.visualisation.ascent_calls import AscentCalls, Seen
from grader.checks.visualisation.ascent_settings import AscentSettings
from grader.checks.visualisation.ascent_steps import TARGET, Explained
from grader.checks.visualisation.jitter_search import can_search, explained_with_jitter
from grader.checks.visualisation.step_fit import StepFit
from grader.checks.visualisation.visualisation_case import Finding, breach

#: Factors this close are the same.
_SAME_FACTOR = 0.01
#: A step so short beside the image is none.
_NO_STEP = 1e-6
#: Steps that are looked at where more came back than were asked for.
_MOST_STEPS = 12


def gradient_finding(seen: Seen, calls: AscentCalls, random: np.random.Generator) -> tuple[Finding, str]:
    """How far the steps are from going along the gradient of the target's score, learning rate times it; and the score.

    How much of the image is taken away besides is another question.
    """
    if _stands_still(seen):
        return breach("no_update"), ""
    explained = explain(seen, calls, random)
    hints = ("network_changed",) if seen.weights_changed else ()
    if not explained.score:
        if seen.settings.max_jitter and not can_search(calls.steps(seen)):
            # Jitter that cannot be switched off, and images too large to look for it: the objective is judged alone.
            return Finding({"gradient": 0.0}, ("jitter_not_adjustable",)), ""
        return breach("gradient_unknown", *hints), ""
    if calls.fixed_jitter and not seen.settings.max_jitter:
        hints = (*hints, "max_jitter_unused")
    if explained.score != TARGET:
        return breach("gradient_wrong", explained.score, *hints), explained.score
    factor = float(np.median([fit.gradient for fit in explained.fits]))
    own_rate = AscentSettings().learning_rate / seen.settings.learning_rate
    rate = 1.0
    if abs(own_rate - 1) > _SAME_FACTOR and _near(factor, own_rate):
        # The contract's rate stands in the code where the argument should.
        rate, hints = own_rate, (*hints, "learning_rate_unused")
    errors = [float(np.hypot(fit.residual, abs(fit.gradient / rate - 1))) for fit in explained.fits]
    return Finding({"gradient": float(np.median(errors))}, (*_size_matches(explained.fits, rate), *hints)), TARGET


def regularisation_finding(seen: Seen, calls: AscentCalls, random: np.random.Generator) -> Finding:
    """How far what a step takes away from the image is from ``2 * l2_reg * image``.

    The gradient of the score may be any that is known, and in any length.
    """
    if _stands_still(seen):
        return breach("no_update")
    explained = explain(seen, calls, random)
    fits, expected = explained.fits, -2 * seen.settings.l2_reg
    if not fits:
        return breach("regularisation_unclear")
    if not explained.score:
        # The regularisation outweighs the score here, so that it is known roughly whatever the rest of the step is.
        rough = float(np.median([fit.image for fit in fits]))
        clear = abs(rough / expected - 1) < 0.3
        return Finding({"regularisation": 0.0}) if clear else breach("regularisation_unclear")
    # Where the length of the whole step is another, its parts are to each other as they should be.
    ways = [[fit.image for fit in fits], [fit.image / fit.gradient for fit in fits if fit.gradient]]
    factors = [float(np.median(way)) for way in ways if way]
    own = AscentSettings().l2_reg / seen.settings.l2_reg
    error = min(abs(factor / expected - 1) for factor in factors)
    unused = min(abs(factor / (expected * own) - 1) for factor in factors)
    if abs(own - 1) > _SAME_FACTOR and unused < min(_SAME_FACTOR, error):
        return Finding({"regularisation": unused}, ("l2_reg_unused",))
    matches = _slips(seen, factors, own) if error > _SAME_FACTOR else ()
    return Finding({"regularisation": error}, matches)


def explain(seen: Seen, calls: AscentCalls, random: np.random.Generator) -> Explained:
    """The steps explained without jitter, and with any where that explains none.

    Where the argument for jitter is there and makes nothing, the contract's may stand in the code: looked for once.
    """
    steps = calls.steps(seen, _MOST_STEPS)
    explained = Explained("", ())
    if calls.fixed_jitter is False or not (seen.settings.max_jitter or calls.fixed_jitter):
        explained = steps.explained()
    if explained.score or calls.fixed_jitter is False or not can_search(steps):
        return explained
    reach = seen.settings.max_jitter or AscentSettings().max_jitter
    jittered = explained_with_jitter(steps, steps.told, reach, random)
    if calls.least_jitter:
        return jittered if jittered.score else steps.explained()
    calls.fixed_jitter = any(any(shift) for shift in jittered.shifts)
    return jittered if jittered.score else explained


def _stands_still(seen: Seen) -> bool:
    moved = np.median(np.abs(np.diff(seen.images, axis=0)).max(axis=(1, 2, 3)))
    return bool(moved <= _NO_STEP * max(float(np.abs(seen.images).max()), 1e-30))


def _size_matches(fits: Sequence[StepFit], rate: float) -> tuple[str, ...]:
    factors = np.array([fit.gradient for fit in fits]) / rate
    lengths = np.array([fit.length for fit in fits])
    factor = float(np.median(factors))
    if _near(factor, 1.0):
        return ()
    if factor < 0:
        return ("descent",)
    # The factor goes up as the gradient's length goes down: alone, or together with the regularisation's.
    spread = np.std(factors * lengths) / abs(np.mean(factors * lengths))
    if spread < _SAME_FACTOR and _near(float(np.median(factors * lengths)), 1.0, 0.2):
        return ("gradient_normalised",)
    return ("step_length",)


def _slips(seen: Seen, factors: Sequence[float], own: float) -> tuple[str, ...]:
    """Known mistakes whose factor of the image is one of those found. `own` is the contract's l2_reg beside the asked."""
    image = seen.images[:-1]
    norm = float(np.median(np.sqrt((image**2).sum(axis=(1, 2, 3)))))
    size = float(np.prod(image.shape[1:]))
    for used in (1.0, own):
        l2_reg = used * seen.settings.l2_reg
        known = {
            "l2_sign": 2 * l2_reg,
            "l2_factor": -l2_reg,
            "l2_not_squared": -l2_reg / norm,
            "l2_mean": -2 * l2_reg / size,
            "l2_half_sign": l2_reg,
        }
        for name, factor in known.items():
            wide = 0.05 if name == "l2_not_squared" else _SAME_FACTOR
            if any(_near(found, factor, wide) for found in factors):
                return ("l2_sign",) if name == "l2_half_sign" else (name,)
    if min(abs(factor) for factor in factors) < _SAME_FACTOR * seen.settings.l2_reg:
        return ("l2_missing",)
    return ()


def _near(got: float, expected: float, within: float = _SAME_FACTOR) -> bool:
    return abs(got - expected) <= within * abs(expected)
