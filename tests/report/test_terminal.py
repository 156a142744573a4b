from __future__ import annotations

import dataclasses
import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.messages import LANGUAGES, speaking
from grader.model.evidence import DataUsed
from grader.model.isolation import IsolationLevel
from grader.model.message import Message
from grader.model.status import ItemStatus, Visibility
from grader.report.terminal import NORMAL, QUIET, VERBOSE, print_scorecard

REASON = Message("skipped.not_measured")


def printed(card, samples, verbosity: int = NORMAL, terminal: bool = False, width: int = 80, **options) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=terminal, color_system="truecolor" if terminal else None)
    print_scorecard(card, console, verbosity, arrays=samples.arrays, **options)
    return stream.getvalue()


def test_items_are_told_by_sign_word_and_points(samples):
    text = printed(samples.ordinary(), samples)
    assert "✓ passed" in text and "◐ partly" in text and "! error" in text and "3.33 of 5" in text


def test_a_failure_comes_with_reason_hint_and_numbers(samples):
    text = printed(samples.ordinary(), samples)
    assert "  ✗ stride: " in text and "Wrong values." in text and "Hint: " in text
    assert "out, first difference at [0, 1, 4, 0]: expected 11, got -7.25" in text
    assert "-7.25*" in text
    assert "  ! overlap: Note: index 7 is out of bounds" in text and "line 41, in conv_forward" in text


def test_checks_that_fail_for_the_same_reason_are_named_in_one_line_and_told_in_full_with_v(samples):
    item = samples.partial_item()
    others = tuple(dataclasses.replace(item.checks[1], id=name) for name in ("other", "third"))
    card = samples.card(dataclasses.replace(item, checks=(*item.checks, *others)))
    assert "Not right either: other; third." in printed(card, samples)
    assert printed(card, samples).count("first difference") == 1
    told = printed(card, samples, VERBOSE)
    assert told.count("first difference") == 1 and told.count("the one above") == 2


def test_items_in_a_row_that_were_skipped_for_one_reason_are_told_together(samples):
    item = dataclasses.replace(samples.partial_item(), status=ItemStatus.SKIPPED, checks=(), feedback=(REASON,))
    other = dataclasses.replace(item, id="p1.max_pool_forward", title=REASON)
    apart = dataclasses.replace(item, id="p1.max_pool_backward", feedback=(Message("skipped.no_data"),))
    text = printed(samples.card(item, other, apart), samples)
    assert (
        text.count("\n  Nothing could be measured here.") == 1
        and "same; Nothing could be measured here.: skipped" in text
    )
    assert text.count("The images that this needs") == 1


def _with_a_part_left_out(samples):
    item = samples.partial_item()
    skipped = {"status": ItemStatus.SKIPPED, "points": 0.0, "checks": (), "feedback": (Message("feedback.skipped"),)}
    others = [dataclasses.replace(item, id=name, part=3, **skipped) for name in ("p3.saliency", "p3.adversarial")]
    return samples.card(item, *others)


def test_a_part_that_was_not_asked_for_is_one_line_and_no_points_of_it_are_missing(samples):
    text = printed(_with_a_part_left_out(samples), samples)
    assert text.count("Part 3 (10 points): not checked in this run.") == 1 and "Not checked in this run." not in text
    assert " of 5 points" in text and "provisional" not in text and "– skipped" not in text


def test_a_part_that_was_not_asked_for_has_its_lines_where_there_is_one_for_each_item(samples):
    text = printed(_with_a_part_left_out(samples), samples, QUIET)
    assert "p3.saliency" in text and "p3.adversarial" in text


def test_images_are_told_only_where_something_ran_on_them(samples):
    data = DataUsed("stand_in", "stand-in", "drawn", "0" * 64, "quick", True)
    card = dataclasses.replace(samples.ordinary(), data=data)
    assert "Images used: stand-in" in printed(card, samples)
    assert "Images used" not in printed(card, samples, notebooks_run=False)


def test_quiet_is_one_line_an_item(samples):
    text = printed(samples.ordinary(), samples, QUIET)
    assert sum("p1." in line or "p2." in line for line in text.splitlines()) == 5
    assert "Hint" not in text and "stride" not in text


def test_verbose_shows_the_checks_that_pass_too(samples):
    assert "✓ square:" not in printed(samples.ordinary(), samples, NORMAL)
    assert "✓ square:" in printed(samples.ordinary(), samples, VERBOSE)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verbosity", [QUIET, NORMAL, VERBOSE])
@pytest.mark.parametrize("card", ["ordinary", "hostile_card", "rejected", "grader_error"])
def test_nothing_is_wider_than_the_terminal(samples, width: int, language: str, verbosity: int, card: str):
    with speaking(language):
        text = printed(getattr(samples, card)(), samples, verbosity, width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= min(width, 80)


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_of_the_overview_stand_below_each_other(samples, language: str):
    with speaking(language):
        rows = printed(samples.ordinary(), samples, QUIET).splitlines()[:5]
    starts = {cell_len(row[: row.index("p1." if "p1." in row else "p2.")]) for row in rows}
    assert len(rows) == 5 and len(starts) == 1


def test_the_overview_comes_last_next_to_the_prompt(samples):
    lines = printed(samples.ordinary(), samples).splitlines()
    rows = [number for number, line in enumerate(lines) if " of 5  " in line or " of 15  " in line]
    assert len(rows) == 5
    assert rows[0] > next(number for number, line in enumerate(lines) if "first difference" in line)


def test_korean_is_spoken_where_it_is_asked_for(samples):
    with speaking("ko"):
        text = printed(samples.ordinary(), samples)
    assert "부분 통과" in text and "공개 검사 기준" in text and "passed" not in text


@pytest.mark.parametrize("card", ["ordinary", "hostile_card"])
def test_piped_output_is_plain_text_without_boxes(samples, card: str):
    text = printed(getattr(samples, card)(), samples, VERBOSE)
    assert "\x1b" not in text
    assert not any("\u2500" <= character <= "\u257f" for character in text)


def test_a_terminal_gets_our_colours_and_no_sequence_of_a_student(samples):
    text = printed(samples.hostile_card(), samples, VERBOSE, terminal=True)
    assert "\x1b[36m" in text and "\x1b[1;31m" in text
    assert "\x1b]" not in text and "\x1b[2J" not in text and "\u202e" not in text
    assert "[bold red]marked[/bold red]" in " ".join(text.split())


def test_the_self_check_says_that_it_is_not_the_grade(samples):
    assert "not your grade" in printed(samples.ordinary(), samples)
    assert "not your grade" not in printed(samples.ordinary(), samples, public_only=False)


def test_running_without_isolation_is_said_and_only_then(samples):
    bare = samples.card(samples.passed_item(), level=IsolationLevel.NONE)
    assert "without isolation" in printed(bare, samples)
    assert "without isolation" not in printed(samples.ordinary(), samples)


def test_staff_flags_and_hidden_cases_are_not_printed(samples):
    card = samples.card(samples.partial_item(visibility=Visibility.HIDDEN))
    text = printed(card, samples, VERBOSE)
    assert "suspicion" not in text and "-7.25" not in text and "Smallest" not in text


def test_a_grader_error_is_told_as_our_fault_and_without_points(samples):
    text = " ".join(printed(samples.grader_error(), samples).split())
    assert "not your fault" in text and "the disk is full." in text and "points" not in text


def test_a_rejected_hand_in_is_told_with_its_reason(samples):
    assert "the archive ends in the middle of a member" in " ".join(printed(samples.rejected(), samples).split())


def test_an_ascii_terminal_gets_ascii(samples):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    print_scorecard(samples.hostile_card(), Console(file=stream, width=80), VERBOSE, arrays=samples.arrays)
    stream.flush()
    text = raw.getvalue().decode("ascii")
    assert "+ passed" in text and "~ partly" in text and "  x stride" in text
