"""The checks of Part 3 by name: which function each is about, and what is looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisualisationCheck:
    """`functions` are those that must be written before anything can be asked; `groups` the case classes that count."""

    name: str
    functions: tuple[str, ...]
    groups: tuple[str, ...]


SALIENCY = VisualisationCheck(
    "saliency",
    ("compute_saliency_maps",),
    ("gradient", "scale", "absolute", "maximum"),
)
CLASS_REPRESENTATIVE = VisualisationCheck(
    "class_representative",
    ("compute_class_representative_image",),
    ("steps", "objective", "gradient", "regularisation", "blur", "jitter"),
)
ADVERSARIAL = VisualisationCheck(
    "adversarial",
    ("generate_adversarial_image",),
    ("flips", "direction", "normalisation", "stops", "input_unchanged"),
)

VISUALISATION_CHECKS: tuple[VisualisationCheck, ...] = (SALIENCY, CLASS_REPRESENTATIVE, ADVERSARIAL)
