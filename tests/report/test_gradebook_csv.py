from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model.rubric import Rubric
from grader.report.gradebook_csv import render, text_cell


@pytest.fixture
def rubric() -> Rubric:
    ids = ["p1.conv_forward.valid", "p1.conv_forward.same", "p1.conv_backward.same", "p2.better.accuracy"]
    ids.append("p2.better.writeup")
    points = [5, 5, 5, 15, 5]
    return Rubric.model_validate(
        {
            "schema": 1,
            "name": "sample",
            "total": 35,
            "tolerance": {"float64": 1e-6, "float32": 1e-3},
            "parts": {1: {"title": "t", "module": "m"}, 2: {"title": "t", "module": "m"}},
            "items": [
                {
                    "id": name,
                    "part": int(name[1]),
                    "points": value,
                    "check": "c",
                    "text": "t",
                    "credit": {"rule": "all_or_nothing"},
                }
                for name, value in zip(ids, points, strict=True)
            ],
        }
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_one_row_a_team_with_one_column_an_item(samples, rubric: Rubric):
    table = rows(render([samples.ordinary(), samples.rejected()], rubric))
    assert [row["team"] for row in table] == ["team_7", "team_8"]
    first = table[0]
    assert list(first)[:6] == ["team", "status", "score", "max_score", "pending_points", "provisional"]
    assert list(first)[-3:] == ["flags", "reason", "source"]
    assert (first["score"], first["max_score"], first["pending_points"]) == ("8.3333", "35", "5")
    assert (first["p1.conv_forward.valid"], first["p1.conv_forward.same"]) == ("5", "3.3333")
    assert first["provisional"] == "true"
    assert first["flags"] == "sample_warning; sample_suspicion"


def test_open_items_have_empty_cells_and_no_zero(samples, rubric: Rubric):
    row = rows(render([samples.ordinary()], rubric))[0]
    assert (row["p2.better.accuracy"], row["p2.better.writeup"]) == ("", "")


def test_a_grader_error_has_no_points_at_all(samples, rubric: Rubric):
    row = rows(render([samples.grader_error()], rubric))[0]
    assert row["status"] == "grader_error" and row["reason"] == "the disk is full."
    assert row["score"] == "" and all(row[item.id] == "" for item in rubric.items)


def test_a_rejected_hand_in_has_zero_and_its_reason(samples, rubric: Rubric):
    row = rows(render([samples.rejected()], rubric))[0]
    assert (row["score"], row["max_score"], row["p1.conv_forward.same"]) == ("0", "35", "0")
    assert row["reason"] == "the archive ends in the middle of a member"


def test_a_hostile_name_is_one_inert_cell_on_one_line(samples, rubric: Rubric):
    text = render([samples.hostile_card()], rubric)
    assert len(text.splitlines()) == 2
    assert rows(text)[0]["team"].startswith("'=1+1<script>")
    assert "\x1b" not in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "  =", "\x00=", "\u200b=", "＝"])
def test_a_formula_is_never_left_a_formula(start: str):
    assert text_cell(f"{start}HYPERLINK(1)").startswith("'")


def test_ordinary_names_are_left_alone():
    assert text_cell('팀 7, "late"') == '팀 7, "late"'


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=20))
def test_no_text_starts_a_formula_or_a_new_row(name: str):
    cell = text_cell(name)
    assert not cell.startswith(tuple("=+-@\t\r\n"))
    assert len(cell.splitlines()) <= 1
