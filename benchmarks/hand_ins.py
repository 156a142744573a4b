"""The work as an inbox of hand-ins for this grader."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import layer_work
from benchmarks.notebook_work import NotebookWork
from benchmarks.peer import KERNEL


def make_inbox(inbox: Path, copies: int, works: Sequence[NotebookWork]) -> None:
    """Writes ``team_1.tar.gz`` and so on. No two hold the same bytes: hidden cases are drawn from the content."""
    inbox.mkdir(parents=True)
    notebooks = {work.file: json.dumps(notebook(work), indent=1) for work in works}
    for number in range(1, copies + 1):
        team = f"team_{number}"
        files = {**notebooks, "layer_utils.py": f"# {team}\n{layer_work.module()}"}
        with tarfile.open(inbox / f"{team}.tar.gz", "w:gz") as archive:
            for name, text in files.items():
                content = text.encode()
                member = tarfile.TarInfo(f"{team}/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))


def notebook(work: NotebookWork) -> dict[str, object]:
    """The work as a notebook (nbformat 4) without outputs."""
    code = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "execution_count": None, "outputs": [],
         "source": source}
        for number, source in enumerate(work.cells)
    ]  # fmt: skip
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": KERNEL, "cells": code}
