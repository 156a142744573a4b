"""A cache entry as a data set: what its files are called, and what its manifest notes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from grader.datasets.cache import Draft, Entry, open_entry
from grader.datasets.data_set import DataKind, DataSet, Split
from grader.datasets.refusals import DamagedEntry
from grader.messages import catalogue

_SPLITS = ("train", "validation", "test")


def describe(draft: Draft, kind: DataKind, class_names: tuple[str, ...]) -> None:
    """Notes what `data_set_of` needs beside the arrays."""
    draft.facts.update(kind=kind.value, class_names=list(class_names))


def open_data_set(folder: Path, *, asked_for: bool, verify: bool = False) -> DataSet:
    """The data set in a cache entry that another process has made and verified. Raises DamagedEntry."""
    return data_set_of(open_entry(folder, verify=verify), asked_for=asked_for)


def data_set_of(entry: Entry, *, asked_for: bool) -> DataSet:
    """The data set that an opened entry holds. Raises DamagedEntry where it holds something else."""
    try:
        kind = DataKind(entry.facts["kind"])
        names: list[str] = entry.facts["class_names"]  # type: ignore[assignment]
        train, validation, test = (
            Split(*(entry.arrays[f"{array}_{split}"] for array in ("pixels", "images", "labels"))) for split in _SPLITS
        )
        mean, deviation = entry.arrays["mean"], entry.arrays["deviation"]
    except (KeyError, ValueError) as error:
        raise DamagedEntry(f"{entry.folder}: holds no data set ({error})") from error
    text, sizes = catalogue().text, {"train": len(train), "validation": len(validation), "test": len(test)}
    return DataSet(
        kind=kind,
        name=text(f"datasets.name.{kind.value}"),
        train=train,
        validation=validation,
        test=test,
        class_names=tuple(names),
        mean=mean,
        deviation=deviation,
        provenance=text(f"datasets.provenance.{kind.value}", **sizes),
        digest=_digest(entry),
        folder=entry.folder,
        asked_for=asked_for,
    )


def _digest(entry: Entry) -> str:
    """Over the digests of the files with pixels and labels; everything else follows from these."""
    files = sorted(name for name in entry.digests if name.startswith(("pixels_", "labels_")))
    return hashlib.sha256("".join(f"{name} {entry.digests[name]}\n" for name in files).encode()).hexdigest()
