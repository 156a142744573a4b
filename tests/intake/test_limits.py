"""Limits hold while streaming, whatever an archive declares about itself."""

import io
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from grader.model.errors import SubmissionRejected
from grader.model.limits import MEBIBYTE, IntakeLimits
from grader.model.submission import Submission
from tests.intake.hand_ins import below, flags_of, flat_hand_in, gzip_bytes, layer_utils, tar_bytes, zip_bytes

Take = Callable[..., Submission]


def bomb(kind: str) -> bytes:
    """64 MiB of zeros, less than 100 KiB on disk."""
    files = {"layer_utils.py": layer_utils(), "zeros.py": bytes(64 * MEBIBYTE)}
    return tar_bytes(files) if kind == "tar" else zip_bytes(files)


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_a_decompression_bomb_is_stopped_before_it_fills_memory(take: Take, kind: str) -> None:
    content = bomb(kind)
    assert len(content) < 100_000
    tracemalloc.start()
    with pytest.raises(SubmissionRejected, match="times its size, the limit is 200 times"):
        take(content)
    assert tracemalloc.get_traced_memory()[1] < 24 * MEBIBYTE
    tracemalloc.stop()


def test_a_bomb_behind_the_end_marker_is_stopped_too(take: Take) -> None:
    plain = tar_bytes({"layer_utils.py": layer_utils()}, mode="w:")
    with pytest.raises(SubmissionRejected, match="times its size"):
        take(gzip_bytes(plain + bytes(64 * MEBIBYTE)))


def test_a_sparse_member_counts_with_the_bytes_it_gives(take: Take) -> None:
    entry = tarfile.TarInfo("zeros.py")
    entry.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.size": str(1 << 40)}
    entry.pax_headers |= {"GNU.sparse.map": f"0,0,{1 << 40},0"}
    with pytest.raises(SubmissionRejected, match=r"zeros\.py is larger than 1,000,000 bytes"):
        take(tar_bytes({"layer_utils.py": b""}, entry), limits=IntakeLimits(member_bytes=1_000_000))


@pytest.mark.parametrize("name", ["big.py", "venv/big.py"])
def test_a_member_of_a_declared_exabyte_does_not_keep_the_grader_reading(take: Take, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = 1 << 62
    with pytest.raises(SubmissionRejected, match="truncated"):
        take(entry.tobuf(tarfile.GNU_FORMAT) + b"x" * 512)


@pytest.mark.parametrize("pack", [tar_bytes, zip_bytes])
@pytest.mark.parametrize(
    ("limits", "files", "reason"),
    [
        (IntakeLimits(archive_bytes=50), {"a.py": b""}, r"has \d+ bytes, the limit is 50"),
        (IntakeLimits(unpacked_bytes=100), {"a.py": b"x" * 60, "b.py": b"y" * 60}, "more than 100 bytes"),
        (IntakeLimits(member_bytes=100), {"a.py": b"x" * 101}, "a.py is larger than 100 bytes"),
        (IntakeLimits(members=2), {"a.py": b"", "b.py": b"", "c.py": b""}, "3 or more, the limit is 2"),
        (IntakeLimits(path_depth=3), {"a/b/c/d.py": b""}, "4 folders deep, the limit is 3"),
    ],
)
def test_each_limit_is_named_with_its_number(
    take: Take, pack: Callable[[dict[str, bytes]], bytes], limits: IntakeLimits, files: dict[str, bytes], reason: str
) -> None:
    with pytest.raises(SubmissionRejected, match=reason):
        take(pack(files), limits=limits)


def test_limits_hold_for_folders(take: Take) -> None:
    with pytest.raises(SubmissionRejected, match="more than 100 bytes"):
        take({"layer_utils.py": b"x" * 101}, "folder", IntakeLimits(unpacked_bytes=100))


def test_a_zip_that_understates_its_size_is_not_believed(take: Take) -> None:
    packed = bytearray(zip_bytes({"layer_utils.py": b"x" * 5000}))
    directory = packed.index(b"PK\x01\x02")
    packed[22:26] = packed[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    with pytest.raises(SubmissionRejected):
        take(bytes(packed), "t.zip", IntakeLimits(member_bytes=1000))


def test_a_directory_of_countless_entries_is_refused_unread(take: Take) -> None:
    content = zip_bytes({f"{number:060}.txt": b"" for number in range(400)})
    with pytest.raises(SubmissionRejected, match="too many files"):
        take(content, "t.zip", IntakeLimits(members=10))


def test_junk_and_data_sets_are_dropped_without_counting_as_files(take: Take) -> None:
    junk = {f"venv/lib/site-packages/m{number}.py": b"x" for number in range(12)}
    junk |= {
        ".git/" + "deep/" * 30 + "object": b"",
        "Utils/cifar-10-batches-py/data_batch_1": bytes(5000),
        "Utils/imagenet_val_25.npz": bytes(5000),
        "__MACOSX/._layer_utils.py": b"\0",
        "._layer_utils.py": b"\0",
        ".ipynb_checkpoints/Assignment2-1_Implementing_CNN-checkpoint.ipynb": b"{}",
        "Utils/__pycache__/layer_utils.cpython-36.pyc": b"",
        ".DS_Store": b"",
        "Thumbs.db": b"",
    }
    hand_in = below("team_7", flat_hand_in())
    submission = take(
        zip_bytes(hand_in | below("team_7", junk)), "t.zip", IntakeLimits(members=6, member_bytes=4000, path_depth=4)
    )
    assert submission.files == take(hand_in, "folder").files
    assert submission.flags == ()


def test_dropped_members_are_not_endless_either(take: Take) -> None:
    junk = {f".git/{number}": b"" for number in range(100)}
    with pytest.raises(SubmissionRejected, match="too many files"):
        take(tar_bytes(flat_hand_in() | junk), limits=IntakeLimits(members=10))


def test_a_large_file_that_is_not_needed_is_left_out_and_told(take: Take) -> None:
    submission = take(
        tar_bytes(
            flat_hand_in() | {"video.mp4": bytes(5 * MEBIBYTE), "model_checkpoints/w.h5": bytes(5 * MEBIBYTE)},
            mode="w:",
        )
    )
    assert "video.mp4" not in submission.files
    assert len(submission.files["Utils/model_checkpoints/w.h5"]) == 5 * MEBIBYTE
    assert flags_of(submission)["files_left_out"].values == {"names": "video.mp4", "count": 1}


def test_an_oversized_notebook_costs_its_part_alone(take: Take) -> None:
    files = flat_hand_in()
    files["Assignment2-2_Training_CNN.ipynb"] += b" " * 4000
    submission = take(tar_bytes(files), limits=IntakeLimits(notebook_bytes=3000))
    assert submission.notebooks.keys() == {1, 3}
    assert "larger than 3,000 bytes" in submission.missing_notebooks[2]


def test_chained_long_names_do_not_overflow_the_stack(take: Take) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type = tarfile.GNUTYPE_LONGNAME
    header.size = 1
    block = header.tobuf(tarfile.GNU_FORMAT) + b"a".ljust(512, b"\0")
    with pytest.raises(SubmissionRejected, match="corrupted"):
        take(gzip_bytes(block * 3000 + bytes(1024)))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_huge_header_is_not_read_into_memory(take: Take, kind: bytes) -> None:
    entry = tarfile.TarInfo("header")
    entry.type = kind
    entry.size = 7 * MEBIBYTE
    content = gzip_bytes(entry.tobuf(tarfile.USTAR_FORMAT) + bytes(7 * MEBIBYTE) + tar_bytes(flat_hand_in(), mode="w:"))
    tracemalloc.start()
    with pytest.raises(SubmissionRejected, match="header of more than"):
        take(content)
    assert tracemalloc.get_traced_memory()[1] < 4 * MEBIBYTE
    tracemalloc.stop()


def test_a_zip_inside_a_zip_is_under_the_same_budget(take: Take) -> None:
    inner = zip_bytes(flat_hand_in() | {"a.py": bytes(3000)})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("team_7.zip", inner)
    with pytest.raises(SubmissionRejected, match="unpacking gave more than"):
        take(packed.getvalue(), "t.zip", IntakeLimits(unpacked_bytes=len(inner) + 1000))
