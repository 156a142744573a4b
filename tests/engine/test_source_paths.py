"""Reports point at the notebook that the reader has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.checks.table import CHECKS
from grader.engine.notebook_paths import notebook_source
from grader.engine.source_paths import judged_function

CELLS = [["import x\n"], ["def simple_model():\n", "    return x"]]


def notebook(indent: int | None = 1, **more: object) -> str:
    cells = [{"cell_type": "markdown", "source": ["Text\n"]}]
    cells += [{"cell_type": "code", "metadata": more, "outputs": [], "source": source} for source in CELLS]
    return json.dumps({"cells": cells, "nbformat": 4}, indent=indent)


@pytest.mark.parametrize(
    ("check", "function"),
    [
        ("simple.define", "simple_model"),
        ("simple.train", "run_model"),
        ("simple.evaluate", "run_model"),
        ("inception.module", "Inception_module"),
        ("inception.train", "complex_model"),
        ("better.accuracy", "my_model"),
        ("better.writeup", ""),
        ("saliency", "compute_saliency_maps"),
        ("adversarial", "generate_adversarial_image"),
    ],
)
def test_an_item_points_at_the_function_that_it_is_about(check: str, function: str) -> None:
    assert judged_function(CHECKS[check]) == function  # type: ignore[arg-type]


def test_a_notebook_is_found_by_its_code_under_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw/another.ipynb").write_text('{"cells": []}')
    (tmp_path / "hw/broken.ipynb").write_text("{")
    text = notebook(collapsed=True)
    (tmp_path / "hw/ours.ipynb").write_text(text)
    found = notebook_source("Assignment2-2.ipynb", notebook().encode(), tmp_path / "hw", tmp_path)
    assert found.file == "hw/ours.ipynb" and found.definition("simple_model") == (2, 1)
    assert "def simple_model" in text.split("\n")[found.file_line(2, 1) - 1]


def test_of_an_archive_the_cell_is_known_and_no_line_of_the_file(tmp_path: Path) -> None:
    archive = tmp_path / "team_7.tar.gz"
    archive.write_bytes(b"")
    found = notebook_source("Assignment2-2.ipynb", notebook().encode(), archive, tmp_path)
    assert (found.file, found.definition("simple_model"), found.file_line(2, 1)) == ("Assignment2-2.ipynb", (2, 1), 1)
