"""Every format by content, damage of every kind, and what may not be taken in."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest

from grader.model.errors import SubmissionRejected
from grader.model.submission import Submission
from tests.intake.hand_ins import below, flags_of, flat_hand_in, gzip_bytes, tar_bytes, zip_bytes

Take = Callable[..., Submission]
HAND_IN = below("team_7", flat_hand_in())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("team_7.tar.gz", tar_bytes(HAND_IN)),
        ("team_7.tgz", tar_bytes(HAND_IN)),
        ("team_7.tar", tar_bytes(HAND_IN, mode="w:")),
        ("team_7.tar.bz2", tar_bytes(HAND_IN, mode="w:bz2")),
        ("team_7.tar.xz", tar_bytes(HAND_IN, mode="w:xz")),
        ("team_7.zip", zip_bytes(HAND_IN)),
        ("named_a_zip.zip", tar_bytes(HAND_IN)),
        ("named_a_tar.tar.gz", zip_bytes(HAND_IN)),
        ("uncompressed.tar.gz", tar_bytes(HAND_IN, mode="w:")),
        ("twice.zip", zip_bytes({"team_7.tar.gz": tar_bytes(HAND_IN)})),
        ("twice.tar.gz", tar_bytes({"team_7.zip": zip_bytes(HAND_IN), "readme.txt": b"see inside"})),
    ],
)
def test_the_same_hand_in_comes_out_of_every_format(take: Take, name: str, content: bytes) -> None:
    packed = take(content, name)
    assert packed.files == take(HAND_IN, "folder").files
    assert packed.content_sha256 == take(HAND_IN, "folder").content_sha256
    assert packed.notebooks.keys() == {1, 2, 3}
    assert packed.flags == ()


SMALL = {"layer_utils.py": b"x = 1\n" * 3, "a.py": b"a = 2\n"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.tar.gz", tar_bytes(SMALL)),
        ("t.tar", tar_bytes(SMALL, mode="w:")),
        ("t.tar.bz2", tar_bytes(SMALL, mode="w:bz2")),
        ("t.tar.xz", tar_bytes(SMALL, mode="w:xz")),
        ("t.zip", zip_bytes(SMALL)),
        ("stored.zip", zip_bytes(SMALL, zipfile.ZIP_STORED)),
        ("inner.zip", zip_bytes(SMALL | {"model.keras": zip_bytes(SMALL), "z.py": b"z\n"}, zipfile.ZIP_STORED)),
    ],
)
def test_a_cut_archive_is_rejected_or_was_whole(take: Take, name: str, content: bytes) -> None:
    whole = take(content, name).files
    taken = []
    for length in range(0, len(content), 1 if len(content) < 2000 else 37):
        try:
            taken.append((length, take(content[:length], name).files))
        except SubmissionRejected:
            continue
    assert [(length, files) for length, files in taken if files != whole] == []
    # Only padding behind a tar's end marker, and nothing of any compressed format, can be missed.
    assert all(name == "t.tar" and length > 2048 for length, _ in taken)


def test_a_tar_that_ends_between_two_members_is_truncated(take: Take) -> None:
    plain = tar_bytes({"layer_utils.py": b"x = 1\n", "later.py": b""}, mode="w:")
    first_member = plain[:1024]
    with pytest.raises(SubmissionRejected, match="truncated"):
        take(first_member)
    with pytest.raises(SubmissionRejected, match="truncated"):
        take(gzip_bytes(first_member))


def test_a_damaged_header_is_not_taken_for_the_end(take: Take) -> None:
    plain = bytearray(tar_bytes({"layer_utils.py": b"x = 1\n", "later.py": b"y = 2\n"}, mode="w:"))
    plain[1024:1034] = b"\xff" * 10
    with pytest.raises(SubmissionRejected, match="corrupted"):
        take(bytes(plain))


def test_a_wrong_checksum_is_corruption(take: Take) -> None:
    packed = bytearray(tar_bytes(SMALL))
    packed[-8:-4] = struct.pack("<L", zlib.crc32(b"else"))
    with pytest.raises(SubmissionRejected, match="corrupted"):
        take(bytes(packed))
    stored = zip_bytes(SMALL, zipfile.ZIP_STORED)
    with pytest.raises(SubmissionRejected, match="corrupted"):
        take(stored.replace(b"x = 1\n", b"x = 2\n", 1))


def test_a_directory_that_swallows_its_own_entries_is_corrupted(take: Take) -> None:
    packed = bytearray(zip_bytes(HAND_IN))
    packed[packed.index(b"PK\x01\x02") + 33] = 0xFF  # high byte of the first entry's comment length
    with pytest.raises(SubmissionRejected, match="of 5 zip members found"):
        take(bytes(packed), "t.zip")


@pytest.mark.parametrize("flip", range(0, 400, 23))
def test_no_flipped_byte_of_a_zip_raises_anything_else(take: Take, flip: int) -> None:
    packed = bytearray(zip_bytes(SMALL))
    packed[flip % len(packed)] ^= 0xFF
    try:
        files = take(bytes(packed), "t.zip").files
    except SubmissionRejected:
        return
    assert files


def test_an_encrypted_zip_is_rejected(take: Take) -> None:
    packed = bytearray(zip_bytes({"layer_utils.py": b"x"}))
    directory = packed.index(b"PK\x01\x02")
    packed[6] |= 1
    packed[directory + 8] |= 1
    with pytest.raises(SubmissionRejected, match="password"):
        take(bytes(packed), "t.zip")


def test_an_unknown_compression_is_rejected(take: Take) -> None:
    packed = bytearray(zip_bytes({"layer_utils.py": b"x"}))
    directory = packed.index(b"PK\x01\x02")
    packed[8] = packed[directory + 10] = 99
    with pytest.raises(SubmissionRejected, match="compression"):
        take(bytes(packed), "t.zip")


@pytest.mark.parametrize(
    "content", [tar_bytes({}), tar_bytes({}, mode="w:"), zip_bytes({})], ids=["tar.gz", "tar", "zip"]
)
def test_an_empty_archive_is_rejected(take: Take, content: bytes) -> None:
    with pytest.raises(SubmissionRejected, match="empty"):
        take(content)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("team_7.tar.gz", b"", "0 bytes"),
        ("team_7.tar.gz", b"<html>Please log in</html>" * 40, "no archive"),
        ("team_7.tar.gz", gzip_bytes(b"not a tar" * 200), "corrupted"),
        ("team_7.rar", b"Rar!\x1a\x07\x01\x00rest", "rar archive; hand in"),
        ("team_7.7z", b"7z\xbc\xaf\x27\x1crest", "7z archive"),
    ],
)
def test_what_is_no_readable_archive_is_rejected(take: Take, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(SubmissionRejected, match=reason):
        take(content, name)


def test_what_was_looked_for_is_named_where_nothing_can_be_graded(take: Take) -> None:
    with pytest.raises(SubmissionRejected, match=r"looked for .*layer_utils\.py, found team_7/report\.pdf"):
        take(tar_bytes({"team_7/report.pdf": b"%PDF", "team_7/.DS_Store": b"junk"}))


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type = kind
    entry.linkname = target
    return entry


def test_members_that_lead_outside_or_are_no_files_are_refused_by_name(take: Take) -> None:
    outside = {"../evil.py": b"1", "/abs.py": b"2", "C:\\windows.py": b"3", "a/../../b.py": b"4", "..\\c.py": b"5"}
    content = tar_bytes(
        HAND_IN | outside,
        special("team_7/link", tarfile.SYMTYPE, "/etc/passwd"),
        special("team_7/hard", tarfile.LNKTYPE, "team_7/layer_utils.py"),
        special("team_7/fifo", tarfile.FIFOTYPE),
        special("team_7/device", tarfile.CHRTYPE),
    )
    submission = take(content)
    assert submission.files == take(HAND_IN, "folder").files
    flag = flags_of(submission)["refused_members"]
    assert flag.values["count"] == 9
    for named in ("../evil.py", "/abs.py", "C:", "link (symbolic link)", "hard (hard link)", "fifo (fifo)", "(device)"):
        assert named in str(flag.values["names"])


def test_a_file_below_a_link_stays_inside(take: Take) -> None:
    packed = io.BytesIO(tar_bytes({}, special("team_7/out", tarfile.SYMTYPE, "/tmp"), mode="w:"))
    with tarfile.open(fileobj=packed, mode="a:") as tar:
        for name, content in (HAND_IN | {"team_7/out/x.py": b"x"}).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    submission = take(packed.getvalue())
    assert submission.files["out/x.py"] == b"x"
    assert "out" not in submission.files


def test_a_link_in_a_zip_is_refused(take: Take) -> None:
    packed = io.BytesIO(zip_bytes(HAND_IN))
    with zipfile.ZipFile(packed, "a") as archive:
        link = zipfile.ZipInfo("team_7/Utils/data.npy")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    submission = take(packed.getvalue(), "t.zip")
    assert "Utils/data.npy" not in submission.files
    assert "symbolic link" in str(flags_of(submission)["refused_members"].values["names"])


def test_a_refused_name_is_escaped_and_cut(take: Take) -> None:
    submission = take(tar_bytes(HAND_IN | {"../\x1b[31m\u202e" + "x" * 400: b""}))
    names = str(flags_of(submission)["refused_members"].values["names"])
    assert "\\x1b" in names and "\\u202e" in names and "\x1b" not in names and "\u202e" not in names
    assert len(names) < 200


def test_of_duplicate_members_the_last_counts_and_it_is_told(take: Take) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for content in (b"first = 1\n", b"second = 2\n"):
            entry = tarfile.TarInfo("team_7/layer_utils.py")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    submission = take(packed.getvalue())
    assert submission.files["Utils/layer_utils.py"] == b"second = 2\n"
    assert flags_of(submission)["duplicate_members"].values["names"] == "team_7/layer_utils.py"


@pytest.mark.parametrize("order", [("helper", "helper/part.py"), ("helper/part.py", "helper")])
def test_a_file_that_is_also_a_folder_does_not_break_the_rest(take: Take, order: tuple[str, str]) -> None:
    submission = take(tar_bytes(flat_hand_in() | {name: name.encode() for name in order}))
    assert order[1] in submission.files and order[0] not in submission.files
    assert flags_of(submission)["duplicate_members"].values["names"] == order[0]


def cp949_zip(name: str, content: bytes) -> bytes:
    """A zip as Korean Windows writes it: names in CP949, no UTF-8 mark."""
    raw = name.encode("cp949")
    packed = zip_bytes({"x" * len(raw): content} | flat_hand_in())
    return packed.replace(b"x" * len(raw), raw)


def test_names_in_cp949_are_read(take: Take) -> None:
    assert take(cp949_zip("설명.txt", b"hi"), "t.zip").files["설명.txt"] == b"hi"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT, encoding="cp949") as tar:
        entry = tarfile.TarInfo("설명.txt")
        tar.addfile(entry)
        entry = tarfile.TarInfo("layer_utils.py")
        tar.addfile(entry)
    assert "설명.txt" in take(packed.getvalue()).files


def test_decomposed_names_are_composed(take: Take) -> None:
    decomposed = "\u1109\u1165\u11af\u1106\u1167\u11bc.txt"
    for name, content in (
        ("t.zip", zip_bytes(flat_hand_in() | {decomposed: b""})),
        ("t.tar", tar_bytes(flat_hand_in() | {decomposed: b""})),
    ):
        assert "설명.txt" in take(content, name).files
