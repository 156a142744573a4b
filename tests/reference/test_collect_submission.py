"""CollectSubmission.sh: what it packs, and each thing that it refuses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

MODEL = "Utils/model_checkpoints/my_model_final.keras"
PART_1 = "Assignment2-1_Implementing_CNN.ipynb"
PART_2 = "Assignment2-2_Training_CNN.ipynb"
PART_3 = "Assignment2-3_Visualizing_CNN.ipynb"
LAYERS = "Utils/layer_utils.py"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed: the script cannot be run")


@pytest.fixture
def folder(reference: Path, tmp_path: Path) -> Path:
    """A folder that is ready to be handed in."""
    copy = shutil.copytree(reference, tmp_path / "assignment2", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / MODEL).write_bytes(b"model")
    return copy


def collect(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["./CollectSubmission.sh", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, env=environment
    )


def members(archive: Path) -> set[str]:
    with tarfile.open(archive) as tar:
        return {member.name for member in tar if member.isfile()}


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".collect") or path.name.endswith(".gz")]


def write_notebook(path: Path, *sources: str, executed: bool = False) -> None:
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": number if executed else None,
        }
        for number, source in enumerate(sources, start=1)
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def refused(folder: Path, *arguments: str) -> list[str]:
    """The lines of a run that must fail and leave nothing behind."""
    before = leftovers(folder)
    run = collect(folder, *arguments)
    assert run.returncode == 1, run
    assert leftovers(folder) == before
    assert run.stdout == ""
    *problems, last = run.stderr.splitlines()
    assert "No archive was made" in last
    return [line.removeprefix("error: ") for line in problems if line.startswith("error: ")]


def test_a_good_folder_becomes_an_archive_in_the_handed_in_layout(folder: Path) -> None:
    run = collect(folder, "team_7")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert "team_7.tar.gz" in run.stdout and "team_7/layer_utils.py" in run.stdout
    assert members(folder / "team_7.tar.gz") == {
        f"team_7/{PART_1}",
        f"team_7/{PART_2}",
        f"team_7/{PART_3}",
        "team_7/layer_utils.py",
        "team_7/model_checkpoints/README.md",
        "team_7/model_checkpoints/my_model_final.keras",
    }
    with tarfile.open(folder / "team_7.tar.gz") as tar:
        assert tar.extractfile("team_7/layer_utils.py").read() == (folder / LAYERS).read_bytes()
    assert leftovers(folder) == ["team_7.tar.gz"]


def test_junk_is_left_out(folder: Path) -> None:
    checkpoints = folder / "Utils" / "model_checkpoints"
    (folder / MODEL).unlink()
    for path in (
        ".DS_Store",
        "._my_model_final.keras",
        "__pycache__/a.pyc",
        ".ipynb_checkpoints/b.ipynb",
        "my_model_final.index",
    ):
        (checkpoints / path).parent.mkdir(exist_ok=True)
        (checkpoints / path).write_bytes(b"x")
    assert collect(folder, "team_7").returncode == 0
    packed = {name for name in members(folder / "team_7.tar.gz") if "model_checkpoints" in name}
    assert packed == {"team_7/model_checkpoints/README.md", "team_7/model_checkpoints/my_model_final.index"}


def test_an_archive_of_before_is_replaced_on_success(folder: Path) -> None:
    (folder / "team_7.tar.gz").write_bytes(b"old")
    assert collect(folder, "team_7").returncode == 0
    assert "team_7/layer_utils.py" in members(folder / "team_7.tar.gz")


def test_an_archive_of_before_stays_on_failure(folder: Path) -> None:
    (folder / "team_7.tar.gz").write_bytes(b"old")
    (folder / PART_3).unlink()
    refused(folder, "team_7")
    assert (folder / "team_7.tar.gz").read_bytes() == b"old"


@pytest.mark.parametrize("team", ["7", "team-7", "Team_Blue", "_x"])
def test_letters_digits_underscores_and_hyphens_make_a_team_name(folder: Path, team: str) -> None:
    assert collect(folder, team).returncode == 0
    assert f"{team}/layer_utils.py" in members(folder / f"{team}.tar.gz")


@pytest.mark.parametrize("team", ["", "team 7", "../team_7", "a/b", "team.7", "-rf", "팀", "é", "*", "a\nb", "$(id)"])
def test_any_other_team_name_is_refused(folder: Path, team: str) -> None:
    run = collect(folder, team)
    assert run.returncode == 1
    assert "team name" in run.stderr
    assert leftovers(folder) == []


@pytest.mark.parametrize("arguments", [(), ("team_7", "team_8")])
def test_one_team_name_has_to_be_given(folder: Path, arguments: tuple[str, ...]) -> None:
    (problem,) = refused(folder, *arguments)
    assert "./CollectSubmission.sh team_7" in problem


def test_another_folder_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy2(folder / "CollectSubmission.sh", elsewhere)
    (problem,) = refused(elsewhere, "team_7")
    assert "not the assignment's folder" in problem and "cd" in problem


@pytest.mark.parametrize("missing", [PART_1, PART_2, PART_3, LAYERS])
def test_a_missing_file_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    (problem,) = refused(folder, "team_7")
    assert problem.startswith(f"{missing} is missing")


def test_every_problem_is_told_at_once(folder: Path) -> None:
    (folder / LAYERS).unlink()
    (folder / PART_3).unlink()
    (folder / PART_2).write_text("no notebook", encoding="utf-8")
    write_notebook(folder / PART_1, "print(1)")
    assert len(refused(folder, "team 7")) == 5


def test_cleared_outputs_are_refused(folder: Path) -> None:
    write_notebook(folder / PART_1, "print(1)", "print(2)")
    (problem,) = refused(folder, "team_7")
    assert problem.startswith(f"the outputs of {PART_1} are cleared")


def test_code_that_ran_without_printing_is_not_cleared(folder: Path) -> None:
    write_notebook(folder / PART_1, "x = 1", executed=True)
    assert collect(folder, "team_7").returncode == 0


def test_empty_code_cells_are_no_code(folder: Path) -> None:
    write_notebook(folder / PART_3, "", "  \n")
    assert collect(folder, "team_7").returncode == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "not valid JSON"),
        (b"", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"[1]", "not a notebook"),
        (b'{"worksheets": []}', "not a notebook"),
        (b'{"cells": [{"source": 3}]}', "not a notebook"),
        (b'{"cells": [3]}', "not a notebook"),
    ],
)
def test_a_notebook_that_is_none_is_refused(folder: Path, content: bytes, reason: str) -> None:
    (folder / PART_2).write_bytes(content)
    (problem,) = refused(folder, "team_7")
    assert problem.startswith(f"{PART_2} cannot be read") and reason in problem


def test_a_missing_model_is_a_warning_as_long_as_part_2_has_no_code(folder: Path) -> None:
    (folder / MODEL).unlink()
    write_notebook(folder / PART_2)
    run = collect(folder, "team_7")
    assert run.returncode == 0
    assert run.stderr.startswith("warning: there is no final model Utils/model_checkpoints/my_model_final*")


def test_a_missing_model_is_a_problem_once_part_2_has_code(folder: Path) -> None:
    (folder / MODEL).unlink()
    (problem,) = refused(folder, "team_7")
    assert problem.startswith("there is no final model")


def test_a_folder_without_checkpoints_still_gets_the_folder_in_the_archive(folder: Path) -> None:
    shutil.rmtree(folder / "Utils" / "model_checkpoints")
    write_notebook(folder / PART_2)
    assert collect(folder, "team_7").returncode == 0
    with tarfile.open(folder / "team_7.tar.gz") as tar:
        assert tar.getmember("team_7/model_checkpoints").isdir()


def test_untouched_layers_are_a_warning(folder: Path, reference: Path) -> None:
    shutil.copy2(reference.parent / "student_template" / LAYERS, folder / LAYERS)
    run = collect(folder, "team_7")
    assert run.returncode == 0
    assert "none of its functions is written yet" in run.stderr


def test_layers_written_in_part_are_named(folder: Path, reference: Path) -> None:
    stub = (reference.parent / "student_template" / LAYERS).read_text(encoding="utf-8")
    written = stub.replace(
        '    raise NotImplementedError("conv_forward', '    # raise NotImplementedError("conv_forward'
    )
    (folder / LAYERS).write_text(written, encoding="utf-8")
    run = collect(folder, "team_7")
    assert run.returncode == 0
    assert "not written yet: conv_backward max_pool_forward max_pool_backward" in run.stderr


def test_without_python_it_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "tar", "gzip", "grep", "mktemp", "mkdir", "cp", "mv", "rm", "find", "sort", "sed"):
        os.symlink(shutil.which(tool), tools / tool)
    run = collect(folder, "team_7", environment={"PATH": str(tools)})
    assert run.returncode == 1
    assert "python3 is needed" in run.stderr and "install Python 3" in run.stderr
    assert leftovers(folder) == []


def test_a_tool_that_fails_leaves_no_half_archive(folder: Path, tmp_path: Path) -> None:
    (folder / "team_7.tar.gz").write_bytes(b"old")
    broken = tmp_path / "tools" / "tar"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho half\necho 'tar: no space left' >&2\nexit 2\n", encoding="utf-8")
    broken.chmod(0o755)
    run = collect(folder, "team_7", environment={**os.environ, "PATH": f"{broken.parent}:{os.environ['PATH']}"})
    assert run.returncode == 1
    assert "could not be written" in run.stderr
    assert (folder / "team_7.tar.gz").read_bytes() == b"old"
    assert leftovers(folder) == ["team_7.tar.gz"]
