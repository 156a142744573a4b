"""Part 3's pictures as somebody sees them, and the comparison of two of them by mouse, by keyboard and at rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Open

#: What is seen at a share of the width in the first comparison: the index of the topmost picture that is not cut away.
SEEN_AT = """(stage, share) => {
    const [under, over] = stage.querySelectorAll('img');
    const cut = parseFloat(getComputedStyle(over).clipPath.match(/([\\d.]+)%\\)/)?.[1] ?? 0);
    return 100 * share < cut ? under.src : over.src;
}"""


@pytest.fixture
def page(site: dict[str, Path], visit: Open) -> Page:
    return visit(site["pictures"], reduced_motion="no-preference").page


def sources(page: Page) -> tuple[str, str]:
    """Of the first image that is compared, and of what became of it."""
    row = page.locator(".picture-row", has=page.locator(".compare")).first
    found = row.locator(".picture-line img").evaluate_all("all => all.map(i => i.src)")
    return found[0], found[1]


def stage(page: Page) -> Locator:
    return page.locator(".compare-stage").first


def seen(page: Page, share: float) -> str:
    return stage(page).evaluate(SEEN_AT, share)


def test_small_images_are_enlarged_without_smoothing(page: Page):
    sizes = page.locator(".picture-line img").evaluate_all(
        "all => all.map(i => [i.naturalWidth, i.width, getComputedStyle(i).imageRendering])"
    )
    assert len(sizes) == 48 and set(map(tuple, sizes)) == {(32, 160, "pixelated")}


def test_the_slider_moves_the_line_by_keyboard(page: Page):
    slider = page.get_by_role("slider").first
    image, adversarial = sources(page)
    assert (seen(page, 0.45), seen(page, 0.55)) == (image, adversarial)
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert (seen(page, 0.55), seen(page, 0.65)) == (image, adversarial)
    assert slider.get_attribute("aria-valuetext") == "60 % image, 40 % adversarial image"
    page.keyboard.press("Home")
    assert seen(page, 0.01) == adversarial
    page.keyboard.press("End")
    assert seen(page, 0.99) == image


def test_the_comparison_lies_on_whole_pictures_of_one_size(page: Page):
    boxes = (
        stage(page)
        .locator("img")
        .evaluate_all(
            "all => all.map(i => { const b = i.getBoundingClientRect(); return [b.x, b.y, b.width, b.height] })"
        )
    )
    assert boxes[0] == boxes[1] and boxes[0][2:] == [320, 320]


def test_the_button_flickers_until_it_is_pressed_again(page: Page):
    page.clock.install()
    image, adversarial = sources(page)
    button = page.locator(".compare").first.get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    shown = [seen(page, 0.5)]
    for _ in range(3):
        page.clock.run_for(700)
        shown.append(seen(page, 0.5))
    assert shown == [image, adversarial] * 2 and button.inner_text() == "Stop"
    page.keyboard.press("Enter")
    page.clock.run_for(5000)
    assert (seen(page, 0.45), seen(page, 0.55)) == (image, adversarial)
    assert button.inner_text() == "Flicker"


def test_moving_the_slider_ends_the_flicker(page: Page):
    page.clock.install()
    page.locator(".compare").first.get_by_role("button").click()
    page.get_by_role("slider").first.press("ArrowLeft")
    page.clock.run_for(5000)
    image, adversarial = sources(page)
    assert (seen(page, 0.45), seen(page, 0.55)) == (image, adversarial)


def test_nothing_moves_by_itself_for_those_who_asked_for_stillness(site: dict[str, Path], visit: Open):
    page = visit(site["pictures"], reduced_motion="reduce").page
    page.clock.install()
    image, adversarial = sources(page)
    box = page.locator(".compare").first
    button = box.get_by_role("button", name="Swap")
    button.click()
    assert seen(page, 0.5) == image
    page.clock.run_for(10_000)
    assert seen(page, 0.5) == image
    button.click()
    assert seen(page, 0.5) == adversarial
    assert box.locator("[aria-live=polite]").inner_text() == "Adversarial image"


def test_asking_for_stillness_ends_a_flicker(page: Page):
    page.clock.install()
    button = page.locator(".compare").first.get_by_role("button")
    button.click()
    page.emulate_media(reduced_motion="reduce")
    before = seen(page, 0.2)
    page.clock.run_for(700)
    assert seen(page, 0.2) == before and button.inner_text() == "Swap"


def test_without_scripts_the_pictures_stand_side_by_side(site: dict[str, Path], visit: Open):
    page = visit(site["pictures"], java_script_enabled=False).page
    assert page.locator(".picture-line img").count() == 48
    assert page.get_by_role("slider").count() == 0


def test_images_of_another_shape_are_not_compared(site: dict[str, Path], visit: Open):
    page = visit(site["odd pictures"]).page
    assert page.locator(".compare").count() == 0 and page.locator(".picture-line img").count() > 20


def test_pictures_stay_within_a_narrow_window(site: dict[str, Path], visit: Open):
    page = visit(site["pictures"], viewport={"width": 320, "height": 800}).page
    outside = page.locator(".pictures img, .compare-stage, .compare input").evaluate_all(
        "all => all.map(i => i.getBoundingClientRect()).filter(b => b.right > innerWidth || b.left < 0).length"
    )
    assert outside == 0
