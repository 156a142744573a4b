"""Judges what happens around the steps of an ascent: the blur every few steps, and the jitter."""

from __future__ import annotations

import numpy as np

from grader.checks.visualisation.ascent_calls import AscentCalls, Seen
from grader.checks.visualisation.ascent_settings import AscentSettings
from grader.checks.visualisation.ascent_steps import STALE
from grader.checks.visualisation.blur import blurred_steps, fine_detail, is_gaussian
from grader.checks.visualisation.jitter_search import can_search, displaced, explained_with_jitter
from grader.checks.visualisation.visualisation_case import Finding, breach

#: Periods of the blur that are looked at where more steps came back than were asked for.
MOST_PERIODS = 3
#: Of the image's length.
_SHORT = 0.05
#: Steps that follow each other without jitter are alike to 0.9 and more, with jitter to 0.3 and less.
_LESS_ALIKE = 0.3
#: Of the detail after a few steps.
_LITTLE = 0.5
_UNUSED = ("max_jitter_unused",)


def lacks_detail(seen: Seen) -> bool:
    """Whether the image has so little detail at the start that no blur can take as much as the steps bring."""
    first, last = fine_detail(seen.images[[0, -1]])
    return bool(first < _LITTLE * last)


def blur_finding(seen: Seen) -> Finding:
    """Whether one step in every ``blur_every`` is blurred. Which one is open, and so is whether the first may be."""
    period = seen.settings.blur_every
    images = seen.images[: max(MOST_PERIODS * period, 2 * period + 1)]
    blurred = blurred_steps(images)
    told = blurred[period : 2 * period]
    if len(told) < period:
        return breach("too_few_steps", got=len(blurred), expected=seen.settings.num_iterations)
    if not blurred.any():
        return breach("blur_never")
    if period > 1 and blurred[1:].all():
        return breach("blur_always")
    if _steps_are_short(images, blurred) and not all(is_gaussian(*images[[n, n + 1]]) for n in np.flatnonzero(blurred)):
        return breach("blur_other")
    every = [blurred[start : start + period].sum() for start in range(period, len(blurred) - period + 1)]
    if all(count == 1 for count in every):
        return Finding({"blur": 0.0})
    if 2 * int(blurred.sum()) <= int(np.ceil(len(blurred) / period)) and period < AscentSettings().blur_every:
        # Once at the start, and not again so soon: the contract's period stands in the code.
        return Finding({"blur": 0.0}, ("blur_every_unused",))
    return breach("blur_period", period=period)


def jitter_finding(
    seen: Seen, still: Seen | None, calls: AscentCalls, score: str, random: np.random.Generator
) -> Finding:
    """Whether steps are made on images that were moved by up to ``max_jitter`` pixels, and moved back.

    `still` is an ascent without jitter, and `score` the one whose gradient its steps follow, empty where that is not known.
    """
    if calls.fixed_jitter:
        return Finding({"jitter": 0.0}, () if seen.settings.max_jitter == AscentSettings().max_jitter else _UNUSED)
    reach = seen.settings.max_jitter
    pairs = list(zip(seen.images[:-1], seen.images[1:], strict=True))
    if any(displaced(before, after, min(reach, 2)) for before, after in pairs):
        return breach("jitter_not_undone")
    if score in ("", STALE):
        if still is None:
            return breach("jitter_unknown")
        wavers = _likeness(seen.images) < _likeness(still.images) - _LESS_ALIKE
        return Finding({"jitter": 0.0}) if wavers else breach("jitter_missing")
    steps = calls.steps(seen)
    unmoved = {step: steps.toward(step, score) for step in steps.told}
    moved = [step for step, fit in unmoved.items() if fit is not None and not fit.fits]
    if not moved:
        return breach("jitter_missing")
    if not can_search(steps):
        # The steps follow no gradient of the image in its place; which place it had would take minutes to find.
        return Finding({"jitter": 0.0})
    jittered = explained_with_jitter(steps, moved, reach, random, score)
    return Finding({"jitter": 0.0}) if jittered.shifts else breach("jitter_unknown")


def _steps_are_short(images: np.ndarray, blurred: np.ndarray) -> bool:
    """Whether what a blur changes is hardly the step's doing."""
    if blurred.all():
        return False
    lengths = np.sqrt((np.diff(images, axis=0)[~blurred] ** 2).sum(axis=(1, 2, 3)))
    return bool(np.median(lengths) < _SHORT * np.sqrt((images[-1] ** 2).sum()))


def _likeness(images: np.ndarray) -> float:
    """The cosine between a step and the next, the median of all: near 1 where the image stays in its place."""
    steps = np.diff(images, axis=0).reshape(len(images) - 1, -1)
    steps = steps[~blurred_steps(images)]
    lengths = np.maximum(np.linalg.norm(steps, axis=1), 1e-30)
    cosines = (steps[1:] * steps[:-1]).sum(axis=1) / (lengths[1:] * lengths[:-1])
    return float(np.median(cosines)) if len(cosines) else 0.0
