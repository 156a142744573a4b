"""Measured accuracies on the class page: their distribution, a column to sort by, and what is still to come."""

from __future__ import annotations

import html
import re

import pytest

from grader.model.evidence import Measured
from grader.model.scorecard import Scorecard
from grader.report import class_page
from grader.report.class_accuracy import accuracy_distribution, measured_accuracy
from tests.report.training_samples import CIFAR10, STAND_IN, UNASKED, training_card


def measured(correct: int, team: str = "team_7", data=CIFAR10, **changed: object) -> Scorecard:
    split = "test" if data.kind == "cifar10" else "hidden"
    return training_card(data, team, paying=Measured(split, 1000, correct), **changed)


def test_accuracies_are_distributed_with_borders_in_the_bin_that_starts_there():
    found = accuracy_distribution([measured(450), measured(700), measured(799), measured(1000)])
    assert found is not None
    assert [bar.count for bar in found.chart.bars] == [0, 0, 0, 0, 1, 0, 0, 2, 0, 1]
    assert (found.count, found.full, found.median) == (4, 3, "75.0 %")
    assert (found.lowest, found.highest) == ("45.0 %", "100.0 %")


def test_what_was_not_measured_is_counted_apart(samples):
    broken = training_card(CIFAR10, paying=None)
    found = accuracy_distribution([measured(700), broken, samples.rejected(), samples.ordinary()])
    assert found is not None and (found.count, found.unmeasured) == (1, 1)
    assert accuracy_distribution([training_card(UNASKED), samples.grader_error()]) is None


def test_images_that_do_not_compare_are_named_apart():
    found = accuracy_distribution([measured(700), measured(710), measured(800, data=STAND_IN)])
    assert found is not None
    assert found.measured_on == {"1,000 CIFAR-10 test images": 2, "1,000 hidden stand-in images": 1}


@pytest.mark.parametrize(("card", "expected"), [(measured(812), 0.812), (training_card(UNASKED), None)])
def test_the_accuracy_of_a_hand_in_is_the_one_that_pays(card: Scorecard, expected: float | None):
    assert measured_accuracy(card) == expected


def test_the_table_has_an_accuracy_to_sort_by_and_marks_for_what_is_to_come(samples):
    cards = [measured(812, "team_1"), training_card(UNASKED, "team_2"), samples.rejected(), samples.grader_error()]
    page = html.unescape(class_page.render(cards))
    table = page.partition('id="team-table"')[2]
    values = re.findall(r'<td class="number" data-value="([\d.]*)">(?:[\d.]+ %|–)', table)
    assert values == ["0.812", "", "", ""]
    rows = table.partition("<tbody>")[2].split("</tr>")
    assert "claimed 81.2 %" in rows[0] and "5 pending" in rows[0] and "provisional" not in rows[0]
    assert "5 pending" in rows[1] and "provisional" in rows[1]
    assert len({row.count("<td") for row in rows[:4]}) == 1


def test_claims_on_other_images_are_not_set_beside_a_measurement():
    assert "claimed" not in class_page.render([measured(812, data=STAND_IN)])


def test_the_distribution_is_told_in_words():
    page = html.unescape(class_page.render([measured(812)]))
    assert "how many hand-ins have which measured accuracy. 0–0.1: 0;" in page and "0.8–0.9: 1" in page


def test_a_class_without_part_2_has_neither_column_nor_chart(samples):
    page = class_page.render([samples.card(samples.passed_item())])
    assert "Measured accuracies" not in page and ">Accuracy<" not in page
