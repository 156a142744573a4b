"""What GitHub is told: nothing that a student says becomes a command, markup or more than there is room for."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model.status import Visibility
from grader.report import github_annotations, github_summary
from grader.report.github_annotations import annotations, command
from grader.report.source_place import Place
from tests.report.test_sarif import SOURCES

COMMAND = re.compile(
    r"::(error|warning)(?: ((?:file|line|title)=[^,:\r\n]*(?:,(?:file|line|title)=[^,:\r\n]*)*))?::([^\r\n]*)"
)

INJECTIONS = "a\n::error::b\r\n::add-mask::c%0A::x ##[error]d\n##[add-mask]e, file=f:g"


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub reads it."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    properties = dict(pair.split("=", 1) for pair in (found[2] or "").split(",") if pair)
    read = {name: unescaped(value) for name, value in properties.items()}
    return found[1], read, unescaped(found[3])


def unescaped(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_a_finding_is_an_error_at_its_line(samples):
    lines = [parsed(line) for line in annotations(samples.ordinary(), SOURCES, samples.arrays)]
    assert [line[0] for line in lines] == ["error", "error", "warning"]
    kind, properties, message = lines[1]
    assert (properties["file"], properties["line"]) == ("team 7/Utils/layer_utils.py", "41")
    assert "index 7 is out of bounds" in message


def test_right_hand_in_has_no_error(samples):
    assert [parsed(line)[0] for line in annotations(samples.card(samples.passed_item()), SOURCES)] == ["warning"]


def test_one_item_at_one_line_is_one_annotation(samples):
    item = samples.partial_item()
    others = tuple(dataclasses.replace(item.checks[1], id=name) for name in ("stride", "ties", "overlapping"))
    (line, _) = annotations(samples.card(dataclasses.replace(item, checks=others)), SOURCES)
    assert "Not right either" in parsed(line)[2]


def test_one_cause_of_many_items_is_told_once(samples):
    item = samples.error_item()
    items = [dataclasses.replace(item, id=f"p1.item{number}") for number in range(6)]
    assert len([line for line in annotations(samples.card(*items), SOURCES) if "error" in line[:8]]) == 1


def test_of_more_than_ten_the_last_says_how_many_there_are(samples):
    items = [dataclasses.replace(samples.error_item(f"e{number}"), id=f"p1.item{number}") for number in range(14)]
    lines = [line for line in annotations(samples.card(*items), SOURCES) if line.startswith("::error")]
    assert len(lines) == 10 and parsed(lines[-1])[2].startswith("5 more")


def test_rejection_and_fault_are_told(samples):
    (rejected,) = annotations(samples.rejected())
    assert "ends in the middle" in parsed(rejected)[2]
    (fault,) = annotations(samples.grader_error())
    assert "not the team's fault" in parsed(fault)[2]


def test_a_text_cannot_end_its_command_or_start_another() -> None:
    line = command("error", INJECTIONS, title=INJECTIONS, place=Place(f"x/{INJECTIONS}", 3))
    assert "\n" not in line and "\r" not in line and "##[" not in line
    kind, properties, message = parsed(line)
    assert set(properties) == {"file", "line", "title"} and properties["line"] == "3"
    assert message.replace("## [", "##[") == INJECTIONS.replace("\r\n", "\n")


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=30))
def test_whatever_the_texts_a_command_is_one_line_that_reads_back(message: str, title: str) -> None:
    line = command("warning", message, title=title, place=Place("a.py", 1))
    assert len(line.splitlines()) <= 1 and "##[" not in line
    assert parsed(line)[1]["file"] == "a.py"


@pytest.mark.parametrize("kind", ["ordinary", "hostile_card"])
def test_nothing_hidden_or_suspected_is_told(samples, kind: str):
    card = samples.card(samples.partial_item(visibility=Visibility.HIDDEN))
    text = "\n".join(annotations(card, SOURCES, samples.arrays)) + github_summary.render(card, samples.arrays)
    assert "-7.25" not in text and "suspicion" not in text
    everything = getattr(samples, kind)()
    assert "suspicion" not in github_summary.render(everything, samples.arrays)


def test_summary_tells_points_items_and_findings(samples):
    page = plain(github_summary.render(samples.ordinary(), samples.arrays))
    assert "team_7: 8.33 of 35 points" in page
    assert "| ✗" not in page and "◐ partly | 3.33 of 5 |" in page
    assert "Look at the stride." in page and "x (1, 3, 6, 1)" in page


def test_summary_of_public_checks_says_so(samples):
    assert "hidden ones" in plain(github_summary.render(samples.ordinary(), public_only=True))
    assert "hidden ones" not in plain(github_summary.render(samples.ordinary()))


def plain(page: str) -> str:
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), page)


def test_no_markup_of_a_student_is_left_in_the_summary(samples):
    page = github_summary.render(samples.hostile_card(), samples.arrays)
    said = re.sub(r"&#\d+;", "", page)
    assert "<" not in said.replace("<br>", "") and "[" not in said and "`" not in said and "(" not in said
    assert "<script>alert(1)</script>" in plain(page)


@settings(max_examples=60, deadline=None)
@given(said=st.text(st.characters(), max_size=40))
def test_every_row_of_the_summary_stays_a_row(said: str):
    from tests.report.conftest import Samples

    card = Samples.card(Samples.error_item(said), team=said, said=said)
    rows = [line for line in github_summary.render(card).split("\n") if line.startswith("| ")]
    assert len(rows) == 3 and all(row.count("|") == 4 for row in rows)


def test_summary_is_bounded_however_much_there_is(samples):
    items = [dataclasses.replace(samples.error_item("*" * 5000), id=f"p1.item{number}") for number in range(300)]
    page = github_summary.render(samples.card(*items))
    assert len(page.encode()) <= github_summary.MOST_BYTES
    assert " more; the report has them all" in plain(page)


@pytest.mark.parametrize(
    ("kind", "told"), [("rejected", "ends in the middle"), ("grader_error", "not the team's fault")]
)
def test_summary_of_what_was_not_graded_has_no_points(samples, kind: str, told: str):
    page = plain(github_summary.render(getattr(samples, kind)()))
    assert told in page and " of " not in page.split("\n")[0]


def test_the_limits_are_githubs() -> None:
    assert github_summary.MOST_BYTES < 1 << 20 and github_annotations._MOST == 10
