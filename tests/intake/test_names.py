"""Names off uploads and archives, and what becomes of unsafe ones."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.display import displayable, displayable_list
from grader.intake.junk import is_junk
from grader.intake.member import UnsafeName, member_path
from grader.intake.team_name import is_generic, safe_team_name
from grader.intake.upload_name import read_upload_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("team_7", "team_7"),
        ("우리 팀", "우리 팀"),
        ("cafe\u0301", "caf\u00e9"),
        ("../../etc", "_._.._etc"),
        ("a/b\\c:d", "a_b_c_d"),
        ("\u202eevil\x1b[0m", "_evil_[0m"),
        (".hidden", "_hidden"),
        ("-rf", "_rf"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("trailing. ", "trailing_"),
        ("   ", "unnamed"),
        ("", "unnamed"),
    ],
)
def test_unsafe_characters_are_replaced_and_unicode_kept(name: str, safe: str) -> None:
    assert safe_team_name(name) == safe


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=100))
def test_every_safe_name_is_one_plain_component(name: str) -> None:
    safe = safe_team_name(name)
    assert safe and safe.isprintable() and len(safe.encode("utf-8")) <= 255
    assert not set(safe) & set('/\\:*?"<>|') and not safe.startswith((".", "-", " ")) and not safe.endswith((".", " "))
    assert safe_team_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "own", "participant", "uploaded"),
    [
        ("team_7.tar.gz", "team_7", None, None),
        ("team 7_20181014.zip", "team 7", None, datetime.datetime(2018, 10, 14)),
        ("team_7_2018-10-14_15-30-59.tgz", "team_7", None, datetime.datetime(2018, 10, 14, 15, 30, 59)),
        ("20181014153000_team_7.tar", "team_7", None, datetime.datetime(2018, 10, 14, 15, 30)),
        ("2018-12345.zip", "2018-12345", None, None),
        ("20181345.zip", "20181345", None, None),
        ("홍 길동_77_assignsubmission_file_", "", "홍 길동_77", None),
        ("Hong_77_assignsubmission_file_team_7 (2).zip", "team_7", "Hong_77", None),
        ("team.tar.gz", "team", None, None),
    ],
)
def test_uploads_names_are_taken_apart(
    name: str, own: str, participant: str | None, uploaded: datetime.datetime | None
) -> None:
    read = read_upload_name(name)
    assert (read.own, read.participant, read.uploaded) == (own, participant, uploaded)


@pytest.mark.parametrize(
    "name", ["Assignment2", "assignment_2", "HW2", "submission", "Utils", "과제2", "새 폴더", "__"]
)
def test_names_of_the_assignment_are_nobodys(name: str) -> None:
    assert is_generic(name)


@pytest.mark.parametrize("name", ["team_7", "alpha", "우리팀", "assignments_are_fun", "hwang"])
def test_names_of_teams_are_theirs(name: str) -> None:
    assert not is_generic(name)


@pytest.mark.parametrize(
    "name", ["../x", "a/../b", "/x", "\\\\host\\x", "c:x", "C:/x", "a\0b", "..", "x" * 256, "a/" * 1100, "\udcff"]
)
def test_paths_that_lead_outside_or_cannot_be_written_are_unsafe(name: str) -> None:
    with pytest.raises(UnsafeName):
        member_path(name)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab./\\ :é\u0301"), max_size=30))
def test_every_path_stays_inside(name: str) -> None:
    try:
        path = member_path(name)
    except UnsafeName:
        return
    assert not path.startswith("/") and not {"..", "."} & set(path.split("/")) and "\\" not in path
    assert path == "" or "" not in path.split("/")


@pytest.mark.parametrize(
    "path", ["a/__pycache__/x", "A/.DS_Store", "__MACOSX/x", "Utils/CIFAR-10-batches-py/b", "a/._b"]
)
def test_junk_is_told_in_any_letter_case(path: str) -> None:
    assert is_junk(path)


@pytest.mark.parametrize("path", ["environment.py", "Utils/model_checkpoints/checkpoint", "git/x", "cifar.py"])
def test_work_is_no_junk(path: str) -> None:
    assert not is_junk(path)


def test_names_are_shown_on_one_short_line() -> None:
    assert displayable("a\nb\x1b\u202e\udcff") == "a\\nb\\x1b\\u202e\\udcff"
    assert len(displayable("x" * 1000)) == 120
    assert displayable_list([str(n) for n in range(12)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"
