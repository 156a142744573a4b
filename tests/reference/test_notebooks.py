"""The reference's notebooks: they run, keep their outputs and are stored in one form."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

NAMES = (
    "Assignment2-1_Implementing_CNN.ipynb",
    "Assignment2-2_Training_CNN.ipynb",
    "Assignment2-3_Visualizing_CNN.ipynb",
)
PART_1, PART_2, PART_3 = NAMES


def code_cells(notebook: Any) -> dict[str, Any]:
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


def printed(cell: Any) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_valid_and_stored_as_jupyter_writes_it(reference: Path, name: str) -> None:
    text = (reference / name).read_text(encoding="utf-8")
    stored = json.loads(text)
    assert text == json.dumps(stored, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert set(stored["metadata"]) == {"kernelspec", "language_info"}
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_stored_in_the_order_of_the_cells(reference: Path, name: str) -> None:
    cells = code_cells(nbformat.read(reference / name, as_version=4))
    assert [cell.execution_count for cell in cells.values()] == list(range(1, len(cells) + 1))
    assert not any(output.output_type == "error" for cell in cells.values() for output in cell.outputs)


def test_the_outputs_of_part_2_tell_the_accuracy_and_show_the_curves(reference: Path) -> None:
    cells = code_cells(nbformat.read(reference / PART_2, as_version=4))
    found = re.fullmatch(r"Validation accuracy: (0\.\d{4})\nTest accuracy: (0\.\d{4})\n", printed(cells["load"]))
    assert found is not None and min(float(accuracy) for accuracy in found.groups()) > 0.75
    for name in ("data-load", "exploration", "final"):
        assert any("image/png" in output.get("data", {}) for output in cells[name].outputs)


@pytest.mark.parametrize(
    "call",
    [
        "X_train, Y_train, X_val, Y_val, X_test, Y_test, Class_names = load_CIFAR10()",
        "run_model(Simple, X_train, Y_train, epochs=1, batch_size=500, is_training=True)",
        "run_model(Complex, X_train, Y_train, epochs=5, batch_size=500, is_training=True)",
        "run_model(Loaded, X_val, Y_val)",
        "run_model(Loaded, X_test, Y_test)",
        "Utils/model_checkpoints/my_model_final.keras",
    ],
)
def test_part_2_makes_every_call_of_the_contract(reference: Path, call: str) -> None:
    cells = code_cells(nbformat.read(reference / PART_2, as_version=4))
    assert any(call in cell.source for cell in cells.values())


def test_the_outputs_of_part_3_show_maps_stages_and_images_that_fool_the_network(reference: Path) -> None:
    cells = code_cells(nbformat.read(reference / PART_3, as_version=4))
    for name in ("data-load", "saliency-show", "representative-show", "adversarial-show"):
        assert any("image/png" in output.get("data", {}) for output in cells[name].outputs)
    fooled = re.findall(r" to (\w+): the network says (\w+); .* X is unchanged\n", printed(cells["adversarial-show"]))
    assert len(fooled) == 4 and all(target == said for target, said in fooled)
    climbed = re.findall(r"score (\S+) for the noise, (\S+) at the end", printed(cells["representative-show"]))
    assert len(climbed) == 3 and all(float(end) > float(noise) + 1 for noise, end in climbed)


@pytest.mark.parametrize(
    "call",
    [
        "model = PretrainedCNN()",
        "X, Y, Class_names = load_ImageNet_val(20)",
        "compute_saliency_maps(model, X[chosen], Y[chosen])",
        "compute_class_representative_image(model, target_y,",
        "generate_adversarial_image(X[one : one + 1], target_y, model)",
        '"difference x 10"',
    ],
)
def test_part_3_makes_every_call_of_the_contract(reference: Path, call: str) -> None:
    cells = code_cells(nbformat.read(reference / PART_3, as_version=4))
    assert any(call in cell.source for cell in cells.values())


def test_the_outputs_of_part_1_are_stored(reference: Path) -> None:
    cells = code_cells(nbformat.read(reference / PART_1, as_version=4))
    assert all(cell.outputs for name, cell in cells.items() if name.startswith("test-"))
    assert any("image/png" in output.get("data", {}) for output in cells["test-pictures"].outputs)


@pytest.mark.parametrize(
    "call",
    [
        "Test_conv_forward(1)",
        "Test_conv_forward(2)",
        "Test_max_pool_forward()",
        "Sample_images = load_images()",
        "Test_conv_forward_IP(Sample_images)",
        "Test_conv_backward(number)",
        "Test_max_pool_backward()",
    ],
)
def test_part_1_makes_every_call_of_the_contract(reference: Path, call: str) -> None:
    cells = code_cells(nbformat.read(reference / PART_1, as_version=4))
    assert any(call in cell.source for cell in cells.values())


def test_part_1_runs_without_an_error_and_prints_what_is_stored(
    reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed: no notebook can be run")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed: no notebook can be run")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    work = shutil.copytree(reference, tmp_path / "work", ignore=shutil.ignore_patterns("__pycache__"))
    stored = code_cells(nbformat.read(work / PART_1, as_version=4))
    notebook = nbformat.read(work / PART_1, as_version=4)
    for cell in code_cells(notebook).values():
        cell.outputs = []

    nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(work)}}
    ).execute()

    executed = code_cells(notebook)
    for name in ("test-conv-forward", "test-pool-forward"):
        assert printed(executed[name]) == printed(stored[name]) != ""
    for name in ("test-conv-backward", "test-pool-backward"):
        numbers = [
            float(line.rpartition(" ")[2]) for line in printed(executed[name]).splitlines() if "difference" in line
        ]
        assert numbers and max(numbers) < 1e-9
    assert any("image/png" in output.get("data", {}) for output in executed["test-pictures"].outputs)
