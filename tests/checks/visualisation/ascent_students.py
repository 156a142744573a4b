"""Class-representative images as students make them, in NumPy's single precision: right ones, and each slip."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.checks.network.operations.activations import log_softmax
from tests.checks.visualisation.numpy_network import material, network

_BLACK, _WHITE = -material().mean / material().deviation, (255 - material().mean) / material().deviation
_CLASSES = network().classes
DEFAULTS = {"l2_reg": 1e-3, "learning_rate": 25.0, "num_iterations": 100, "blur_every": 10, "max_jitter": 16}


def gradient(image: np.ndarray, target: int, score: str = "score") -> np.ndarray:
    """Of a score of `image (1, H, W, 3)`, float32."""
    chosen = np.eye(_CLASSES)[[target]]
    if score in ("softmax", "log_softmax"):
        probabilities = np.exp(log_softmax(network().scores(image)))
        factor = probabilities[0, target] if score == "softmax" else 1.0
        upstream = factor * (chosen - probabilities)
    else:
        others = {"other": np.eye(_CLASSES)[[(target + 3) % _CLASSES]], "all": np.ones((1, _CLASSES))}
        upstream = others.get(score, chosen)
    return network().input_gradient(image, upstream).astype(np.float32)


def blurred(image: np.ndarray, sigma: float = 0.5) -> np.ndarray:
    """With wrapped borders, as no helper does it."""
    reach = np.arange(-4, 5)
    kernel = np.exp(-((reach / sigma) ** 2) / 2)
    for axis in (1, 2):
        moved = (weight * np.roll(image, step, axis) for step, weight in zip(reach, kernel / kernel.sum(), strict=True))
        image = sum(moved)
    return image.astype(np.float32)


class AscentStudent:
    """A function by the contract; each argument makes one part of it another."""

    def __init__(self, seed: int = 0, **slips: Any):
        self._random = np.random.default_rng(seed)
        self._slips = slips

    def __call__(self, target: int, **settings: float) -> np.ndarray:
        asked = {**DEFAULTS, **settings, **self._slips.get("fixed", {})}
        image = self._start()
        steps, first = [image], None
        for step in range(int(asked["num_iterations"])):
            reach = int(asked["max_jitter"]) * (self._slips.get("jitter", True) is not False)
            # NumPy raises where the end is open and there is nothing between.
            shift = self._random.integers(-reach, reach + (self._slips.get("jitter") != "open"), 2)
            moved = np.roll(image, shift, (1, 2))
            way = gradient(moved, target, self._slips.get("score", "score"))
            if self._slips.get("stale"):
                first = way if first is None else first
                way = first
            if self._slips.get("normalised"):
                way = way / np.linalg.norm(way)
            moved = moved + self._slips.get("sign", 1) * asked["learning_rate"] * (
                way - self._pull(moved, asked["l2_reg"])
            )
            image = moved if self._slips.get("jitter") == "kept" else np.roll(moved, -shift, (1, 2))
            image = np.clip(image, _BLACK, _WHITE).astype(np.float32) if self._slips.get("clip", True) else image
            late = self._slips.get("blur_after", False)
            if late:
                steps.append(image)
            if self._blurs(step, int(asked["blur_every"])):
                image = blurred(image)
            if not late:
                steps.append(image)
        return np.concatenate(steps)

    def _start(self) -> np.ndarray:
        if self._slips.get("start") == "zeros":
            return np.zeros((1, *network().image_shape), np.float32)
        if self._slips.get("start") == "image":
            return material().images[:1]
        return self._random.normal(0, 0.2, (1, *network().image_shape)).astype(np.float32)

    def _pull(self, image: np.ndarray, l2_reg: float) -> np.ndarray | float:
        kind = self._slips.get("l2", "right")
        factors = {"right": 2.0, "sign": -2.0, "factor": 1.0, "missing": 0.0, "mean": 2.0 / image.size}
        factor = factors[kind] if kind in factors else 1.0 / max(float(np.linalg.norm(image)), 1e-9)
        return (factor * l2_reg * image).astype(np.float32)

    def _blurs(self, step: int, period: int) -> bool:
        rhythm = self._slips.get("blur", "first")
        late = (step + 1) % period == 0
        first = step % period == 0
        known = {"first": first, "last": late, "later": step > 0 and first, "others": not first}
        return known.get(rhythm, rhythm == "always")
