"""Tells which steps of an ascent were blurred, from the images alone."""

from __future__ import annotations

import numpy as np

#: Sigmas among which the one that was used is looked for, in pixels.
SIGMAS = (0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0)
#: A blur of sigma 0.5 takes the logarithm of the fine detail down by 0.35 at least (measured on noise and on images of a
#: hundred steps, with all rates asked for), one of 0.4 by 0.2; a step without blur by 0.03 at most, and by up to 0.17 where
#: the strong regularisation that is asked for shrinks the whole image.
_DROP = -0.19
#: Of what a blur changes, the share that the Gaussian that fits best leaves unexplained; steps and borders are in it.
_UNEXPLAINED = 0.35


def gaussian_blur(images: np.ndarray, sigma: float) -> np.ndarray:
    """`images (N, H, W, C)` blurred as the assignment's helper does: cut off at 4 sigma, mirrored at the borders."""
    radius = max(1, round(4 * sigma))
    kernel = np.exp(-((np.arange(-radius, radius + 1) / sigma) ** 2) / 2)
    kernel /= kernel.sum()
    for axis in (1, 2):
        extent = images.shape[axis]
        width = [(radius, radius) if index == axis else (0, 0) for index in range(images.ndim)]
        padded = np.pad(images, width, "symmetric")
        images = sum(
            weight * np.take(padded, np.arange(start, start + extent), axis) for start, weight in enumerate(kernel)
        )
    return images


def fine_detail(images: np.ndarray) -> np.ndarray:
    """How much pixels of `images (N, H, W, C)` differ from the mean of their four neighbours, (N,): the norm of it."""
    around = images[:, 2:, 1:-1] + images[:, :-2, 1:-1] + images[:, 1:-1, 2:] + images[:, 1:-1, :-2]
    return np.sqrt(((images[:, 1:-1, 1:-1] - around / 4) ** 2).sum(axis=(1, 2, 3)))


def blurred_steps(images: np.ndarray) -> np.ndarray:
    """For images (T + 1, H, W, C) of an ascent, whether each of the T steps lost fine detail as by a blur."""
    detail = np.maximum(fine_detail(images), 1e-30)
    return np.log(detail[1:] / detail[:-1]) < _DROP


def is_gaussian(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether `after (H, W, C)` is, but for a short step, `before` blurred with some Gaussian; borders are left out."""
    edge = 3
    inner = (slice(edge, -edge), slice(edge, -edge)) if min(before.shape[:2]) > 3 * edge else (slice(None),) * 2
    changed = np.linalg.norm((after - before)[inner])
    left = [np.linalg.norm((after - gaussian_blur(before[np.newaxis], sigma)[0])[inner]) for sigma in SIGMAS]
    return bool(min(left) <= _UNEXPLAINED * changed)
