"""The images that Part 2 runs on: what students' code is served, and what the grader measures with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from grader.datasets.data_set import DataKind, DataSet, Split
from grader.datasets.profile import Profile
from grader.datasets.stand_in import hidden_test_split
from grader.model.evidence import DataUsed

#: Read by the assignment's own `Utils/data_utils.py`.
LOCATION_FILE = "Utils/data_location.json"
_SPLITS = {"train": "train", "val": "validation", "test": "test"}


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`served` is what students' code gets; `judged` has the validation and test images that the grader measures with."""

    served: DataSet
    judged: DataSet
    profile: Profile

    @property
    def is_stand_in(self) -> bool:
        return self.served.kind is DataKind.STAND_IN

    @property
    def pays(self) -> bool:
        """Whether accuracy on this data earns points: a model made for CIFAR-10 is not judged on an unasked stand-in."""
        return not self.is_stand_in or self.served.asked_for

    def paying_split(self, seed: int) -> tuple[str, Split]:
        """The name of the split that points follow from, and its images: nobody saw them, or they are the test images."""
        if self.is_stand_in:
            return "hidden", hidden_test_split(self.judged, seed)
        return "test", self.judged.test

    def used(self) -> DataUsed:
        return DataUsed(
            kind=self.served.kind.value,
            name=self.served.name,
            provenance=self.served.provenance,
            digest=self.served.digest,
            profile=self.profile.value,
            asked_for=self.served.asked_for,
        )

    def location(self, folder: Path) -> bytes:
        """The content of LOCATION_FILE, where students' code sees the served arrays in `folder`."""
        arrays = {f"X_{name}": f"images_{split}.npy" for name, split in _SPLITS.items()}
        arrays |= {f"Y_{name}": f"labels_{split}.npy" for name, split in _SPLITS.items()}
        content = {
            "folder": str(folder),
            "arrays": arrays,
            "class_names": list(self.served.class_names),
            "digest": self.served.digest,
        }
        return json.dumps(content, indent=1).encode()
