"""Part 3 as it is observed: arrays for pictures made by hand, without any network, and verdicts on them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from grader.datasets.stand_in import CLASS_NAMES, draw_split
from grader.model.message import Message
from grader.model.scorecard import CheckResult, ItemResult, Scorecard
from grader.model.status import ItemStatus
from tests.report.conftest import FOUND, card

SALIENCY, REPRESENTATIVE, ADVERSARIAL = "p3.saliency", "p3.class_representative", "p3.adversarial"

Stored = dict[str, np.ndarray]


def blurred(images: np.ndarray, times: int = 4) -> np.ndarray:
    """Rows and columns (axes 1 and 2) averaged with their neighbours: something smoother than noise."""
    for _ in range(times):
        images = (images + sum(np.roll(images, step, axis) for step in (1, -1) for axis in (1, 2))) / 5
    return images


def enlarged(images: np.ndarray, times: int) -> np.ndarray:
    return images.repeat(times, 1).repeat(times, 2)


def saliency_samples(count: int = 5, times: int = 1) -> Stored:
    """Maps that are right but for the third: a sum without absolute value. Images have sides of 32 x `times`."""
    generator = np.random.default_rng(3)
    pixels, labels = draw_split(count, (4, 1))
    gradients = blurred(generator.normal(size=(count, 32, 32, 3)), 2) * 0.6
    expected = np.abs(gradients).max(axis=3).astype(np.float32)
    maps = expected * np.float32(1 + 2e-7)
    if count > 2:
        maps[2] = gradients[2].sum(axis=2)
    predicted = np.where(np.arange(count) % 3 == 1, (labels + 4) % 10, labels)
    return {
        "pixels": enlarged(pixels, times),
        "maps": enlarged(maps, times),
        "expected": enlarged(expected, times),
        "labels": labels.astype(np.int16),
        "predictions": predicted.astype(np.int16),
        "class_names": np.array(CLASS_NAMES),
    }


def representative_samples() -> Stored:
    generator = np.random.default_rng(5)
    noise, drawn = generator.normal(128, 45, (2, 32, 32, 3)), draw_split(10, (4, 2))[0][3].astype(np.float64)
    shares = np.array([0, 0.35, 0.7, 1.0]).reshape(4, 1, 1, 1)
    runs = [np.clip((1 - shares) * noise[n] + shares * (0.6 * drawn + 50), 0, 255).astype(np.uint8) for n in (0, 1)]
    return {
        "stages": runs[0],
        "expected": runs[1],
        "steps": np.array([0, 33, 67, 100], np.int16),
        "scores": np.array([-1.25, 14.07, 22.6, 27.913], np.float32),
        "expected_scores": np.array([-0.8, 13.2, 23.1, 28.4], np.float32),
        "target": np.array(3, np.int16),
        "class_names": np.array(CLASS_NAMES),
    }


def adversarial_samples(count: int = 4) -> Stored:
    """The last of them did not reach its target."""
    generator = np.random.default_rng(6)
    original, labels = draw_split(count, (4, 3))
    difference = (blurred(generator.normal(size=original.shape), 1) * 9).astype(np.float32)
    adversarial = np.clip(np.rint(original + difference), 0, 255).astype(np.uint8)
    targets = (labels + 3) % 10
    predictions = targets.copy()
    predictions[-1] = labels[-1]
    return {
        "original": original,
        "adversarial": adversarial,
        "difference": difference,
        "expected_difference": (difference * 0.97).astype(np.float32),
        "labels": labels.astype(np.int16),
        "targets": targets.astype(np.int16),
        "predictions": predictions.astype(np.int16),
        "class_names": np.array(CLASS_NAMES),
    }


@lru_cache
def samples_of_items() -> Mapping[str, Stored]:
    return {
        SALIENCY: saliency_samples(),
        REPRESENTATIVE: representative_samples(),
        ADVERSARIAL: adversarial_samples(),
    }


def under(prefix: str, samples: Mapping[str, Stored]) -> Stored:
    """As the engine gives them: by prefix, under their names without it."""
    names = {f"{item}/samples/{name}": array for item, stored in samples.items() for name, array in stored.items()}
    return {name[len(prefix) :]: array for name, array in names.items() if name.startswith(prefix)}


def picture_arrays(prefix: str) -> Stored:
    return under(prefix, samples_of_items())


def named(stored: Stored) -> Stored:
    """As a view takes them."""
    return {f"samples/{name}": array for name, array in stored.items()}


def picture_card(team: str = "team_7", said: str = "") -> Scorecard:
    def told(text: str) -> Message:
        return Message(FOUND, {"text": text})

    wrong = CheckResult("gradient", ItemStatus.FAILED, told(f"The map is off. {said}"), 0.4, 1e-3)
    return card(
        ItemResult(SALIENCY, 3, told("Saliency maps"), 8.0, 10.0, ItemStatus.PARTIAL, (told("One is off."),), (wrong,)),
        ItemResult(REPRESENTATIVE, 3, told("Class representative image"), 10.0, 10.0, ItemStatus.PASSED, (told("."),)),
        ItemResult(ADVERSARIAL, 3, told("Adversarial examples"), 7.0, 10.0, ItemStatus.PARTIAL, (told("."),)),
        team=team,
        said=said,
    )  # fmt: skip
