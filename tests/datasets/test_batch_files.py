"""The six files are found in folders and archives, and each is what was published."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.datasets import batch_files
from grader.datasets.batch_files import verified_batches
from grader.datasets.refusals import DataRefused
from tests.datasets.fake_cifar10 import FakeCifar10, make_fake, md5, write_folder, write_tar, write_zip


def one_line(refused: pytest.ExceptionInfo[DataRefused]) -> str:
    text = str(refused.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("version", ["python", "binary"])
@pytest.mark.parametrize("form", ["folder", "gzip", "bzip2", "xz", "tar", "zip"])
def test_every_form_gives_each_batch_once(fake: FakeCifar10, tmp_path: Path, version: str, form: str) -> None:
    files = getattr(fake, version)
    modes = {"gzip": "w:gz", "bzip2": "w:bz2", "xz": "w:xz", "tar": "w"}
    if form == "folder":
        source = write_folder(tmp_path / "batches", files)
    elif form == "zip":
        source = write_zip(tmp_path / "any name", files)
    else:
        source = write_tar(tmp_path / "any name", files, modes[form])
    found = {file.batch: file for file in verified_batches(source, fake.published)}
    assert sorted(found) == [0, 1, 2, 3, 4, 5]
    assert [found[i].content for i in range(6)] == list(files.values())
    assert [found[i].name for i in range(6)] == list(files)


def test_missing_batches_are_named(fake: FakeCifar10, tmp_path: Path) -> None:
    files = {name: content for name, content in fake.python.items() if name not in ("data_batch_3", "test_batch")}
    for source in (write_folder(tmp_path / "batches", files), write_tar(tmp_path / "a.tar.gz", files)):
        with pytest.raises(DataRefused) as refused:
            list(verified_batches(source, fake.published))
        assert f"{source}: " in one_line(refused) and "missing: data_batch_3, test_batch" in str(refused.value)


def test_another_set_of_the_same_form_is_refused_with_both_checksums(fake: FakeCifar10, tmp_path: Path) -> None:
    other = make_fake(seed=1)
    for source in (write_folder(tmp_path / "batches", other.binary), write_zip(tmp_path / "a.zip", other.binary)):
        with pytest.raises(DataRefused) as refused:
            list(verified_batches(source, fake.published))
        text = one_line(refused)
        assert str(source) in text and "data_batch_1.bin" in text
        assert md5(other.binary["data_batch_1.bin"]) in text and md5(fake.binary["data_batch_1.bin"]) in text


@pytest.mark.parametrize("name", ["data_batch_5", "test_batch"])
def test_one_changed_byte_is_found(fake: FakeCifar10, tmp_path: Path, name: str) -> None:
    content = bytearray(fake.python[name])
    content[-100] ^= 1
    folder = write_folder(tmp_path / "batches", fake.python | {name: bytes(content)})
    with pytest.raises(DataRefused, match=f"{name}: not as published"):
        list(verified_batches(folder, fake.published))


def test_truncated_archive_is_refused_with_both_checksums(fake: FakeCifar10, tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "cifar-10-python.tar.gz", fake.python)
    whole = archive.read_bytes()
    for share in (0.001, 0.3, 0.95):
        archive.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(DataRefused) as refused:
            list(verified_batches(archive, fake.published))
        text = one_line(refused)
        assert str(archive) in text and md5(archive.read_bytes()) in text and "0" * 32 in text


def test_truncated_archive_of_another_name_is_refused(fake: FakeCifar10, tmp_path: Path) -> None:
    for archive in (write_tar(tmp_path / "a.tar", fake.python, "w"), write_zip(tmp_path / "b.zip", fake.python)):
        archive.write_bytes(archive.read_bytes()[:50_000])
        with pytest.raises(DataRefused, match=archive.name):
            list(verified_batches(archive, fake.published))


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", bytes(3000)])
def test_what_is_no_archive_is_refused(fake: FakeCifar10, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "data.tar.gz"
    file.write_bytes(content)
    with pytest.raises(DataRefused) as refused:
        list(verified_batches(file, fake.published))
    assert str(file) in one_line(refused)


def test_oversized_files_are_not_read(fake: FakeCifar10, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_files, "LARGEST_BYTES", 1000)
    sources = (
        write_folder(tmp_path / "batches", fake.python),
        write_tar(tmp_path / "a.tar.gz", fake.python),
        write_zip(tmp_path / "a.zip", fake.python),
    )
    for source in sources:
        with pytest.raises(DataRefused, match="far more than a file"):
            list(verified_batches(source, fake.published))


def test_archive_that_goes_on_and_on_is_refused(
    fake: FakeCifar10, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_files, "LARGEST_UNPACKED_BYTES", 1 << 20)
    archive = write_tar(tmp_path / "a.tar.gz", {"padding": bytes(1 << 21), **fake.python})
    with pytest.raises(DataRefused, match="unpacks to far more"):
        list(verified_batches(archive, fake.published))


def test_links_in_an_archive_are_not_followed(fake: FakeCifar10, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for name in fake.python:
            entry = tarfile.TarInfo(f"x/{name}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(entry)
    with pytest.raises(DataRefused, match="missing: data_batch_1"):
        list(verified_batches(path, fake.published))


def test_the_archives_checksum_is_not_asked_where_its_files_are_right(fake: FakeCifar10, tmp_path: Path) -> None:
    published = replace(fake.published, archives={"cifar-10-python.tar.gz": "f" * 32})
    assert len(list(verified_batches(write_tar(tmp_path / "cifar-10-python.tar.gz", fake.python), published))) == 6


def test_unreadable_file_is_named(fake: FakeCifar10, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path / "batches", fake.python)

    def deny(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(DataRefused, match=r"data_batch_1: cannot be read \(Permission denied\)"):
        list(verified_batches(folder, fake.published))
