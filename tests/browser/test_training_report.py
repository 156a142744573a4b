"""Part 2's pictures as somebody sees them: sizes on the screen, words for those who do not see them, the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Open
from tests.browser.test_every_page import UNFOLD


def test_sample_images_are_enlarged_without_smoothing(site: dict[str, Path], visit: Open):
    page = visit(site["training team_cifar10"]).page
    images = page.locator(".samples img")
    assert images.count() == 20
    sizes = images.evaluate_all("all => all.map(i => [i.naturalWidth, i.width, getComputedStyle(i).imageRendering])")
    assert sizes == [[32, 64, "pixelated"]] * 20


def test_every_curve_and_scale_is_an_image_with_a_name(site: dict[str, Path], visit: Open):
    page = visit(site["training team_cifar10"]).page
    pictures = page.get_by_role("img").filter(has=page.locator("path"))
    names = page.locator("svg[role=img]").evaluate_all("all => all.map(s => s.getAttribute('aria-label'))")
    assert pictures.count() >= 4
    assert [name.split(".")[0].split(":")[0] for name in names] == [
        "Scale from 0 to 100 %", "Loss by epoch", "Loss by epoch", "Accuracy by epoch",
    ]  # fmt: skip


def test_curves_stay_within_their_picture(site: dict[str, Path], visit: Open):
    page = visit(site["training team_cifar10"]).page
    outside = page.locator(".curves > svg, .scale").evaluate_all(
        """all => all.flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('path, text, circle, rect')].map(part => part.getBoundingClientRect())
                .filter(part => part.left < frame.left - 1 || part.right > frame.right + 1
                    || part.top < frame.top - 1 || part.bottom > frame.bottom + 1).map(part => [part.left, part.top]);
        })"""
    )
    assert outside == []


@pytest.mark.parametrize("width", [400, 1200])
def test_the_confusion_matrix_fits_without_scrolling(width: int, site: dict[str, Path], visit: Open):
    for team in ("team_cifar10", "team_stand_in"):
        page = visit(site[f"training {team}"], viewport={"width": width, "height": 800}).page
        table = page.locator(".confusion")
        assert table.evaluate("t => t.parentElement.scrollWidth - t.parentElement.clientWidth") <= 0


def test_a_cell_of_the_matrix_is_read_with_both_its_classes(site: dict[str, Path], visit: Open):
    page = visit(site["training team_stand_in"]).page
    assert page.get_by_role("columnheader", name="predicted as hourglass").count() == 1
    assert page.get_by_role("rowheader", name="hourglass", exact=True).count() == 1


def test_the_numbers_behind_a_curve_unfold_by_keyboard(site: dict[str, Path], visit: Open):
    page = visit(site["training team_stand_in"]).page
    summary = page.locator("summary", has_text="The numbers, epoch by epoch").last
    summary.focus()
    page.keyboard.press("Enter")
    table = page.locator("details[open]").get_by_role("table").last
    assert table.get_by_role("row").count() == 13


def test_the_pictures_take_the_colours_of_the_scheme(site: dict[str, Path], visit: Open):
    page = visit(site["training team_cifar10"]).page
    parts = (".curve.training", ".scale .ramp", ".confusion .right-4", ".confusion .wrong-1")
    seen = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        seen[scheme] = [
            page.locator(part).first.evaluate(
                "e => { const s = getComputedStyle(e); return s.stroke + s.fill + s.backgroundColor }"
            )
            for part in parts
        ]
    assert all(light != dark for light, dark in zip(seen["light"], seen["dark"], strict=True))


def test_a_class_is_sorted_by_accuracy_with_unmeasured_teams_last(site: dict[str, Path], visit: Open):
    page = visit(site["training class"]).page
    page.locator("#team-table thead").get_by_role("button", name="Accuracy", exact=True).click()
    teams = page.locator("#team-table tbody tr:visible th a").all_inner_texts()
    assert teams[-1] == "team_unasked" and len(teams) == 4


def test_a_write_up_that_tries_to_act_is_only_read(site: dict[str, Path], visit: Open):
    seen = visit(site["training team_acting"])
    seen.page.evaluate(UNFOLD)
    assert "window.harmed" in seen.page.locator(".cell.markdown").first.inner_text()
    assert not seen.harmed and seen.requests == []
