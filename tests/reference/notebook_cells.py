"""The code of a notebook that a script runs cell by cell, in the folder where a student would run it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def code_cells(notebook: Path) -> dict[str, str]:
    """Sources of the code cells by id, without IPython's magic lines."""
    return {
        cell["id"]: "".join(line for line in cell["source"] if not line.startswith("%"))
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    }


def move_to(folder: Path) -> None:
    """Works in `folder` from now on, with its `Utils` and no other folder's."""
    os.chdir(folder)
    sys.path[0] = str(folder)
    for name in [name for name in sys.modules if name.split(".")[0] == "Utils"]:
        del sys.modules[name]
