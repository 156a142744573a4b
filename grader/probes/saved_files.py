"""The files of a saved model in a folder: which there are, which one counts, how large it is once unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KERAS, H5, WEIGHTS, SAVED_MODEL, TF1_CHECKPOINT = "keras", "h5", "weights_h5", "saved_model", "tf1_checkpoint"
#: The first kind of which there is a file counts.
_PREFERENCE = (KERAS, H5, WEIGHTS, SAVED_MODEL, TF1_CHECKPOINT)
_SUFFIXES = ((".keras", KERAS), (".weights.h5", WEIGHTS), (".h5", H5), (".hdf5", H5))
_CHECKPOINT_SUFFIXES = (".meta", ".index")


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A model file, or the folder of one, and its kind."""

    path: Path
    kind: str


def find_saved(stem: Path) -> tuple[SavedFile | None, list[str]]:
    """The file that counts of those whose names begin as `stem` does (an ending there is left out), and all their names.

    Of several files of a kind, the one that is named exactly so counts, else the first by name.
    """
    name = next((stem.name.removesuffix(end) for end, _ in _SUFFIXES if stem.name.endswith(end)), stem.name)
    entries = sorted(stem.parent.glob(f"{name}*")) if stem.parent.is_dir() else []
    files = [SavedFile(entry, kind) for entry in entries if (kind := _kind(entry)) is not None]
    files.sort(key=lambda file: (_PREFERENCE.index(file.kind), not _is_named(file.path, name)))
    return (files[0] if files else None), [entry.name for entry in entries]


def unpacked_bytes(file: SavedFile) -> int:
    """How many bytes `file` holds: what an archive's directory says of its members, or what lies on the disk.

    Raises zipfile.BadZipFile for a .keras file that is no archive.
    """
    if file.kind == KERAS and file.path.is_file():
        with zipfile.ZipFile(file.path) as archive:
            return sum(member.file_size for member in archive.infolist())
    return sum(entry.stat().st_size for entry in _files(file.path))


def _kind(entry: Path) -> str | None:
    if entry.is_dir():
        return SAVED_MODEL if (entry / "saved_model.pb").is_file() else None
    for end, kind in _SUFFIXES:
        if entry.name.endswith(end):
            return kind
    return TF1_CHECKPOINT if entry.name.endswith(_CHECKPOINT_SUFFIXES) else None


def _is_named(path: Path, name: str) -> bool:
    return path.name == name or any(path.name == name + end for end, _ in _SUFFIXES)


def _files(path: Path) -> Iterator[Path]:
    return (entry for entry in path.rglob("*") if entry.is_file()) if path.is_dir() else iter((path,))
