"""The files that CIFAR-10 was published as, and their checksums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: In the order of the labels 0 to 9.
CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True, slots=True)
class PublishedFiles:
    """Six batches, each as it stands in the python and in the binary version.

    python, binary: file name to MD5, in the order batch 1 to batch 5, test. Both versions hold the same batches.
    archives: file name to MD5 of the archive that holds one version.
    """

    python: Mapping[str, str]
    binary: Mapping[str, str]
    archives: Mapping[str, str]
    images_per_batch: int

    @property
    def batch_names(self) -> tuple[tuple[str, str], ...]:
        """For each batch its file's name in the python and in the binary version."""
        return tuple(zip(self.python, self.binary, strict=True))

    def batch_of(self, file_name: str) -> int | None:
        """Which batch (0 to 5) a file of this name is, None where it is none."""
        return next((i for i, names in enumerate(self.batch_names) if file_name in names), None)

    def md5_of(self, file_name: str) -> str:
        return self.python.get(file_name) or self.binary[file_name]


#: MD5 sums as published with the data set and kept in the loaders of several libraries. They tell a damaged or another
#: data set; that a file with a right sum is harmless is not taken from them.
CIFAR10 = PublishedFiles(
    python={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    },
    binary={
        "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
        "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
        "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
        "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
        "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
        "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
    },
    archives={
        "cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a",
        "cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530",
    },
    images_per_batch=10_000,
)
