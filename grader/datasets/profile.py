"""How much data a run uses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Profile(StrEnum):
    """What a run is for; decides how much data students' code is served."""

    QUICK = "quick"
    CHECKPOINT = "checkpoint"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class ImagesPerClass:
    """How many images of each class a split keeps; None keeps all of them."""

    train: int | None = None
    validation: int | None = None
    test: int | None = None


#: Of CIFAR-10. `quick` has as many images as the stand-in, so that one time budget fits both; `checkpoint` trains a
#: little and evaluates a model that was trained elsewhere, for which every image counts.
IMAGES_PER_CLASS = {
    Profile.QUICK: ImagesPerClass(400, 100, 100),
    Profile.CHECKPOINT: ImagesPerClass(400, None, None),
    Profile.FULL: ImagesPerClass(),
}

#: Profiles that are about CIFAR-10 itself: without it they refuse to start, unless the stand-in is asked for.
NEED_CIFAR10 = frozenset({Profile.CHECKPOINT, Profile.FULL})
