"""Packages that are dear to import are loaded once a submission, and only where a file imports them."""

import json

import pytest

from grader.execute.dear_imports import named


@pytest.mark.parametrize(
    "source",
    ["import scipy.signal as s\n", "import numpy\nfrom scipy import ndimage", "import  scipy"],
)
def test_an_import_of_a_module_is_found(source: str) -> None:
    assert named({"Utils/layer_utils.py": source.encode()}, notebooks=False) == [b"scipy"]


@pytest.mark.parametrize(
    "source", ["# scipy would do", "def f():\n    import scipy\n", "import scipylike", "x = 'import scipy'"]
)
def test_what_does_not_run_with_the_file_is_not_counted(source: str) -> None:
    assert named({"layer_utils.py": source.encode()}, notebooks=False) == []


@pytest.mark.parametrize(
    "cell", ["import matplotlib.pyplot as plt\nx = 1", ["x = 1\n", "from matplotlib import pyplot"]]
)
def test_notebooks_are_looked_at_where_they_are_run(cell: object) -> None:
    files = {"a.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": cell}]}).encode()}
    assert named(files, notebooks=True) == [b"matplotlib"]
    assert named(files, notebooks=False) == []
