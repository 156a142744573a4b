"""What an inbox is read as: hand-ins, whose they are, and what is no hand-in."""

import datetime
import os
import pickle
from pathlib import Path

import pytest

from grader.intake import Candidate, Handout, take_in
from grader.intake.inbox import scan, scan_many
from grader.model.errors import SubmissionRejected, UsageError
from grader.model.status import Severity
from tests.intake.hand_ins import (
    NAMES,
    below,
    flat_hand_in,
    layer_utils,
    part_notebook,
    tar_bytes,
    whole_hand_in,
    write_tree,
    zip_bytes,
)

WHEN = datetime.datetime(2018, 10, 14, 12, 0)


def team(name: str, factor: int = 1) -> bytes:
    return tar_bytes(below(name, flat_hand_in() | {"layer_utils.py": layer_utils(factor)}))


def put(folder: Path, name: str, content: bytes, when: datetime.datetime = WHEN) -> Path:
    write_tree(folder, {name: content})
    os.utime(folder / name, (when.timestamp(), when.timestamp()))
    return folder / name


def teams(path: Path) -> dict[str, Candidate]:
    return {candidate.team: candidate for candidate in scan(path).candidates}


def flag_ids(candidate: Candidate) -> set[str]:
    return {flag.id for flag in candidate.flags}


def test_a_folder_of_archives_and_team_folders(tmp_path: Path, handout: Handout) -> None:
    put(tmp_path, "upload one.tar.gz", team("team_1"))
    put(tmp_path, "team_2.zip", zip_bytes(whole_hand_in()))
    write_tree(tmp_path / "team_3", flat_hand_in())
    write_tree(tmp_path / "team_4" / "Assignment2", whole_hand_in())
    put(tmp_path / "team_5", "hw2.tar.gz", tar_bytes(flat_hand_in()))
    put(tmp_path, "notes.txt", b"call the deans")
    put(tmp_path, "teams.xlsx", zip_bytes({"[Content_Types].xml": b""}))
    put(tmp_path, ".DS_Store", b"")
    (tmp_path / "nothing").mkdir()
    inbox = scan(tmp_path)
    assert [candidate.team for candidate in inbox.candidates] == ["team_1", "team_2", "team_3", "team_4", "team_5"]
    assert {entry.name for entry in inbox.ignored} == {"notes.txt", "teams.xlsx", "nothing/"}
    for candidate in inbox.candidates:
        assert take_in(candidate, handout).notebooks.keys() == {1, 2, 3}
        assert pickle.loads(pickle.dumps(candidate)) == candidate


def test_a_broken_archive_is_a_hand_in_and_not_ignored(tmp_path: Path, handout: Handout) -> None:
    put(tmp_path, "team_1.tar.gz", team("team_1")[:200])
    put(tmp_path, "team_2.zip", b"")
    put(tmp_path, "team_3.rar", b"Rar!\x1a\x07\x00")
    candidates = scan(tmp_path).candidates
    assert [candidate.team for candidate in candidates] == ["team_1", "team_2", "team_3"]
    for candidate in candidates:
        with pytest.raises(SubmissionRejected):
            take_in(candidate, handout)


MOODLE = "Hong Gildong_12345_assignsubmission_file_"


def test_an_lms_zip_with_a_folder_or_a_file_a_team(tmp_path: Path, handout: Handout) -> None:
    uploads = {
        f"{MOODLE}/team_7.tar.gz": team("team_7"),
        "홍길동_222_assignsubmission_file_/assignment2.zip": zip_bytes(whole_hand_in()),
        "Kim_333_assignsubmission_file_/notes.pdf": b"%PDF",
        "Lee_444_assignsubmission_onlinetext_/onlinetext.html": b"<p>see file</p>",
        "Park_555_assignsubmission_file_team_9.tar.gz": team("team_9"),
        "team 8_20181014.zip": zip_bytes(flat_hand_in()),
        **below("Choi_666_assignsubmission_file_", flat_hand_in()),
        **below("team_6", whole_hand_in()),
    }
    path = put(tmp_path, "uploads.zip", zip_bytes(uploads))
    inbox = scan(path)
    found = {candidate.team: candidate for candidate in inbox.candidates}
    assert found.keys() == {"team_7", "홍길동_222", "Kim_333", "team_9", "team 8", "Choi_666", "team_6"}
    assert found["team_7"].source == f"uploads.zip: {MOODLE}/team_7.tar.gz"
    assert found["team 8"].uploaded == datetime.datetime(2018, 10, 14)
    assert [note for note in inbox.notes if "uploads.zip" in note]
    with pytest.raises(SubmissionRejected, match="found notes.pdf"):
        take_in(found.pop("Kim_333"), handout)
    for candidate in found.values():
        assert take_in(candidate, handout).notebooks.keys() == {1, 2, 3}


@pytest.mark.parametrize(
    "files",
    [
        below("team_7", flat_hand_in()),
        below("team_7/Assignment2", whole_hand_in()),
        whole_hand_in(),
        whole_hand_in() | {"team_7.tar.gz": b"made by the script"},
        below("team_7/old", flat_hand_in()) | below("team_7/new", flat_hand_in()),
        {f"part{part}/{NAMES[part]}": part_notebook(part) for part in NAMES} | {"code/layer_utils.py": layer_utils()},
    ],
)
def test_one_teams_zip_is_not_taken_for_an_lms_zip(tmp_path: Path, files: dict[str, bytes]) -> None:
    (candidate,) = scan(put(tmp_path, "team_7.zip", zip_bytes(files))).candidates
    assert (candidate.team, candidate.member) == ("team_7", None)


def test_a_zip_of_team_folders_without_an_lms(tmp_path: Path) -> None:
    path = put(tmp_path, "all.zip", zip_bytes(below("in/alpha", flat_hand_in()) | below("in/beta", flat_hand_in())))
    assert teams(path).keys() == {"alpha", "beta"}


def test_names_in_an_lms_zip_may_be_in_cp949(tmp_path: Path, handout: Handout) -> None:
    raw = "홍길동_222_assignsubmission_file_".encode("cp949")
    packed = zip_bytes({"x" * len(raw) + "/team_7.tar.gz": team("team_7"), "Kim_1_assignsubmission_file_/a.pdf": b""})
    path = put(tmp_path, "uploads.zip", packed.replace(b"x" * len(raw), raw))
    candidate = teams(path)["team_7"]
    assert "홍길동" in candidate.source
    assert take_in(candidate, handout).notebooks


def test_a_students_zip_cannot_bring_in_other_teams_hand_ins(tmp_path: Path) -> None:
    put(tmp_path, "team_1.tar.gz", team("team_1"))
    evil = zip_bytes({f"{MOODLE}/team_1.tar.gz": team("team_1", 2)})
    put(tmp_path, "team_2.zip", evil, WHEN + datetime.timedelta(days=1))
    inbox = scan(tmp_path)
    assert [candidate.source for candidate in inbox.candidates if candidate.team == "team_1"] == ["team_1.tar.gz"]
    assert any("team_2.zip" in note for note in inbox.notes)
    assert [c.member for c in scan_many(sorted(tmp_path.iterdir())).candidates] == [None, None]


def test_a_list_of_files_and_single_archives(tmp_path: Path) -> None:
    paths = [put(tmp_path, f"team_{number}.tar.gz", team(f"team_{number}")) for number in (1, 2)]
    paths.append(put(tmp_path, "notes.txt", b"hi"))
    inbox = scan_many(paths)
    assert [candidate.team for candidate in inbox.candidates] == ["team_1", "team_2"]
    assert [entry.name for entry in inbox.ignored] == ["notes.txt"]
    assert teams(paths[0]).keys() == {"team_1"}


@pytest.mark.parametrize("seconds", [-60, 60])
def test_of_two_archives_of_one_team_the_newest_counts(tmp_path: Path, handout: Handout, seconds: int) -> None:
    put(tmp_path, "team_7.tar.gz", team("team_7", 1))
    put(tmp_path, "again.tar.gz", team("team_7", 2), WHEN + datetime.timedelta(seconds=seconds))
    (candidate,) = scan(tmp_path).candidates
    newest, older = ("again.tar.gz", "team_7.tar.gz") if seconds > 0 else ("team_7.tar.gz", "again.tar.gz")
    assert candidate.source == newest
    submission = take_in(candidate, handout)
    assert submission.files["Utils/layer_utils.py"] == layer_utils(2 if seconds > 0 else 1)
    (flag,) = submission.flags
    assert (flag.id, flag.severity, flag.values["older"]) == ("superseded", Severity.INFO, older)


def test_the_upload_time_in_a_name_goes_before_the_files_time(tmp_path: Path) -> None:
    put(tmp_path, "team_7_20181014-1200.zip", zip_bytes(flat_hand_in()), WHEN + datetime.timedelta(days=9))
    put(tmp_path, "team_7_2018-10-15_09-30-00.zip", zip_bytes(flat_hand_in()), WHEN)
    (candidate,) = scan(tmp_path).candidates
    assert candidate.source == "team_7_2018-10-15_09-30-00.zip"
    assert candidate.uploaded == datetime.datetime(2018, 10, 15, 9, 30)


def test_a_browsers_later_copy_counts_where_times_are_equal(tmp_path: Path) -> None:
    for name in ("team_7.tar.gz", "team_7 (1).tar.gz", "team_7 (10).tar.gz", "team_7 (2).tar.gz"):
        put(tmp_path, name, team("team_7"))
    (candidate,) = scan(tmp_path).candidates
    assert candidate.source == "team_7 (10).tar.gz"
    assert candidate.flags[0].values["count"] == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alpha", "alpha"),
        ("ab:c", "ab?c"),
        ("caf\u00e9", "cafe\u0301"),
        ("x" * 80 + "1", "x" * 80 + "2"),
        ("\u202ealpha", "\u200falpha"),
    ],
)
def test_names_that_become_equal_are_kept_apart_and_told(tmp_path: Path, one: str, other: str) -> None:
    put(tmp_path, "1.tar.gz", team(one))
    put(tmp_path, "2.tar.gz", team(other))
    candidates = scan(tmp_path).candidates
    assert len({candidate.team.casefold() for candidate in candidates}) == 2
    assert all(flag_ids(candidate) == {"team_name_collision"} for candidate in candidates)
    assert scan(tmp_path).candidates == candidates


def test_a_suffix_never_takes_another_teams_name(tmp_path: Path) -> None:
    put(tmp_path, "1.tar.gz", team("Alpha"))
    put(tmp_path, "2.tar.gz", team("alpha"))
    suffixed = max((candidate.team for candidate in scan(tmp_path).candidates), key=len)
    put(tmp_path, "3.tar.gz", team(suffixed))
    names = [candidate.team for candidate in scan(tmp_path).candidates]
    assert suffixed in names and len(set(names)) == 3


def test_a_folder_name_inside_cannot_replace_another_teams_hand_in(tmp_path: Path) -> None:
    put(tmp_path, "team_7.tar.gz", team("team_7"))
    put(tmp_path, "team_8.tar.gz", team("team_7"), WHEN + datetime.timedelta(days=1))
    candidates = scan(tmp_path).candidates
    assert {candidate.source for candidate in candidates} == {"team_7.tar.gz", "team_8.tar.gz"}
    assert all("team_name_collision" in flag_ids(candidate) for candidate in candidates)


def test_hand_ins_that_only_share_the_assignments_name_are_several(tmp_path: Path) -> None:
    put(tmp_path / "a", "Assignment2.zip", zip_bytes(below("Assignment2", whole_hand_in())))
    put(tmp_path / "a", "hw2.zip", zip_bytes(whole_hand_in()))
    put(tmp_path / "b", "Assignment2.zip", zip_bytes(below("Assignment2", whole_hand_in())))
    assert len(scan(tmp_path).candidates) == 3


def test_two_participants_with_equally_named_files_are_two(tmp_path: Path) -> None:
    uploads = {f"Kim_{number}_assignsubmission_file_/final.zip": zip_bytes(flat_hand_in()) for number in (1, 2)}
    uploads |= {f"Lee_{number}_assignsubmission_file_/best.zip": zip_bytes(flat_hand_in()) for number in (3, 4)}
    assert len(teams(put(tmp_path, "uploads.zip", zip_bytes(uploads)))) == 4


def test_two_members_of_one_team_are_one(tmp_path: Path) -> None:
    uploads = {f"Kim_{number}_assignsubmission_file_/x.tar.gz": team("team_7") for number in (1, 2)}
    assert teams(put(tmp_path, "uploads.zip", zip_bytes(uploads))).keys() == {"team_7"}


def test_loose_work_beside_archives_and_a_grading_output_are_named(tmp_path: Path) -> None:
    put(tmp_path, "team_7.tar.gz", team("team_7"))
    write_tree(tmp_path, {NAMES[1]: part_notebook(1), "Utils/layer_utils.py": b"", "out/log.jsonl": b""})
    write_tree(tmp_path / "out" / "teams" / "team_7", flat_hand_in())
    inbox = scan(tmp_path)
    assert [candidate.team for candidate in inbox.candidates] == ["team_7"]
    assert {entry.name for entry in inbox.ignored} == {NAMES[1], "Utils/", "out/"}


def test_links_in_an_inbox_are_not_followed(tmp_path: Path) -> None:
    elsewhere = put(tmp_path / "elsewhere", "team_9.tar.gz", team("team_9"))
    inbox = tmp_path / "inbox"
    put(inbox, "team_7.tar.gz", team("team_7"))
    (inbox / "link.tar.gz").symlink_to(elsewhere)
    (inbox / "folder").symlink_to(elsewhere.parent)
    assert teams(inbox).keys() == {"team_7"}
    assert {entry.name for entry in scan(inbox).ignored} == {"link.tar.gz", "folder"}


def test_a_work_folder_is_an_inbox_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path / "team_7", whole_hand_in())
    monkeypatch.chdir(tmp_path / "team_7")
    (candidate,) = scan(Path(".")).candidates
    assert (candidate.team, candidate.source) == ("team_7", "team_7")


def test_what_is_no_inbox_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    put(tmp_path, "full/notes.txt", b"hi")
    os.mkfifo(tmp_path / "pipe")
    for path, text in (
        (tmp_path / "gone", "no such file or folder"),
        (tmp_path / ("x" * 300), "check the path"),
        (tmp_path / "pipe", "neither an archive nor a folder"),
        (tmp_path / "empty", "no hand-in in it"),
        (tmp_path / "full", r"ignored: notes\.txt"),
        (tmp_path / "full" / "notes.txt", "neither an archive nor a folder"),
    ):
        with pytest.raises(UsageError, match=text) as caught:
            scan(path)
        assert "\n" not in str(caught.value) and str(path)[:50] in str(caught.value)
