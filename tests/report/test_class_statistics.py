from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model.message import Message
from grader.model.scorecard import CheckResult, ItemResult, Scorecard
from grader.model.status import ItemStatus, Severity, SubmissionStatus
from grader.model.submission import Flag
from grader.report import class_statistics as statistics
from grader.report.histogram import histogram
from grader.report.wording import write

TITLE = Message("item.conv_forward_valid.title")
FLIPPED, SWAPPED = Message("hint.kernel_flipped"), Message("hint.stride_axes_swapped")


def check(name: str, status: ItemStatus = ItemStatus.PASSED, hint: Message | None = None) -> CheckResult:
    return CheckResult(name, status, Message("check.passed"), hint=hint)


def item(
    points: float, *checks: CheckResult, status: ItemStatus = ItemStatus.PARTIAL, name: str = "p1.a",
    feedback: tuple[Message, ...] = (),
) -> ItemResult:  # fmt: skip
    return ItemResult(name, 1, TITLE, points, 5.0, status, feedback, checks)


def card(*items: ItemResult, team: str = "team", seconds: float = 1.0, flags: tuple[Flag, ...] = ()) -> Scorecard:
    return Scorecard(team, "t.zip", "00", SubmissionStatus.GRADED, items, flags, seconds=seconds)


REJECTED = Scorecard("late", "t.zip", "00", SubmissionStatus.REJECTED, full_points=5.0)


def test_scores_of_graded_hand_ins_are_distributed():
    found = statistics.score_distribution([card(item(0.0)), card(item(2.4)), card(item(5.0)), REJECTED])
    assert found is not None
    assert [n.count for n in found.bins] == [1, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert (found.count, found.full, found.median, found.lowest, found.highest) == (3, 1, 2.4, 0.0, 5.0)


def test_a_score_on_the_border_counts_in_the_bin_that_starts_there():
    # A sum of thirds may end a little below what it is printed as.
    found = statistics.score_distribution([card(item(1.5 - 1e-12)), card(item(5.0))])
    assert found is not None and found.bins[3].count == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 5), min_size=1, max_size=30))
def test_every_score_is_in_one_bin(scores: list[float]):
    found = statistics.score_distribution([card(item(score)) for score in scores])
    assert found is not None
    assert sum(n.count for n in found.bins) == len(scores)


def test_a_class_without_a_graded_hand_in_has_no_distribution_and_no_times():
    assert statistics.score_distribution([REJECTED]) is None
    assert statistics.times([REJECTED]) is None


def test_items_count_full_some_none_and_open():
    outcomes = [
        item(5.0),
        item(2.0),
        item(0.0),
        item(0.0, status=ItemStatus.MANUAL),
        item(0.0, status=ItemStatus.SKIPPED),
    ]
    (found,) = statistics.item_statistics([*(card(each) for each in outcomes), REJECTED])
    assert (found.full, found.partly, found.nothing, found.open) == (1, 1, 1, 2)
    assert found.full_share == pytest.approx(1 / 3) and found.mean_points == pytest.approx(7 / 3)


def test_an_item_that_is_open_everywhere_has_no_share():
    (found,) = statistics.item_statistics([card(item(0.0, status=ItemStatus.MANUAL))])
    assert found.full_share is None and found.mean_points is None


def test_kinds_of_input_come_least_understood_first_without_those_that_all_got_right():
    failed = ItemStatus.FAILED
    cards = [
        card(item(1.0, check("strides", failed, SWAPPED), check("kernel_1x1"), check("odd_kernel"))),
        card(item(1.0, check("strides", failed, SWAPPED), check("kernel_1x1", failed), check("odd_kernel"))),
        card(item(1.0, check("strides", ItemStatus.ERROR), check("kernel_1x1"), check("odd_kernel"))),
    ]
    found = statistics.check_statistics(cards)
    assert [(entry.title, entry.passed, entry.asked) for entry in found] == [
        ("different strides down and across", 0, 3),
        ("kernel of size 1", 2, 3),
    ]
    assert found[0].diagnosis.startswith("The strides down and across are swapped") and found[0].diagnosed == 2
    assert found[1].diagnosis == ""


def test_a_kind_of_input_that_was_not_asked_any_more_does_not_count():
    cards = [
        card(item(0.0, check("strides", ItemStatus.SKIPPED))),
        card(item(0.0, check("strides", ItemStatus.TIMEOUT))),
    ]
    (found,) = statistics.check_statistics(cards)
    assert (found.passed, found.asked) == (0, 1)


def test_a_mistake_is_counted_once_a_hand_in_with_all_its_items():
    twice = card(
        item(0.0, check("strides", ItemStatus.FAILED, FLIPPED), check("odd_kernel", ItemStatus.FAILED, FLIPPED)),
        item(0.0, name="p1.b", feedback=(FLIPPED, Message("feedback.failed", {"passed": 0, "total": 1}))),
    )
    once = card(item(0.0, check("strides", ItemStatus.FAILED, SWAPPED)), item(0.0, name="p1.b", feedback=(FLIPPED,)))
    found = statistics.diagnoses([twice, once])
    assert [(entry.teams, entry.items) for entry in found] == [(2, ("p1.a", "p1.b")), (1, ("p1.a",))]


def test_a_mistake_that_a_slip_prices_and_a_hint_names_is_told_once():
    slip, hint = Message("slip.trains_while_evaluating.costs"), Message("hint2.trains_while_evaluating")
    other = Message("hint2.training_mode")
    checks = tuple(CheckResult(str(n), ItemStatus.FAILED, hint, hint=found) for n, found in enumerate((hint, other)))
    priced, unpriced = item(1.0, *checks, feedback=(slip,)), item(1.0, checks[0])
    assert {entry.text for entry in statistics.diagnoses([card(priced)])} == {write(slip), write(other)}
    assert [entry.text for entry in statistics.diagnoses([card(unpriced)])] == [write(hint)]


def test_flags_are_counted_once_a_hand_in():
    flag, other = Flag("late", Severity.WARNING), Flag("odd", Severity.STAFF)
    found = statistics.flag_statistics([card(flags=(other,)), card(flags=(flag, flag)), card(flags=(flag,))])
    assert [(entry.id, entry.severity, entry.teams) for entry in found] == [
        ("late", Severity.WARNING, 2),
        ("odd", Severity.STAFF, 1),
    ]


def test_times_name_the_slowest():
    found = statistics.times([card(seconds=1.0), card(seconds=9.0, team="slow"), card(seconds=2.0), REJECTED])
    assert found is not None
    assert (found.median, found.highest, found.slowest, found.total) == (2.0, 9.0, "slow", 12.0)


def test_a_histogram_lists_every_bar_in_words_and_scales_to_the_tallest():
    drawn = histogram([1, 0, 4], [0.0, 1.5, 3.0, 4.5])
    assert drawn.alternative == "0–1.5: 1; 1.5–3: 0; 3–4.5: 4"
    assert [bar.height for bar in drawn.bars] == [drawn.height / 4, 0, drawn.height]


def test_a_histogram_of_nobody_is_flat():
    assert {bar.height for bar in histogram([0, 0], [0.0, 1.0, 2.0]).bars} == {0}


def test_mistakes_of_every_part_are_counted():
    told = [Message("hint.kernel_flipped"), Message("hint2.percent"), Message("feedback2.partial")]
    found = statistics.diagnoses([card(item(1.0, feedback=(message,))) for message in told])
    assert [diagnosis.teams for diagnosis in found] == [1, 1]
