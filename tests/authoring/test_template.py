from __future__ import annotations

import ast
import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from grader.authoring.markers import contains_marker
from grader.authoring.template import HANDED_OUT, derive, differences, write
from grader.model.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "reference"
LAYERS = "Utils/layer_utils.py"
PART_1 = "Assignment2-1_Implementing_CNN.ipynb"
PART_1_FUNCTIONS = {"conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward"}


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(REFERENCE, tmp_path / "reference", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def template(reference: Path, tmp_path: Path) -> Path:
    write(reference, tmp_path / "template")
    return tmp_path / "template"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_student_template_is_what_the_reference_says() -> None:
    assert differences(REFERENCE, ROOT / "student_template") == []


def test_students_get_every_file_of_the_hand_out() -> None:
    assert set(derive(REFERENCE)) == {
        "Assignment2-1_Implementing_CNN.ipynb",
        "Assignment2-2_Training_CNN.ipynb",
        "Assignment2-3_Visualizing_CNN.ipynb",
        "CollectSubmission.sh",
        "Utils/__init__.py",
        "Utils/data_utils.py",
        "Utils/layer_utils.py",
        "Utils/model_checkpoints/README.md",
        "Utils/model_utils.py",
        "Utils/pretrained_cnn.npz",
        "Utils/pretrained_images.npz",
    }


def test_no_marker_and_no_line_of_a_solution_survives() -> None:
    texts = {path: content.decode() for path, content in derive(REFERENCE).items() if not path.endswith(".npz")}
    assert not [path for path, text in texts.items() if contains_marker(text)]
    source = (REFERENCE / LAYERS).read_text(encoding="utf-8")
    blocks = re.findall(r"# BEGIN (?:SOLUTION|REFERENCE).*?\n(.*?)# END", source, flags=re.DOTALL)
    assert len(blocks) == 1 + len(PART_1_FUNCTIONS)
    outside = set(re.sub(r"# BEGIN (?:SOLUTION|REFERENCE).*?# END", "", source, flags=re.DOTALL).splitlines())
    solution = {line for block in blocks for line in block.splitlines() if line.strip()} - outside
    assert len(solution) > 60
    assert solution.isdisjoint(texts[LAYERS].splitlines())
    answer = re.search(
        r"<!-- BEGIN SOLUTION[^>]*-->\\n\",\n\s*\"(.{40})", (REFERENCE / PART_1).read_text(encoding="utf-8")
    )
    assert answer is not None and answer[1] not in texts[PART_1]


def test_each_todo_of_the_layers_is_a_function_of_part_1_and_stands_in_it() -> None:
    text = derive(REFERENCE)[LAYERS].decode()
    functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    lines = text.splitlines()
    found = {
        number: match[1] for number, line in enumerate(lines, 1) if (match := re.search(r"TODO\(p1\.(\w+)\)", line))
    }
    assert sorted(found.values()) == sorted(PART_1_FUNCTIONS)
    for number, name in found.items():
        assert functions[name].lineno < number <= functions[name].end_lineno


@pytest.mark.parametrize("name", sorted(PART_1_FUNCTIONS))
def test_a_function_of_the_template_says_that_it_is_not_written(name: str) -> None:
    namespace: dict[str, object] = {}
    exec(derive(REFERENCE)[LAYERS], namespace)
    with pytest.raises(NotImplementedError, match=f"^{name} is not written yet$"):
        namespace[name](None, *[None] * (namespace[name].__code__.co_argcount - 1))


def test_signatures_and_self_tests_are_those_of_the_reference() -> None:
    def surface(source: str) -> dict[str, str]:
        functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
        return {function.name: ast.unparse(function.args) + str(ast.get_docstring(function)) for function in functions}

    ours = surface((REFERENCE / LAYERS).read_text(encoding="utf-8"))
    theirs = surface(derive(REFERENCE)[LAYERS].decode())
    assert theirs.items() <= ours.items()
    assert PART_1_FUNCTIONS < theirs.keys()
    assert {name for name in ours if name.startswith("Test_")} < theirs.keys()
    assert "same_padding" not in theirs


@pytest.mark.parametrize("name", [path for path in HANDED_OUT if path.endswith(".ipynb")])
def test_notebooks_are_valid_keep_their_cells_and_lose_their_outputs(name: str) -> None:
    notebook = nbformat.reads(derive(REFERENCE)[name].decode(), as_version=4)
    nbformat.validate(notebook)
    original = nbformat.read(REFERENCE / name, as_version=4)
    assert [cell.id for cell in notebook.cells] == [cell.id for cell in original.cells]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None


def test_deriving_twice_gives_the_same_bytes() -> None:
    assert derive(REFERENCE) == derive(REFERENCE)


def test_solutions_in_notebook_code_are_removed(reference: Path) -> None:
    notebook = json.loads((reference / PART_1).read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["source"] = ["# BEGIN SOLUTION(p1.conv_forward)\n", "secret = 1\n", "# END SOLUTION"]
    (reference / PART_1).write_text(json.dumps(notebook), encoding="utf-8")
    derived = json.loads(derive(reference)[PART_1])
    source = next(c for c in derived["cells"] if c["id"] == cell["id"])["source"]
    assert source == [
        "# TODO(p1.conv_forward): write your code here.\n",
        'raise NotImplementedError("conv_forward is not written yet")',
    ]


def test_a_written_template_is_complete_executable_and_without_differences(reference: Path, template: Path) -> None:
    assert files(template) == set(HANDED_OUT)
    assert differences(reference, template) == []
    assert os.access(template / "CollectSubmission.sh", os.X_OK)
    assert not os.access(template / LAYERS, os.X_OK)


def test_writing_again_removes_what_does_not_belong_and_leaves_junk(reference: Path, template: Path) -> None:
    (template / "Utils" / "old" / "deep").mkdir(parents=True)
    (template / "Utils" / "old" / "deep" / "stale.py").write_text("x = 1\n", encoding="utf-8")
    (template / "Utils" / "__pycache__").mkdir()
    (template / "Utils" / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert [line.split(":")[0] for line in differences(reference, template)] == ["Utils/old/deep/stale.py"]
    write(reference, template)
    assert files(template) == {*HANDED_OUT, "Utils/__pycache__/x.pyc"}
    assert not (template / "Utils" / "old").exists()
    assert differences(reference, template) == []


def test_each_difference_is_one_line_with_file_and_line(reference: Path, template: Path) -> None:
    (template / LAYERS).write_bytes((template / LAYERS).read_bytes().replace(b"import numpy as np", b"import numpy"))
    (template / PART_1).unlink()
    (template / "notes.txt").write_text("mine", encoding="utf-8")
    (template / "CollectSubmission.sh").chmod(0o644)
    found = differences(reference, template)
    assert len(found) == 4 and not any("\n" in line for line in found)
    line = (template / LAYERS).read_text(encoding="utf-8").splitlines().index("import numpy") + 1
    assert any(text.startswith(f"{LAYERS}:{line}: differs") for text in found)
    assert any(text.startswith(f"{PART_1}: missing") for text in found)
    assert any(text.startswith("notes.txt: in ") for text in found)
    assert "CollectSubmission.sh: is not executable" in found


def test_a_template_that_is_not_there_differs_in_every_file(reference: Path, tmp_path: Path) -> None:
    assert len(differences(reference, tmp_path / "nothing")) == len(HANDED_OUT)


def test_a_folder_that_holds_other_things_is_not_overwritten(reference: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.txt").write_text("three years", encoding="utf-8")
    with pytest.raises(UsageError, match="holds other files"):
        write(reference, home)
    assert files(home) == {"thesis.txt"}


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        (LAYERS, b"x = 1\n# END SOLUTION\n", f"{LAYERS}:2: END SOLUTION without"),
        (LAYERS, b"\xff", "is not UTF-8"),
        ("CollectSubmission.sh", b"# BEGIN SOLUTION(p1.conv_forward)\n", "only .py and .ipynb"),
        (PART_1, b"{", "is not valid JSON"),
        (PART_1, b"{}", "'cells' is missing"),
        (PART_1, b"[]", "is not a notebook of format 4.5"),
        (
            PART_1,
            b'{"cells": [{"cell_type": "code", "id": "setup", "source": ["x\\n", "# END SOLUTION"]}]}',
            f"{PART_1}, cell setup:2: END SOLUTION without",
        ),
    ],
)
def test_a_broken_reference_is_told_with_its_file_and_nothing_is_written(
    reference: Path, template: Path, path: str, content: bytes, reason: str
) -> None:
    before = (template / path).read_bytes()
    (reference / path).write_bytes(content)
    with pytest.raises(UsageError) as raised:
        write(reference, template)
    assert reason in str(raised.value) and path in str(raised.value)
    assert (template / path).read_bytes() == before


def test_a_missing_file_of_the_reference_is_told(reference: Path) -> None:
    (reference / LAYERS).unlink()
    with pytest.raises(UsageError, match="layer_utils.py: cannot be read"):
        derive(reference)
