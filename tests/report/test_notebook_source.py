from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.report.notebook_source import NotebookSource, lines_of_cells

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


@pytest.mark.parametrize("file", sorted(REFERENCE.glob("*.ipynb")), ids=lambda file: file.stem)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_line_of_every_code_cell_is_found_in_the_file(file: Path, ascii_only: bool):
    tree = json.loads(file.read_text(encoding="utf-8"))
    text = json.dumps(tree, indent=1, ensure_ascii=ascii_only, sort_keys=True)
    written = text.split("\n")
    sources = [cell["source"] for cell in tree["cells"] if cell["cell_type"] == "code"]
    found = [[json.loads(written[line - 1].strip().rstrip(",")) for line in lines] for lines in lines_of_cells(text)]
    assert sources and found == sources


def test_strings_that_look_like_cells_lead_nobody_astray():
    cell = {
        "outputs": [{"source": ["x"], "text": '"source": [\n{"cells": [', "cell_type": "code"}],
        "metadata": {"source": ["y"], "cell_type": "code"},
        "source": ["a = 1\n", "b = '\"}]'\n"],
        "cell_type": "code",
    }
    text = json.dumps(
        {"metadata": {"cells": [cell]}, "cells": [{"cell_type": "markdown", "source": ["t"]}, cell]}, indent=1
    )
    (lines,) = lines_of_cells(text)
    assert [text.split("\n")[line - 1].strip() for line in lines] == ['"a = 1\\n",', '"b = \'\\"}]\'\\n"']


def test_a_source_of_one_string_has_one_line_for_all_of_it():
    text = '{"cells": [\n{"cell_type": "code", "source": "a\\nb\\nc"}]}'
    source = NotebookSource("x.ipynb", ("a\nb\nc",), lines_of_cells(text))
    assert [source.file_line(1, line) for line in (1, 2, 3)] == [2, 2, 2]


def test_the_last_definition_counts_whatever_else_the_cell_holds():
    cells = (
        "%cd x\ndef f(a):\n    pass",
        "!ls\nclass A:\n    def f(self): ...\ndef ff(): ...",
        "\ndef f (a, b): return 1",
    )
    source = NotebookSource("x.ipynb", cells)
    assert source.definition("f") == (3, 2) and source.definition("ff") == (2, 4) and source.definition("g") is None
    assert source.file_line(3, 2) == 1
    assert source.has(1, 3) and not source.has(1, 4) and not source.has(4, 1) and not source.has(0, 1)
