"""A few images with what the model took them for."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.report.png_image import encoded

#: Most images that a page shows: each is some 3 KB of it.
_MOST = 20

_PIXELS, _LABELS, _PREDICTIONS, _SCORES = "samples/pixels", "samples/labels", "samples/predictions", "samples/scores"


@dataclass(frozen=True, slots=True)
class SampleImage:
    """`png` is base64; `score` is the softmax of the predicted class in per cent, empty where it is not known."""

    png: str
    true: str
    predicted: str
    right: bool
    score: str


def sample_images(arrays: Mapping[str, np.ndarray], names: Sequence[str]) -> tuple[SampleImage, ...]:
    """The images among an item's arrays; none where they are not there or not whole.

    ``samples/pixels`` (k, H, W, 3) uint8; ``samples/labels``, ``samples/predictions`` (k,) integers; ``samples/scores``
    (k, classes) float.
    """
    found = [arrays.get(name) for name in (_PIXELS, _LABELS, _PREDICTIONS)]
    if any(array is None for array in found):
        return ()
    pixels, labels, predictions = (np.asarray(array) for array in found)
    if pixels.ndim != 4 or pixels.shape[3] != 3 or pixels.dtype != np.uint8:
        return ()
    if not len(pixels) == len(labels) == len(predictions):
        return ()
    scores = arrays.get(_SCORES)
    return tuple(
        SampleImage(
            png=base64.b64encode(encoded(pixels[n])).decode(),
            true=_name(int(labels[n]), names),
            predicted=_name(int(predictions[n]), names),
            right=bool(labels[n] == predictions[n]),
            score=_score(scores, n, int(predictions[n])),
        )
        for n in range(min(len(pixels), _MOST))
    )


def _name(label: int, names: Sequence[str]) -> str:
    return names[label] if 0 <= label < len(names) else "–"


def _score(scores: np.ndarray | None, image: int, predicted: int) -> str:
    if scores is None or scores.ndim != 2 or image >= len(scores) or not 0 <= predicted < scores.shape[1]:
        return ""
    score = float(scores[image, predicted])
    return f"{100 * score:.0f}" if np.isfinite(score) else ""
