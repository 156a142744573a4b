"""Part 3 on a team's page."""

from __future__ import annotations

import base64
import hashlib

from grader.evidence import store
from grader.model.scorecard import Scorecard
from grader.report import html_report
from tests.report.conftest import HOSTILE
from tests.report.picture_samples import (
    ADVERSARIAL,
    SALIENCY,
    Stored,
    adversarial_samples,
    picture_arrays,
    picture_card,
    saliency_samples,
    samples_of_items,
    under,
)
from tests.report.test_html_report import Page
from tests.report.training_samples import training_evidence


def page(card: Scorecard, arrays=picture_arrays) -> Page:  # noqa: ANN001
    return Page(html_report.render(card, arrays))


def test_every_item_shows_its_pictures_with_alternative_texts():
    found = page(picture_card())
    said = [value for tag, name, value in found.attributes if (tag, name) == ("img", "alt")]
    assert len(said) == 5 * 4 + 2 * 4 + 4 * 5 and all(said)
    sources = [value for tag, name, value in found.attributes if (tag, name) == ("img", "src")]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    for told in ("Image 3: class cross", "Step 67 Score 22.6", "The grader's difference × 10", "✗ missed"):
        assert told in found.text


def test_an_item_without_arrays_has_no_pictures_and_the_page_no_script():
    found = page(picture_card(), lambda prefix: {})
    assert "img" not in found.tags and "script" not in found.tags and "Pictures" not in found.text


def test_only_our_own_script_may_run_and_only_where_images_are_compared():
    source = html_report.render(picture_card(), picture_arrays)
    script = source.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(value for _, name, value in Page(source).attributes if name == "content" and "default-src" in value)
    assert f"; script-src 'sha256-{digest}'" in policy and source.count("<script") == 1
    maps_alone = {SALIENCY: samples_of_items()[SALIENCY]}
    assert "script" not in page(picture_card(), lambda prefix: under(prefix, maps_alone)).tags


def test_without_its_script_the_page_keeps_what_only_the_script_can_move_hidden():
    found = page(picture_card())
    assert sum((tag, name) == ("div", "hidden") for tag, name, _ in found.attributes) == 4


def test_names_of_classes_stay_text():
    stored = {ADVERSARIAL: {**adversarial_samples(), "class_names": saliency_samples()["class_names"].astype("<U200")}}
    stored[ADVERSARIAL]["class_names"][:] = HOSTILE
    found = page(picture_card(said=HOSTILE), lambda prefix: under(prefix, stored))
    assert found.tags.count("script") == 1 and "<script>alert(1)</script>" in found.text
    assert not [name for _, name, _ in found.attributes if name.startswith("on")]


def test_a_page_with_images_of_224_pixels_stays_small():
    large: dict[str, Stored] = {SALIENCY: saliency_samples(5, times=7)}
    source = html_report.render(picture_card(), lambda prefix: under(prefix, large))
    assert len(source) < 1_000_000


def test_stored_arrays_are_drawn(tmp_path):  # noqa: ANN001
    names = {
        f"{item}/samples/{name}": array for item, found in samples_of_items().items() for name, array in found.items()
    }
    evidence = training_evidence()
    store.save(tmp_path / "evidence", evidence, names, {})
    source = html_report.render(picture_card(), lambda prefix: store.load_arrays(tmp_path / "evidence", prefix))
    assert source == html_report.render(picture_card(), picture_arrays)
