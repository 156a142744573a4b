"""Folders of arrays that are made once: there whole or not at all, checked when they are opened, and read-only.

An entry is made under a temporary name and renamed. Where two processes make the same one, the first wins and both
use it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.datasets.refusals import DamagedEntry, DataRefused

MANIFEST = "manifest.json"
#: Folders of this prefix are being made, or were when their maker was killed.
TEMPORARY_PREFIX = ".making-"
#: Long after any maker is through.
_LEFTOVER_AGE_S = 24 * 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An opened folder. arrays: file name without ``.npy`` to a read-only map; facts: what its maker noted."""

    folder: Path
    facts: Mapping[str, object]
    arrays: Mapping[str, np.ndarray]
    digests: Mapping[str, str]


@dataclass(slots=True)
class Draft:
    """A folder that is being filled."""

    folder: Path
    facts: dict[str, object] = field(default_factory=dict)

    def empty(self, name: str, shape: tuple[int, ...], dtype: type) -> np.ndarray:
        """A writable map of a new array, to be filled by the caller."""
        return np.lib.format.open_memmap(self.folder / f"{name}.npy", mode="w+", dtype=dtype, shape=shape)

    def put(self, name: str, array: np.ndarray) -> None:
        np.save(self.folder / f"{name}.npy", array, allow_pickle=False)

    def share(self, name: str, entry: Entry) -> None:
        """The same file as in another entry, without a second copy where the file system can do that."""
        source, target = entry.folder / f"{name}.npy", self.folder / f"{name}.npy"
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)


def cache_folder(environ: Mapping[str, str], home: Path) -> Path:
    """Where data sets are kept for this user."""
    configured = environ.get("XDG_CACHE_HOME") or ""
    return (Path(configured) if os.path.isabs(configured) else home / ".cache") / "cnn-grader" / "datasets"


def obtain(root: Path, name: str, make: Callable[[Draft], None]) -> Entry:
    """The entry `name`, made by `make` where it is not there or damaged. Raises DataRefused where it cannot be kept."""
    folder = root / name
    try:
        if folder.exists():
            try:
                return open_entry(folder)
            except DamagedEntry:
                discard(folder)
        _make(root, folder, make)
        return open_entry(folder)
    except OSError as error:
        raise DataRefused.because("cache_not_usable", folder=root, reason=error.strerror or error) from error
    except DamagedEntry as error:
        raise DataRefused.because("cache_not_usable", folder=root, reason=error) from error


def open_entry(folder: Path, *, verify: bool = True) -> Entry:
    """Maps the arrays of the entry in `folder`. Raises DamagedEntry where one is not what was written.

    `verify` reads all of it once (some 0.6 s a GB); without it only sizes are checked.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        digests = {str(name): str(digest) for name, digest in manifest["sha256"].items()}
        arrays = {}
        for name, digest in digests.items():
            file = folder / f"{name}.npy"
            if verify and _sha256(file) != digest:
                raise DamagedEntry(f"{file}: is not what was written")
            arrays[name] = np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
        return Entry(folder, manifest["facts"], arrays, digests)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedEntry(f"{folder}: {error}") from error


def _make(root: Path, folder: Path, make: Callable[[Draft], None]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(root)
    draft = Draft(root / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}")
    draft.folder.mkdir()
    try:
        make(draft)
        digests = {file.stem: _sha256(file) for file in sorted(draft.folder.glob("*.npy"))}
        manifest = {"facts": draft.facts, "sha256": digests}
        (draft.folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        _open_to_readers(draft.folder)
        try:
            draft.folder.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(draft.folder, ignore_errors=True)


def _open_to_readers(folder: Path) -> None:
    """Nobody is to change the files; students' code, which may run as another user, is to read them."""
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o755)


def discard(folder: Path) -> None:
    """Deletes an entry: out of the way first, so that nobody finds half of it."""
    aside = folder.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        folder.rename(aside)
    except FileNotFoundError:
        return
    shutil.rmtree(aside, ignore_errors=True)


def _remove_leftovers(root: Path) -> None:
    for leftover in root.glob(f"{TEMPORARY_PREFIX}*"):
        try:
            old = time.time() - leftover.stat().st_mtime > _LEFTOVER_AGE_S
        except OSError:
            continue
        if old:
            shutil.rmtree(leftover, ignore_errors=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
