"""The work as an inbox of hand-ins for this grader."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

from benchmarks import layer_work

_NOTEBOOK = "Assignment2-1_Implementing_CNN.ipynb"


def make_inbox(inbox: Path, copies: int) -> None:
    """Writes ``team_1.tar.gz`` and so on. No two hold the same bytes: hidden cases are drawn from the content."""
    inbox.mkdir(parents=True)
    notebook = json.dumps(_notebook(), indent=1)
    for number in range(1, copies + 1):
        team = f"team_{number}"
        files = {_NOTEBOOK: notebook, "layer_utils.py": f"# {team}\n{layer_work.module()}"}
        with tarfile.open(inbox / f"{team}.tar.gz", "w:gz") as archive:
            for name, text in files.items():
                content = text.encode()
                member = tarfile.TarInfo(f"{team}/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))


def _notebook() -> dict[str, object]:
    code = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "execution_count": None, "outputs": [],
         "source": source}
        for number, source in enumerate(layer_work.cells())
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": code}
