"""Part 2 on a team's page: what was measured, what was claimed, what was trained, what a person reads."""

from __future__ import annotations

import dataclasses
import re

import pytest

from grader.evidence import store
from grader.model.evidence import Measured, Problem, WriteupEvidence
from grader.model.scorecard import Scorecard
from grader.report import html_report
from grader.report.wording import feedback
from grader.scoring.score import score
from tests.report.conftest import HOSTILE
from tests.report.test_html_report import Page
from tests.report.training_samples import (
    CIFAR10,
    STAND_IN,
    UNASKED,
    part_2,
    paying_arrays,
    training_arrays,
    training_card,
    training_evidence,
)


def page(card: Scorecard) -> Page:
    return Page(html_report.render(card, training_arrays))


def labels(found: Page) -> str:
    return " ".join(value for _, name, value in found.attributes if name == "aria-label")


def test_the_measured_accuracy_is_drawn_with_its_interval_and_where_points_begin():
    told = labels(page(training_card()))
    assert (
        "measured accuracy 81.1 %, 95 % interval 78.6 % to 83.4 %. Full points from 60 % on, none up to 30 %." in told
    )


def test_claims_stand_beside_what_was_measured():
    text = page(training_card(CIFAR10)).text
    assert "claimed in the saved outputs claimed when run again measured by the grader 81.2 % 77.9 % 78.1 %" in text
    assert "cannot be compared" not in text


def test_claims_on_other_images_are_told_not_to_compare():
    assert "come from other images than those used here" in page(training_card(STAND_IN)).text


def test_a_claim_that_was_not_found_is_told_as_that_and_not_as_zero():
    text = page(training_card(claimed_stored=None, validation=None)).text
    assert "none found 77.9 % not measured" in text


def test_model_parameters_and_seconds_are_told():
    text = page(training_card()).text
    for told in (
        "the one that running the notebook again saved",
        "811 of 1,000",
        "88,234",
        "5.5 (longest training, code",
    ):
        assert told in text
    assert "the file that was handed in" in page(training_card(CIFAR10)).text


def test_the_confusion_matrix_is_a_table_with_headers_both_ways():
    source = html_report.render(training_card(), training_arrays)
    table = source.partition('<table class="confusion">')[2].partition("</table>")[0]
    assert table.count('scope="row"') == 10 and table.count('scope="col"') == 12 and "<caption>" in table
    counts = [int(count) for count in re.findall(r'<td class="(?:right|wrong)-\d">(\d+)</td>', table)]
    assert len(counts) == 100 and sum(counts) == 1000 and sum(counts[::11]) == 811
    assert "star taken for triangle (30 of 100)" in Page(source).text


def test_sample_images_are_shown_with_words_for_each():
    found = page(training_card(CIFAR10))
    said = [value for tag, name, value in found.attributes if (tag, name) == ("img", "alt")]
    assert len(said) == 20
    assert said[3] == "Sample image 4: an image of class automobile, predicted as deer."
    sources = [value for tag, name, value in found.attributes if (tag, name) == ("img", "src")]
    assert all(source.startswith("data:image/png;base64,") for source in sources)


def test_an_accuracy_without_stored_arrays_is_still_told():
    text = Page(html_report.render(training_card())).text
    assert "811 of 1,000" in text and "What is taken for what" not in text


def test_without_cifar10_the_note_stands_in_the_item_and_the_total_is_provisional():
    found = page(training_card(UNASKED))
    text = found.text
    assert text.count("CIFAR-10 is not on this machine: drawn images stand in for it") == 2  # the item, the provenance
    assert "Provisional: some items could not be judged here (p2.better.accuracy)" in text
    assert "Scale from 0" not in labels(found)


def test_which_data_was_used_is_told_with_where_it_comes_from():
    text = page(training_card(CIFAR10)).text
    for told in ("Images used: CIFAR-10, profile full.", "The published files, python version.", "c1" * 32):
        assert told in text
    assert "accuracies on them are no accuracies on CIFAR-10" in page(training_card(STAND_IN)).text


def test_learning_curves_are_drawn_labelled_as_told_and_have_their_numbers():
    found = page(training_card())
    assert "Told by the notebook's own process while it ran." in found.text
    told = labels(found)
    assert "Loss by epoch. Training: 1.985 at epoch 1" in told and "Validation: 2.016 at epoch 1" in told
    assert "Accuracy by epoch. Training: 0.2458 at epoch 1" in told
    assert "In epoch 5 it is no finite number" in found.text
    assert "1 1.985 0.2458 2.016 0.2248 7.9" in found.text


def test_there_is_no_training_section_where_nothing_was_told():
    card = dataclasses.replace(training_card(), training={})
    assert "Training in the notebook" not in page(card).text


def test_what_was_asked_is_told_in_words_and_what_was_noted_beside_it_is_not():
    text = page(training_card()).text
    assert "Asked with: 64 images, batch size 64, 1 epoch, learning rate 0.01" in text
    assert "judged_by" not in text
    assert (
        "250 images batch size 100 is_training=False" in text and "logits and labels must have the same shape" in text
    )


def test_no_table_of_numbers_stands_where_there_is_no_array():
    source = html_report.render(training_card(), training_arrays)
    assert 'class="numbers"' not in source and "First difference" not in source
    assert "the smallest case that fails" not in source


def test_checks_without_measured_errors_have_no_columns_for_them():
    card = training_card()
    item = next(item for item in card.items if item.id == "p2.simple.define")
    unmeasured = dataclasses.replace(
        item, checks=tuple(dataclasses.replace(check, measured=None, limit=None) for check in item.checks)
    )
    for shown, expected in ((unmeasured, False), (item, True)):
        source = html_report.render(dataclasses.replace(card, items=(shown,)), training_arrays)
        assert (">Measured error</th>" in source) == expected


def test_the_write_up_is_there_for_the_person_who_grades_it():
    found = page(training_card())
    assert "The notebook's text, for the person who grades it 2 text cells" in found.text
    assert "Three blocks of two convolutions each" in found.text
    assert found.text.count("A person reads the write-up") == 1
    headings = [tag for tag in found.tags if tag in {"h4", "h5"}]
    assert "h5" in headings and found.tags.count("h1") == 1


@pytest.mark.parametrize("state", ["untouched", "empty"])
def test_a_write_up_that_nobody_wrote_is_told(state: str):
    cells = ("## Describe your network here",) if state == "untouched" else ()
    found = page(training_card(writeup=WriteupEvidence(state, cells)))
    said = {"untouched": "The write-up is as it was handed out.", "empty": "There is no write-up."}[state]
    assert said in found.text
    assert ("for the person who grades it" in found.text) == bool(cells)


def test_a_hostile_write_up_stays_text():
    text = f"[x](javascript:alert(1)) ![y](http://z) {HOSTILE}"
    card = training_card(writeup=WriteupEvidence("written", (HOSTILE, text)))
    # Without arrays, so that the report has no pictures of its own.
    found = Page(html_report.render(card))
    assert not {"script", "img", "iframe", "form"} & set(found.tags)
    assert not [name for _, name, _ in found.attributes if name.startswith("on")]
    links = [value for _, name, value in found.attributes if name in {"href", "src"}]
    assert all(link.startswith("#") for link in links)
    assert "<script>alert(1)</script>" in found.text


def test_why_nothing_could_be_measured_is_told_once():
    card = training_card(paying=None, validation=None, model="none", problem=Problem("nothing_saved", {}))
    (said,) = feedback(next(item for item in card.items if item.accuracy is not None))
    text = page(card).text
    assert text.count(said) == 1 and "Model judged" not in text


def test_a_measurement_over_no_image_is_none():
    found = page(training_card(paying=Measured("hidden", 0, 0), validation=Measured("validation", 0, 0)))
    assert "Scale from 0" not in labels(found)


def test_the_page_asks_nobody_for_anything_and_stays_below_a_megabyte():
    found = page(training_card(CIFAR10))
    links = [value for _, name, value in found.attributes if name in {"src", "href", "srcset", "action", "data"}]
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in links)
    many = dataclasses.replace(training_card(CIFAR10), training={2: training_card().training[2] * 40})
    assert len(html_report.render(many, training_arrays).encode()) < 1_000_000


def test_stored_evidence_gives_the_same_page_again(tmp_path):
    evidence = training_evidence(CIFAR10)
    arrays = {f"p2.better.accuracy/{name}": array for name, array in paying_arrays().items()}
    store.save(tmp_path / "evidence", evidence, arrays, {})
    loaded = store.load(tmp_path / "evidence")
    assert loaded is not None
    again = html_report.render(score(loaded, part_2()), lambda prefix: store.load_arrays(tmp_path / "evidence", prefix))
    assert again == html_report.render(training_card(CIFAR10), training_arrays)


def test_part_1_alone_has_nothing_of_it(samples):
    source = html_report.render(samples.card(samples.partial_item()), samples.arrays)
    assert "Images used" not in source and "Training in the notebook" not in source


def test_a_card_without_data_is_shown_too():
    card = dataclasses.replace(training_card(), data=None)
    assert "1,000 hidden images by true class" in page(card).text
