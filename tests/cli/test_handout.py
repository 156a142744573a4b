"""The archive that students receive: what is in it, what is not, and that its self-check works by itself."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import grader
from grader.authoring.handout_contents import WITHHELD
from grader.authoring.import_closure import is_below
from grader.authoring.markers import contains_marker
from tests.cli import hand_ins
from tests.cli.bare_python import NOT_NEEDED, bare_python
from tests.cli.grade_command import refusal

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "reference"
OPERATIONS = ROOT / "grader" / "checks" / "network" / "operations"
VERSION = re.compile(rf"{re.escape(grader.__version__)}\+handout\.[0-9a-f]{{12}}")
#: Names of what draws hidden cases, keeps the seeds secret, makes known mistakes, or computes Part 1's layers in NumPy.
SECRET_NAMES = (
    "GRADER_SALT", "ConvClass", "PoolClass", "def hidden_cases", "CONV_RUNGS", "MISCONCEPTIONS",
    "AnswersWhenAsked", "sliding_window_view", "as_strided", "im2col", "col2im", "windows_of", "_to_kernel",
    "spec_from_file_location",
)  # fmt: skip


def grade(*arguments: object, cwd: Path = ROOT, python: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`grade.py` of the folder `cwd`, in an environment that knows nothing of this checkout."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "COLUMNS": "120"}
    command = [str(python or sys.executable), "grade.py", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=150, check=False)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("handout") / "assignment2.tar.gz"
    ended = grade("handout", "-o", target)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert VERSION.search(ended.stdout)
    assert [entry.name for entry in target.parent.iterdir()] == [target.name]
    return target


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is in the archive, never to be changed."""
    place = tmp_path_factory.mktemp("unpacked")
    hand_ins.unpack(archive, place)
    assert [entry.name for entry in place.iterdir()] == ["assignment2"]
    return place / "assignment2"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bare_python(tmp_path_factory.mktemp("bare") / "python", NOT_NEEDED)


@pytest.fixture
def folder(unpacked: Path, tmp_path: Path) -> Path:
    """A student's copy of the hand-out."""
    return Path(shutil.copytree(unpacked, tmp_path / "assignment2"))


def texts(unpacked: Path) -> Iterator[tuple[str, str]]:
    """Every file's text, also of those in archives in it; arrays are none."""
    for file in sorted(unpacked.rglob("*")):
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as packed:
                for name in packed.namelist():
                    if not name.endswith(".npz"):
                        yield f"{file.name}/{name}", packed.read(name).decode("utf-8")
        elif file.is_file() and file.suffix != ".npz":
            yield file.relative_to(unpacked).as_posix(), file.read_text(encoding="utf-8")


def code_lines(text: str) -> list[str]:
    """Lines of code that say something, without their indentation."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if len(line) > 15 and not line.startswith(("#", "import ", "from "))]


def code_of(name: str, text: str) -> str:
    if not name.endswith(".ipynb"):
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")


def read(file: Path) -> list[str]:
    return code_lines(code_of(file.name, file.read_text(encoding="utf-8")))


def solution() -> tuple[set[str], set[tuple[str, str]]]:
    """Lines of Part 1's solution, here and in the grader; and pairs of neighbouring lines of the solution of any part.

    One line of a notebook's solution is often nothing but how TensorFlow is called.
    """
    lines: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for file in (*REFERENCE.glob("*.ipynb"), *REFERENCE.glob("Utils/*.py")):
        solved, given = read(file), set(read(ROOT / "student_template" / file.relative_to(REFERENCE)))
        pairs |= {(one, next_) for one, next_ in pairwise(solved) if not {one, next_} & given}
        if file.name == "layer_utils.py":
            lines |= set(solved) - given
    for name in ("convolution", "pooling"):
        lines |= {line for line in read(OPERATIONS / f"{name}.py") if "@" in line or "+=" in line}
    return lines, pairs


def test_same_input_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    assert grade("handout", "-o", tmp_path / "again.tgz", "-q").returncode == 0
    assert (tmp_path / "again.tgz").read_bytes() == archive.read_bytes()


def test_members_tell_nothing_of_who_packed_them_and_when(archive: Path) -> None:
    assert archive.read_bytes()[4:8] == bytes(4)  # gzip's time; no name follows
    assert archive.read_bytes()[3] == 0
    with tarfile.open(archive) as file:
        members = file.getmembers()
    assert [member.name for member in members] == sorted(member.name for member in members)
    assert {(member.uid, member.gid, member.uname, member.gname) for member in members} == {(0, 0, "", "")}
    assert len({member.mtime for member in members}) == 1
    scripts = {member.name for member in members if member.mode == 0o755}
    assert scripts == {"assignment2/CollectSubmission.sh"}
    assert {member.mode for member in members} == {0o644, 0o755} and all(member.isreg() for member in members)


def test_templates_lie_at_the_top_as_they_are(unpacked: Path) -> None:
    template = ROOT / "student_template"
    names = [
        file.relative_to(template) for file in template.rglob("*") if file.is_file() and "__pycache__" not in file.parts
    ]
    assert len(names) > 6
    assert {str(name): (unpacked / name).read_bytes() == (template / name).read_bytes() for name in names} == {
        str(name): True for name in names
    }


def test_nothing_withheld_is_in_it(unpacked: Path) -> None:
    assert {entry.name for entry in unpacked.iterdir() if entry.is_dir()} == {"Utils", "grader", "rubrics"}
    modules = [
        file.relative_to(unpacked).with_suffix("").as_posix().replace("/", ".") for file in unpacked.rglob("*.py")
    ]
    assert [name for name in modules if is_below(name.removesuffix(".__init__"), WITHHELD)] == []
    packaged = {
        file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in (ROOT / "grader").rglob("*.py")
    }
    for name in WITHHELD:  # each of them exists: a renamed module would be handed out
        assert any(is_below(module.removesuffix(".__init__"), [name]) for module in packaged), name


def test_every_import_in_it_finds_its_module_there_or_is_of_something_withheld(unpacked: Path) -> None:
    missing = []
    for file in (unpacked / "grader").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("grader."):
                place = unpacked / str(node.module).replace(".", "/")
                if (
                    not place.is_dir()
                    and not place.with_suffix(".py").is_file()
                    and not is_below(str(node.module), WITHHELD)
                ):
                    missing.append(f"{file.relative_to(unpacked)}: {node.module}")
    assert missing == []


def test_no_solution_no_marker_and_nothing_secret_stands_in_any_file(unpacked: Path) -> None:
    (lines, pairs), found = solution(), []
    assert len(lines) > 40 and len(pairs) > 60
    for name, text in texts(unpacked):
        code = code_lines(code_of(name, text))
        found += [f"{name}: {line}" for line in set(code) & lines]
        found += [f"{name}: {pair}" for pair in set(pairwise(code)) & pairs]
        if name.startswith("grader/"):
            found += [f"{name}: {word}" for word in SECRET_NAMES if word in text]
        if contains_marker(text):
            found.append(f"{name}: a solution marker")
    assert found == []


def test_searching_for_solutions_finds_one() -> None:
    """The search above is worth nothing where the files that it must find would pass it."""
    lines, pairs = solution()
    assert set(read(REFERENCE / "Utils" / "layer_utils.py")) & lines
    assert set(read(OPERATIONS / "pooling.py")) & lines
    for part in ("2_Training", "3_Visualizing"):
        assert set(pairwise(read(REFERENCE / f"Assignment2-{part}_CNN.ipynb"))) & pairs


def test_untouched_template_is_told_what_is_missing_with_few_packages(folder: Path, python: Path) -> None:
    ended = grade(cwd=folder, python=python)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert ended.stdout.count("conv_forward is not written yet.") == 2
    assert "0 of 100 points on the public checks" in ended.stdout
    assert VERSION.search(ended.stdout)


@pytest.mark.parametrize(("part", "notebook"), [(2, "2_Training"), (3, "3_Visualizing")])
def test_missing_tensorflow_is_told_once_a_part(folder: Path, python: Path, part: int, notebook: str) -> None:
    shutil.copy(REFERENCE / f"Assignment2-{notebook}_CNN.ipynb", folder)
    ended = grade("--part", part, cwd=folder, python=python)
    assert ended.stderr == ""
    told = " ".join(ended.stdout.split())
    assert told.count("TensorFlow is not installed here") == 1 and "pip install tensorflow" in told


def test_solved_part_1_passes_with_few_packages_and_every_report_tells_the_version(folder: Path, python: Path) -> None:
    shutil.copy(REFERENCE / "Utils" / "layer_utils.py", folder / "Utils")
    (folder / hand_ins.NOTEBOOK).write_bytes(hand_ins.right_files()[hand_ins.NOTEBOOK])
    files = ("--json", "result.json", "--html", "report.html")
    ended = grade("--part", 1, "--isolation", "limits", *files, cwd=folder, python=python)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "30 of 30 points on the public checks" in ended.stdout
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert {item["status"] for item in result["items"] if item["part"] == 1} == {"passed"}
    versions = {
        "terminal": VERSION.search(ended.stdout),
        "json": VERSION.fullmatch(result["grader"]),
        "html": VERSION.search((folder / "report.html").read_text(encoding="utf-8")),
    }
    assert all(versions.values()), versions
    assert len({found.group() for found in versions.values() if found}) == 1


def test_wrong_answer_is_shown_with_its_smallest_case(folder: Path, python: Path) -> None:
    layers = folder / "Utils" / "layer_utils.py"
    text = (REFERENCE / "Utils" / "layer_utils.py").read_text(encoding="utf-8")
    layers.write_text(text + "\n\ndef max_pool_forward(x, pool_param):\n    return x[:, ::2, ::2], (x, pool_param)\n")
    ended = grade("--part", 1, "--html", "report.html", cwd=folder, python=python)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "25 of 30 points" in ended.stdout and "to try yourself" in ended.stdout


def test_only_commands_that_are_there_are_offered(folder: Path, python: Path) -> None:
    ended = grade("--help", cwd=folder, python=python)
    offered = re.findall(r"^    ([a-z]+) ", ended.stdout, flags=re.MULTILINE)
    assert (ended.returncode, offered) == (0, ["check", "doctor"])
    assert "ready" in grade("doctor", cwd=folder, python=python).stdout


def test_networks_are_computed_by_a_process_with_tensorflow(folder: Path) -> None:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: networks cannot be computed without the NumPy operations")
    script = """
import sys
import numpy as np
from grader.checks.network.graph import Node
from grader.checks.network.operations.table import OPERATIONS
pool = Node("p", "MaxPool", attributes={"ksize": (1, 2, 2, 1), "strides": (1, 2, 2, 1), "padding": "VALID"})
print(OPERATIONS["MaxPool"].forward(pool, [np.arange(16.0).reshape(1, 4, 4, 1)])[0].ravel(), "tensorflow" in sys.modules)
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=150, check=True
    )
    assert ended.stdout.strip() == "[ 5.  7. 13. 15.] False"


def test_requirements_are_what_the_project_declares(unpacked: Path) -> None:
    listed = [Requirement(line) for line in (unpacked / "requirements.txt").read_text(encoding="utf-8").splitlines()]
    names = {requirement.name for requirement in listed}
    assert {"numpy", "rich", "PyYAML", "tensorflow", "tensorflow-cpu", "keras", "matplotlib", "ipykernel"} <= names
    assert all(requirement.specifier for requirement in listed)


@pytest.mark.parametrize(
    ("target", "told"),
    [("handout.zip", "something.tar.gz"), ("no such folder/a.tar.gz", "cannot be written"), ("", "something.tar.gz")],
)
def test_bad_target_is_refused_in_one_line(tmp_path: Path, target: str, told: str) -> None:
    assert told in refusal(grade("handout", "-o", tmp_path / target))
    assert list(tmp_path.iterdir()) == []


def test_target_must_be_named() -> None:
    assert "-o" in refusal(grade("handout"))
