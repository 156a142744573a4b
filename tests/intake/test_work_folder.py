"""The self-check's door: a work folder or an archive, or one clear line."""

from pathlib import Path

import pytest

from grader.intake import Handout
from grader.intake.work_folder import open_work_folder
from grader.model.errors import SubmissionRejected, UsageError
from tests.intake.hand_ins import below, flat_hand_in, tar_bytes, whole_hand_in, write_tree


def test_a_work_folder_and_its_archive_are_the_same_submission(tmp_path: Path, handout: Handout) -> None:
    folder = write_tree(
        tmp_path / "team_7", whole_hand_in() | {"venv/lib/x.py": b"", "Utils/cifar-10-batches-py/b": b""}
    )
    archive = tmp_path / "x.tar.gz"
    archive.write_bytes(tar_bytes(below("team_7", flat_hand_in())))
    one, other = open_work_folder(folder, handout), open_work_folder(archive, handout)
    assert (one.team, one.files, one.flags) == (other.team, other.files, other.flags)
    assert one.team == "team_7"


def test_the_current_folder_has_its_own_name(tmp_path: Path, handout: Handout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_tree(tmp_path / "우리 팀", whole_hand_in()))
    assert open_work_folder(Path("."), handout).team == "우리 팀"


def test_work_without_a_known_hand_out_is_taken_in(tmp_path: Path) -> None:
    submission = open_work_folder(write_tree(tmp_path / "work", whole_hand_in()), Handout())
    assert submission.notebooks.keys() == {1, 2, 3}
    assert "Utils/data_utils.py" not in submission.files


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("gone", None, "no such file or folder"),
        ("notes.txt", b"hi", "neither an archive nor a folder"),
        ("photos/cat.png", b"png", r"nothing to grade.*found cat\.png"),
    ],
)
def test_what_is_no_work_is_a_usage_error(
    tmp_path: Path, handout: Handout, name: str, content: bytes | None, text: str
) -> None:
    if content is not None:
        write_tree(tmp_path, {name: content})
    with pytest.raises(UsageError, match=text):
        open_work_folder(tmp_path / name.split("/")[0], handout)


def test_a_damaged_archive_is_rejected(tmp_path: Path, handout: Handout) -> None:
    path = tmp_path / "team_7.tar.gz"
    path.write_bytes(tar_bytes(flat_hand_in())[:-30])
    with pytest.raises(SubmissionRejected, match="truncated"):
        open_work_folder(path, handout)
