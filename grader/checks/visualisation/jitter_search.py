"""Finds the jitter of single steps of an ascent, by trying every shift that can have been drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grader.checks.visualisation.ascent_steps import STALE, TARGET, AscentSteps, Explained
from grader.checks.visualisation.other_scores import other_scores
from grader.checks.visualisation.step_fit import StepFit

#: A step this near needs no second one beside it. One of a hundred right steps is further off, by a rounding in the network.
_NEAR = 1e-4
_MOST_FOUND = 3
#: Shifts that are tried at once.
_BATCH = 64
#: With more shifts than these the search ends at the first step that none explains: it takes seconds.
_MANY = 200

Shift = tuple[int, int]


def can_search(steps: AscentSteps) -> bool:
    """Whether trying all shifts takes seconds, and not minutes."""
    return steps.network.is_small


def explained_with_jitter(
    steps: AscentSteps, among: Sequence[int], reach: int, random: np.random.Generator, score: str = TARGET
) -> Explained:
    """A step of `among` that some jitter up to `reach` pixels explains as following `score`: the nearest of the first few.

    `random` decides the order in which shifts are tried, nothing else.
    """
    height, width = steps.images.shape[1:3]
    every = np.array([(row, column) for row in _shifts(reach, height) for column in _shifts(reach, width)])
    fits: list[StepFit] = []
    shifts: list[Shift] = []
    for step in among:
        found = _searched(steps, step, random.permutation(every), score)
        if found is not None:
            fits.append(found[0])
            shifts.append(found[1])
        if len(fits) == _MOST_FOUND or (found is None and len(every) > _MANY) or (fits and fits[-1].residual < _NEAR):
            break
    nearest = [fits.index(min(fits, key=lambda fit: fit.residual))] if fits else []
    return Explained(score if fits else "", tuple(fits[n] for n in nearest), tuple(shifts[n] for n in nearest))


def displaced(before: np.ndarray, after: np.ndarray, reach: int) -> bool:
    """Whether `after (H, W, C)` is `before`, moved: a jitter that was not undone, or undone the wrong way round."""
    here = float(np.linalg.norm(after - before))
    moves = [(row, column) for row in range(-2 * reach, 2 * reach + 1) for column in range(-2 * reach, 2 * reach + 1)]
    return any(np.linalg.norm(after - np.roll(before, move, (0, 1))) < here / 2 for move in moves if move != (0, 0))


def _searched(steps: AscentSteps, step: int, shifts: np.ndarray, score: str) -> tuple[StepFit, Shift] | None:
    for start in range(0, len(shifts), _BATCH):
        batch = [(int(row), int(column)) for row, column in shifts[start : start + _BATCH]]
        moved = np.stack([np.roll(steps.images[step], shift, (0, 1)) for shift in batch])
        for ways in _directions(steps, moved, score):
            for shift, way in zip(batch, ways, strict=True):
                fit = steps.fit(step, np.roll(way, (-shift[0], -shift[1]), (0, 1)))
                if fit is not None and fit.fits:
                    return fit, shift
    return None


def _directions(steps: AscentSteps, images: np.ndarray, score: str) -> Iterator[np.ndarray]:
    """The gradients (N, H, W, C) of `score`; one after the other where several classes may have been taken for the target."""
    if score in (TARGET, STALE):
        yield steps.network.class_gradient(images, np.full(len(images), steps.target))
        return
    named = [other_scores(scores, steps.target) for scores in steps.network.scores(images)]
    for place, (name, _) in enumerate(named[0]):
        if name == score:
            yield steps.network.input_gradient(images, np.stack([upstream[place][1] for upstream in named]))


def _shifts(reach: int, extent: int) -> range:
    """All shifts up to `reach`, each once where an image of `extent` comes round."""
    return range(-reach, reach + 1) if 2 * reach + 1 <= extent else range(extent)
