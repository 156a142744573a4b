"""The published files in a folder or an archive, read one after the other."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath

from grader.datasets.batch_pickle import LARGEST_BYTES
from grader.datasets.published import PublishedFiles
from grader.datasets.refusals import DataRefused

#: CIFAR-10 unpacks to 186 MB. An archive that is still going on at this size is another one, or a bomb.
LARGEST_UNPACKED_BYTES = 1 << 30

_ARCHIVE_DAMAGE = (tarfile.TarError, zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, RuntimeError)


@dataclass(frozen=True, slots=True)
class BatchFile:
    """One published file, its checksum verified. `batch`: 0 to 4 for the training batches, 5 for the test batch."""

    batch: int
    name: str
    place: str
    content: bytes


def verified_batches(source: Path, published: PublishedFiles) -> Iterator[BatchFile]:
    """Each of the six batches once, in any order, from a folder that holds them or an archive, of either version.

    Raises DataRefused: a file whose checksum is not the published one, a batch that is missing (after the others were
    given), an archive that cannot be read.
    """
    seen: set[int] = set()
    for name, place, content in _folder(source, published) if source.is_dir() else _archive(source, published):
        batch = published.batch_of(name)
        if batch is None or batch in seen:
            continue
        found, expected = hashlib.md5(content, usedforsecurity=False).hexdigest(), published.md5_of(name)
        if found != expected:
            raise DataRefused.because("checksum", place=place, found=found, expected=expected)
        seen.add(batch)
        yield BatchFile(batch, name, place, content)
    missing = [python for i, (python, _) in enumerate(published.batch_names) if i not in seen]
    if missing:
        raise DataRefused.because("missing_batches", source=source, names=", ".join(missing))


def _folder(folder: Path, published: PublishedFiles) -> Iterator[tuple[str, str, bytes]]:
    for names in published.batch_names:
        file = next((folder / name for name in names if (folder / name).is_file()), None)
        if file is None:
            continue
        try:
            _refuse_size(str(file), file.stat().st_size)
            yield file.name, str(file), file.read_bytes()
        except OSError as error:
            raise DataRefused.because("unreadable", place=file, reason=error.strerror or error) from error


def _archive(path: Path, published: PublishedFiles) -> Iterator[tuple[str, str, bytes]]:
    try:
        yield from _zip(path, published) if zipfile.is_zipfile(path) else _tar(path, published)
    except _ARCHIVE_DAMAGE as error:
        raise _damaged(path, published, error) from error


def _tar(path: Path, published: PublishedFiles) -> Iterator[tuple[str, str, bytes]]:
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            if member.offset_data + member.size > LARGEST_UNPACKED_BYTES:
                raise DataRefused.because("archive_too_large", source=path)
            name = PurePosixPath(member.name).name
            if not member.isreg() or published.batch_of(name) is None:
                continue
            place = f"{path}: {member.name}"
            _refuse_size(place, member.size)
            stream = archive.extractfile(member)
            assert stream is not None  # a regular file has content
            yield name, place, stream.read()


def _zip(path: Path, published: PublishedFiles) -> Iterator[tuple[str, str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = PurePosixPath(member.filename).name
            if member.is_dir() or published.batch_of(name) is None:
                continue
            place = f"{path}: {member.filename}"
            _refuse_size(place, member.file_size)
            yield name, place, archive.read(member)


def _refuse_size(place: str, size: int) -> None:
    if size > LARGEST_BYTES:
        raise DataRefused.because("file_too_large", place=place, size=size)


def _damaged(path: Path, published: PublishedFiles, error: BaseException) -> DataRefused:
    """Names the archive's checksum beside the published one, where the file's name says which one it should have."""
    reason = str(error) or type(error).__name__
    expected = published.archives.get(path.name)
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "md5").hexdigest()
    except OSError as unreadable:
        return DataRefused.because("unreadable", place=path, reason=unreadable.strerror or unreadable)
    if expected is None or found == expected:
        return DataRefused.because("archive_damaged", source=path, reason=reason)
    return DataRefused.because("archive_checksum", source=path, reason=reason, found=found, expected=expected)
