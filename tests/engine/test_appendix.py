from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.engine import appendix
from grader.engine.out_folder import OutFolder, TeamFolder

NOTEBOOK = {"nbformat": 4, "cells": [{"cell_type": "code", "source": "print(6 * 7)", "outputs": []}]}


@pytest.fixture
def folder(tmp_path: Path) -> TeamFolder:
    team = OutFolder(tmp_path / "OUT").team("team_1")
    team.executed_notebooks.mkdir(parents=True)
    (team.executed_notebooks / "Part 1.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    return team


def test_every_executed_notebook_gets_a_page_that_the_report_can_link_to(folder: TeamFolder):
    assert appendix.is_lacking(folder) and appendix.links(folder) == []
    appendix.write(folder, "team_1")
    assert not appendix.is_lacking(folder)
    assert appendix.links(folder) == [("Part 1", "notebooks/Part%201.html")]
    page = (folder.path / "notebooks" / "Part 1.html").read_text(encoding="utf-8")
    assert 'href="../report.html"' in page and ">print<" in page


def test_pages_of_notebooks_that_are_gone_go_too(folder: TeamFolder):
    appendix.write(folder, "team_1")
    (folder.executed_notebooks / "Part 1.ipynb").rename(folder.executed_notebooks / "Part 2.ipynb")
    assert appendix.is_lacking(folder)
    appendix.write(folder, "team_1")
    assert [name for name, _ in appendix.links(folder)] == ["Part 2"]


def test_a_notebook_that_cannot_be_read_has_a_page_that_says_so(folder: TeamFolder):
    (folder.executed_notebooks / "Part 1.ipynb").write_text("{", encoding="utf-8")
    appendix.write(folder, "team_1")
    assert "There is nothing to show." in (folder.appendix / "Part 1.html").read_text(encoding="utf-8")


def test_a_team_without_executed_notebooks_lacks_nothing(tmp_path: Path):
    team = OutFolder(tmp_path / "OUT").team("team_2")
    appendix.write(team, "team_2")
    assert not appendix.is_lacking(team) and not team.appendix.exists()


def test_removing_pages_that_are_not_there_is_no_fault(folder: TeamFolder):
    appendix.remove(folder)
    appendix.write(folder, "team_1")
    appendix.remove(folder)
    assert appendix.links(folder) == []
