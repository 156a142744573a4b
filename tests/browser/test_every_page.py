"""What holds of every page that is written: quiet, inert, readable by everybody, on every screen and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Open

PAGES = [
    *("class", "report", "hostile report", "rejected report", "notebook", "hostile notebook"),
    *("training class", "training team_unasked", "training team_acting"),
    *("pictures", "odd pictures"),
]
UNFOLD = "document.querySelectorAll('details').forEach((details) => { details.open = true })"

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

every_page = pytest.mark.parametrize("name", PAGES)


@every_page
def test_no_error_no_request_and_nothing_acts(name: str, site: dict[str, Path], visit: Open):
    seen = visit(site[name])
    seen.page.evaluate(UNFOLD)
    seen.page.mouse.wheel(0, 5000)
    assert (seen.errors, seen.requests, seen.dialogs) == ([], [], [])
    assert not seen.harmed


@every_page
def test_links_lead_to_files_of_ours_or_within_the_page(name: str, site: dict[str, Path], visit: Open):
    seen = visit(site[name])
    root = site["class"].parent.as_uri()
    links = seen.page.evaluate("[...document.querySelectorAll('a')].map((link) => link.href)")
    assert links
    assert [link for link in links if not link.startswith(f"{root}/")] == []


@every_page
def test_the_policy_stops_a_script_that_got_into_the_page(
    name: str, site: dict[str, Path], visit: Open, tmp_path: Path
):
    page = site[name].read_text(encoding="utf-8")
    acting = (
        "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'><img src=https://example.com/x.png>"
    )
    (tmp_path / "index.html").write_text(page.replace("</main>", f"{acting}</main>"), encoding="utf-8")
    seen = visit(tmp_path / "index.html")
    assert not seen.harmed
    assert seen.requests == []
    assert len(seen.errors) >= 3


@every_page
def test_axe_finds_nothing_serious_in_the_light_or_the_dark(name: str, site: dict[str, Path], visit: Open):
    seen = visit(site[name])
    seen.page.evaluate(UNFOLD)
    colours = []
    for scheme in SCHEMES:
        seen.page.emulate_media(color_scheme=scheme)
        colours.append(seen.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert serious(Axe().run(seen.page).response["violations"]) == []
    assert len(set(colours)) == len(SCHEMES)


def serious(violations: list[dict[str, Any]]) -> list[str]:
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


def test_axe_would_find_something(site: dict[str, Path], visit: Open):
    seen = visit(site["rejected report"])
    seen.page.evaluate("document.querySelector('h1').innerHTML = '<img src=\"data:,\">'")
    assert any(found.startswith("image-alt") for found in serious(Axe().run(seen.page).response["violations"]))


@every_page
def test_the_page_is_no_wider_than_its_window(name: str, site: dict[str, Path], visit: Open):
    seen = visit(site[name])
    seen.page.evaluate(UNFOLD)
    for width in (320, 400, 768, 1200):
        seen.page.set_viewport_size({"width": width, "height": 800})
        assert (width, seen.overflow) == (width, 0)


@every_page
def test_the_page_fits_on_paper(name: str, site: dict[str, Path], visit: Open):
    # A4 with the margins that the style asks for, at 96 dots an inch.
    seen = visit(site[name], viewport={"width": 680, "height": 1000})
    seen.page.emulate_media(media="print")
    assert seen.overflow == 0
    assert seen.page.pdf(format="A4").startswith(b"%PDF")
