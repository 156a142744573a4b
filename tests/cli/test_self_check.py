"""The self-check: what a student sees, on a machine that has little."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli import hand_ins
from tests.cli.bare_python import NOT_NEEDED, bare_python
from tests.cli.grade_command import Checkout, refusal


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """What a student has: no reference solution, and only the packages that the self-check needs."""
    place = tmp_path_factory.mktemp("student")
    checkout = Checkout.copied(place / "handout", without=["reference"])
    return checkout.run_by(bare_python(place / "python", NOT_NEEDED))


@pytest.fixture
def work_folder(student: Checkout, tmp_path: Path) -> Path:
    """A student's work folder with everything right."""
    folder = tmp_path / "team_7"
    shutil.copytree(student.path / "student_template", folder)
    files = hand_ins.right_files()
    (folder / "Utils" / "layer_utils.py").write_bytes(files["layer_utils.py"])
    (folder / hand_ins.NOTEBOOK).write_bytes(files[hand_ins.NOTEBOOK])
    return folder


def test_right_work_folder_passes_without_reference_and_with_few_packages(student: Checkout, work_folder: Path) -> None:
    ended = student.run(cwd=work_folder)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert "30 of 30 points on the public checks" in ended.stdout
    assert "Notebooks were read but not run" in ended.stdout
    assert not student.configuration.exists()


def test_wrong_function_is_told_with_its_smallest_case(student: Checkout, work_folder: Path) -> None:
    layers = work_folder / "Utils" / "layer_utils.py"
    layers.write_text(layers.read_text() + "\n\ndef max_pool_forward(x, pool_param):\n    raise ValueError('boom')\n")
    ended = student.run(work_folder)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "25 of 30 points" in ended.stdout
    assert "boom" in ended.stdout


def test_archive_is_checked_and_results_are_written(student: Checkout, tmp_path: Path) -> None:
    archive = hand_ins.pack(tmp_path / "team_7.tar.gz", hand_ins.right_files())
    ended = student.run(archive, "--json", tmp_path / "result.json", "--html", tmp_path / "report.html", "-q")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert (result["team"], result["score"]) == ("team_7", 30)
    assert all(check["id"] for item in result["items"] for check in item["checks"])
    assert "team_7" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["report.html", "result.json", "team_7.tar.gz"]


def test_isolation_can_be_asked_for(checkout: Checkout, work_folder: Path, tmp_path: Path) -> None:
    ended = checkout.run(work_folder, "--isolation", "limits", "--json", tmp_path / "result.json")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert json.loads((tmp_path / "result.json").read_text())["isolation"]["level"] != "none"


def test_self_check_asks_public_cases_only_even_beside_the_reference(
    checkout: Checkout, work_folder: Path, tmp_path: Path
) -> None:
    assert (checkout.path / "reference").is_dir()
    ended = checkout.run(work_folder, "-v")
    assert ended.returncode == 0
    assert "hidden" not in ended.stdout.replace("hidden checks with other shapes", "")


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_file_that_cannot_be_written_is_refused_before_anything_runs(
    student: Checkout, tmp_path: Path, option: str
) -> None:
    target = tmp_path / "no such folder" / "file"
    assert str(target) in refusal(student.run(tmp_path / "would be refused later", option, target))


def test_part_without_items_is_refused(student: Checkout, work_folder: Path) -> None:
    assert "--part 3" in refusal(student.run(work_folder, "--part", 3))


def test_missing_package_is_named_with_the_command_that_installs_it(student: Checkout, tmp_path: Path) -> None:
    python = bare_python(tmp_path / "python", ("yaml", "_yaml", "pyyaml", "rich", "tensorflow"))
    line = refusal(student.run_by(python).run("."))
    assert line.endswith(f"{python} -m pip install rich PyYAML")


def test_package_that_only_batch_needs_is_named_by_batch(student: Checkout, tmp_path: Path) -> None:
    line = refusal(student.run("batch", tmp_path, "-o", tmp_path / "OUT"))
    assert "pip install ipython matplotlib pebble" in line
    assert not (tmp_path / "OUT").exists()
