"""What `batch` writes when it is asked for more: notebook pages, a marked gradebook, a class page elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.cli import hand_ins
from tests.cli.conftest import write_rubric
from tests.cli.grade_command import Checkout

NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 4,
    "metadata": {},
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": "# Ours <script>alert(1)</script>"},
        {"cell_type": "code", "metadata": {}, "source": "print(6 * 7)", "execution_count": None, "outputs": []},
    ],
}


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files") / "inbox"
    folder.mkdir()
    files = {**hand_ins.right_files(), hand_ins.NOTEBOOK: json.dumps(NOTEBOOK).encode()}
    hand_ins.pack(folder / "team_1.tar.gz", files)
    return folder


@pytest.fixture(scope="module")
def rubric(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_rubric(tmp_path_factory.mktemp("rubric") / "notebooks.yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["parts"][1]["run_notebook"] = True
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_pages_of_notebooks_are_added_to_what_is_graded_without_running_it_again(
    checkout: Checkout, inbox: Path, rubric: Path, tmp_path: Path
):
    out, copy = tmp_path / "OUT", tmp_path / "elsewhere" / "class.html"
    copy.parent.mkdir()
    batch = ("batch", inbox, "-o", out, "--rubric", rubric)
    assert checkout.run(*batch).returncode == 0
    team = out / "teams" / "team_1"
    assert not (team / "notebooks").exists()
    assert (out / "gradebook.csv").read_bytes().startswith(b"team,")
    evidence = (team / "evidence" / "evidence.json").read_bytes()

    assert checkout.run(*batch, "--notebooks", "--bom", "--html", copy).returncode == 0
    (page,) = (team / "notebooks").glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "42" in text and "&lt;script&gt;alert(1)" in text and "<script" not in text
    (link,) = re.findall(r'href="(notebooks/[^"]+)"', (team / "report.html").read_text(encoding="utf-8"))
    assert (team / link).samefile(page)
    assert (out / "gradebook.csv").read_bytes().startswith(b"\xef\xbb\xbfteam,")
    (link,) = re.findall(r'href="([^"#]+report\.html)"', copy.read_text(encoding="utf-8"))
    assert (copy.parent / link).samefile(team / "report.html")
    assert json.loads((team / "evidence" / "evidence.json").read_bytes())["items"] == json.loads(evidence)["items"]
    assert '"work": "scored"' in (out / "log.jsonl").read_text(encoding="utf-8")

    # Asked for once more, there is nothing left to do.
    assert "0 to grade, 1 unchanged" in checkout.run(*batch, "--notebooks").stdout
