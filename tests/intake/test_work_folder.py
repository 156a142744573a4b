"""The self-check's door: a work folder or an archive, or one clear line."""

import zipfile
from pathlib import Path

import pytest

from grader.intake import Handout, take_in
from grader.intake.work_folder import find_hand_in, open_work_folder
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


def test_a_work_folder_is_found_even_beside_the_archive_made_of_it(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "team_7", whole_hand_in() | {"team_7.tar.gz": tar_bytes(flat_hand_in())})
    assert find_hand_in(folder).path == folder


def test_the_only_hand_in_of_a_folder_is_found(tmp_path: Path) -> None:
    archive = write_tree(tmp_path / "submission", {"readme.txt": b"hi", "team_7.tar.gz": tar_bytes(flat_hand_in())})
    assert find_hand_in(archive).path == archive / "team_7.tar.gz"
    nested = write_tree(tmp_path / "other", {f"team_8/{name}": content for name, content in whole_hand_in().items()})
    assert (find_hand_in(nested).path, find_hand_in(nested).team) == (nested / "team_8", "team_8")


def test_a_folder_with_nothing_to_grade_stands_for_itself_and_is_rejected(tmp_path: Path, handout: Handout) -> None:
    folder = write_tree(tmp_path / "submission", {"cat.png": b"png"})
    candidate = find_hand_in(folder)
    assert candidate.path == folder
    with pytest.raises(SubmissionRejected, match="nothing to grade"):
        take_in(candidate, handout)


def test_several_hand_ins_are_not_one(tmp_path: Path) -> None:
    packed = {f"team_{number}.tar.gz": tar_bytes(below(f"team_{number}", flat_hand_in())) for number in (1, 2)}
    with pytest.raises(UsageError, match=r"several hand-ins.*team_1.*team_2"):
        find_hand_in(write_tree(tmp_path / "inbox", packed))


def test_no_hand_in_at_a_path_is_a_usage_error(tmp_path: Path) -> None:
    write_tree(tmp_path, {"notes.txt": b"hi"})
    with pytest.raises(UsageError, match="neither an archive"):
        find_hand_in(tmp_path / "notes.txt")
    with pytest.raises(UsageError, match="no such file or folder"):
        find_hand_in(tmp_path / "gone")


def test_packed_template_is_the_same_handout_as_the_folder(tmp_path: Path) -> None:
    folder, packed = Path(__file__).parents[2] / "student_template", tmp_path / "student_template.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(folder).as_posix())
    loaded = Handout.load(packed)
    assert loaded == Handout.load(folder) and loaded.template and loaded.given


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_damaged_packed_template_is_told(tmp_path: Path, content: bytes) -> None:
    packed = tmp_path / "student_template.zip"
    packed.write_bytes(content)
    with pytest.raises(UsageError, match="student_template.zip"):
        Handout.load(packed)
