"""The work folder that comes out, for every layout that students hand in."""

import datetime
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.intake import Candidate, Handout, take_in
from grader.intake.handout import EARLIER_SHA256
from grader.intake.hashing import text_sha256
from grader.model.errors import UsageError
from grader.model.status import Severity
from grader.model.submission import Submission
from tests.intake.hand_ins import (
    NAMES,
    below,
    flags_of,
    flat_hand_in,
    layer_utils,
    part_notebook,
    tar_bytes,
    template_layer_utils,
    whole_hand_in,
    write_tree,
    zip_bytes,
)

Take = Callable[..., Submission]


@pytest.mark.parametrize(
    "folder", ["team_7", "team_7/Assignment2", "a/b/c/team_7", "./team_7", "team_7//inner", "팀 7"]
)
@pytest.mark.parametrize("layout", [flat_hand_in, whole_hand_in])
def test_every_layout_gives_the_same_work_folder(
    take: Take, folder: str, layout: Callable[[], dict[str, bytes]]
) -> None:
    submission = take(tar_bytes(below(folder, layout())))
    assert submission.files.keys() == {
        *NAMES.values(),
        "Utils/layer_utils.py",
        "Utils/model_checkpoints/my_model_final.keras",
    }
    assert submission.notebooks == NAMES
    assert submission.missing_notebooks == {}
    assert submission.flags == ()
    assert submission.files == take(tar_bytes(layout())).files


def test_windows_separators_and_lower_case_folders_are_understood(take: Take) -> None:
    files = {f"team_7\\{name}".replace("Utils/", "utils\\"): content for name, content in whole_hand_in().items()}
    assert take(zip_bytes(files), "t.zip").files == take(whole_hand_in(), "folder").files


def test_a_readme_beside_the_work_folder_does_not_move_it(take: Take) -> None:
    submission = take(tar_bytes(below("team_7", flat_hand_in()) | {"readme.txt": b"hi", "other/note.txt": b"x"}))
    assert submission.files == take(flat_hand_in(), "folder").files


def test_notebooks_and_code_in_separate_folders_are_brought_together(take: Take) -> None:
    files = {f"team_7/notebooks/{NAMES[part]}": part_notebook(part) for part in NAMES}
    files |= {"team_7/Utils/layer_utils.py": layer_utils(), "team_7/Utils/helper.py": b"h = 1\n"}
    files |= {"team_7/Utils/model_checkpoints/my_model_final.keras": b"weights"}
    assert take(tar_bytes(files)).files.keys() == {
        *NAMES.values(),
        "Utils/layer_utils.py",
        "Utils/helper.py",
        "Utils/model_checkpoints/my_model_final.keras",
    }


def test_own_modules_and_pictures_keep_their_place(take: Take) -> None:
    extra = {"helper.py": b"h\n", "Utils/more.py": b"m\n", "figures/plot.png": b"\x89PNG"}
    submission = take(tar_bytes(whole_hand_in() | extra))
    assert {name: submission.files[name] for name in extra} == extra
    assert "Utils/helper.py" not in submission.files


def test_a_flat_hand_ins_modules_are_found_from_both_places(take: Take) -> None:
    own = {"helper.py": b"h\n", "table.txt": b"1 2\n", "data_utils.py": b"def load_images(): ...\n"}
    submission = take(tar_bytes(flat_hand_in() | own))
    assert submission.files["helper.py"] == submission.files["Utils/helper.py"] == b"h\n"
    assert submission.files["table.txt"] == submission.files["Utils/table.txt"] == b"1 2\n"
    assert "data_utils.py" not in submission.files and "Utils/data_utils.py" not in submission.files


def test_a_loose_saved_model_goes_to_the_checkpoints(take: Take) -> None:
    files = flat_hand_in() | {"my_model_final.meta": b"graph", "checkpoint": b"latest"}
    submission = take(tar_bytes(files))
    assert submission.files["Utils/model_checkpoints/my_model_final.meta"] == b"graph"
    assert submission.files["Utils/model_checkpoints/checkpoint"] == b"latest"


def test_of_two_checkpoints_the_one_at_the_top_counts(take: Take) -> None:
    files = whole_hand_in() | {"model_checkpoints/my_model_final.keras": b"newer"}
    assert take(tar_bytes(files)).files["Utils/model_checkpoints/my_model_final.keras"] == b"newer"


@pytest.mark.parametrize("path", ["Utils/data_utils.py", "data_utils.py"])
def test_a_given_file_is_never_taken_and_told_only_where_it_was_changed(take: Take, path: str) -> None:
    same = take(tar_bytes(flat_hand_in() | {path: b"def load_images(): ...  \r\n\r\n"}))
    changed = take(tar_bytes(flat_hand_in() | {path: b"def load_images(): return 1\n"}))
    assert same.files == changed.files == take(flat_hand_in(), "folder").files
    assert same.flags == ()
    assert flags_of(changed)["given_file_changed"].values == {"name": "Utils/data_utils.py"}


def test_the_self_check_in_a_work_folder_is_nobodys_hand_in(take: Take) -> None:
    ours = {"grade.py": b"", "grader/cli/main.py": b"", "rubrics/assignment2.yaml": b"", "team_7.tar.gz": b"old"}
    assert take(whole_hand_in() | ours, "work").files == take(whole_hand_in(), "folder").files


TOP, IN_UTILS = "layer_utils.py", "Utils/layer_utils.py"


@pytest.mark.parametrize(
    ("files", "used", "flagged"),
    [
        ({TOP: layer_utils(1), IN_UTILS: template_layer_utils()}, layer_utils(1), False),
        ({TOP: template_layer_utils(), IN_UTILS: layer_utils(2)}, layer_utils(2), False),
        ({TOP: layer_utils(1), IN_UTILS: layer_utils(2)}, layer_utils(1), True),
        ({TOP: layer_utils(1), IN_UTILS: layer_utils(1).replace(b"\n", b"\r\n")}, layer_utils(1), False),
        ({TOP: template_layer_utils(), IN_UTILS: b""}, template_layer_utils(), False),
        ({"old/layer_utils.py": layer_utils(3), IN_UTILS: layer_utils(2)}, layer_utils(2), True),
        ({"old/layer_utils.py": layer_utils(3), IN_UTILS: template_layer_utils()}, layer_utils(3), False),
    ],
)
def test_which_of_two_layer_utils_counts(take: Take, files: dict[str, bytes], used: bytes, flagged: bool) -> None:
    notebooks = {NAMES[part]: part_notebook(part) for part in NAMES}
    submission = take(tar_bytes(below("team_7", notebooks | files)))
    assert submission.files["Utils/layer_utils.py"] == used
    assert TOP not in submission.files
    assert ("two_layer_utils" in flags_of(submission)) is flagged


def test_a_renamed_layer_utils_is_found_by_its_functions(take: Take) -> None:
    files = {NAMES[1]: part_notebook(1), "Utils/layer_utils (1).py": layer_utils()}
    submission = take(tar_bytes(files))
    assert submission.files["Utils/layer_utils.py"] == layer_utils()
    assert flags_of(submission)["layer_utils_renamed"].severity is Severity.WARNING


def test_a_hand_in_without_layer_utils_is_still_taken(take: Take) -> None:
    submission = take(tar_bytes({NAMES[3]: part_notebook(3)}))
    assert submission.notebooks == {3: NAMES[3]}
    assert submission.missing_notebooks == {part: f"no notebook for part {part} in the hand-in" for part in (1, 2)}


def test_links_and_fifos_in_a_folder_are_refused_unopened(tmp_path: Path, handout: Handout) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"secret")
    folder = write_tree(tmp_path / "team_7", whole_hand_in())
    (folder / "stolen.txt").symlink_to(secret)
    (folder / "outside").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    submission = take_in(Candidate("team_7", "team_7", folder, None, datetime.datetime.now()), handout)
    assert b"secret" not in submission.files.values()
    names = str(flags_of(submission)["refused_members"].values["names"])
    assert names == "outside (symbolic link), pipe (fifo), stolen.txt (symbolic link)"


def test_hashes_depend_on_contents_alone(take: Take) -> None:
    files = whole_hand_in()
    reordered = dict(reversed(files.items()))
    one, other = take(tar_bytes(files)), take(tar_bytes(reordered))
    assert one.content_sha256 == other.content_sha256
    assert one.source_sha256 != other.source_sha256
    assert take(files, "a").source_sha256 == take(reordered, "b").source_sha256
    assert take(files | {"x.py": b""}, "c").content_sha256 != one.content_sha256


def test_a_path_that_is_gone_is_a_usage_error(tmp_path: Path, handout: Handout) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        take_in(Candidate("t", "t", tmp_path / "gone.zip", None, datetime.datetime.now()), handout)


def test_the_hand_out_is_read_from_the_template_folder(tmp_path: Path) -> None:
    files = whole_hand_in() | {"CollectSubmission.sh": b"#!/bin/sh\n", "Utils/__pycache__/x.pyc": b""}
    handout = Handout.load(write_tree(tmp_path / "student_template", files))
    assert handout.template.keys() == {*NAMES.values(), "Utils/layer_utils.py"}
    assert "Utils/data_utils.py" in handout.given and "Utils/__pycache__/x.pyc" not in handout.given
    assert not handout.was_changed("Utils/data_utils.py", files["Utils/data_utils.py"])
    assert handout.was_changed("Utils/data_utils.py", b"other")
    known = handout.known_given_sha256["Utils/data_utils.py"]
    assert known == EARLIER_SHA256["Utils/data_utils.py"] | {text_sha256(files["Utils/data_utils.py"])}
    assert handout.is_given("Utils/model_utils.py")
    with pytest.raises(UsageError, match="no student template"):
        Handout.load(tmp_path)
