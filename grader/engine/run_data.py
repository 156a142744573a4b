"""The images of a run: settled once before anything runs, then mapped by each worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.checks.training.training_data import TrainingData
from grader.datasets.data_set import DataKind, DataSet
from grader.datasets.entry_contents import open_data_set
from grader.datasets.loading import load
from grader.datasets.places import Surroundings
from grader.datasets.profile import Profile


@dataclass(frozen=True, slots=True)
class RunData:
    """Which images a run uses; small enough to send to its workers.

    served, judged: folders of the data cache with what students' code gets and what the grader measures with (may be one).
    name, asked_for: as in `DataSet`. digest: theirs, joined by ``+`` where they are two.
    pays: whether accuracy on them earns points.
    """

    served: Path
    judged: Path
    profile: Profile
    name: str
    asked_for: bool
    digest: str
    pays: bool = True

    def open(self) -> TrainingData:
        """The images, as read-only maps. Raises DamagedEntry where the cache was changed since it was settled."""
        served = open_data_set(self.served, asked_for=self.asked_for)
        judged = served if self.judged == self.served else open_data_set(self.judged, asked_for=self.asked_for)
        return TrainingData(served, judged, self.profile)


def settle(choice: str | None, profile: Profile, environ: Mapping[str, str], *, measured: bool = True) -> RunData:
    """What `choice` (a path, ``stand-in``, or None for the usual places) comes to; makes and verifies what is lacking.

    CIFAR-10 is measured with on all of its validation and test images, whatever the profile serves; without `measured`
    that is spared. Raises DataRefused: see `grader.datasets.loading.load`.
    """
    surroundings = Surroundings.here(environ)
    served = load(choice, profile, surroundings)
    judged = served
    if measured and not _has_all_to_measure_with(served, profile):
        judged = load(choice, Profile.CHECKPOINT, surroundings)
    digest = served.digest if judged is served else f"{served.digest}+{judged.digest}"
    pays = TrainingData(served, judged, profile).pays
    return RunData(served.folder, judged.folder, profile, served.name, served.asked_for, digest, pays)


def _has_all_to_measure_with(served: DataSet, profile: Profile) -> bool:
    return served.kind is DataKind.STAND_IN or profile is not Profile.QUICK
