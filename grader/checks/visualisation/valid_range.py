"""The values between black and white, and what an answer that left them or their scale looks like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.datasets.pretrained import PretrainedMaterial

#: Of the range: a value nearer to its ends may have been clipped there.
_BORDER = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class ValidRange:
    """Normalised values of black and white pixels: one number each, or one for each colour, (3,)."""

    black: float | np.ndarray
    white: float | np.ndarray

    def clipped(self, images: np.ndarray) -> np.ndarray:
        return np.clip(images, self.black, self.white)

    def inside(self, images: np.ndarray) -> np.ndarray:
        """Where values lie so far inside that no clipping can have made them."""
        border = _BORDER * (self.white - self.black)
        return (images > self.black + border) & (images < self.white - border)


def valid_range(material: PretrainedMaterial) -> ValidRange:
    """Of the images that go with the network."""
    return ValidRange(-material.mean / material.deviation, (255.0 - material.mean) / material.deviation)
