"""The table of teams under mouse and keyboard, and without any script."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, Visit


@pytest.fixture
def opened(site: dict[str, Path], visit: Open) -> Visit:
    return visit(site["class"])


def teams(page: Page) -> list[str]:
    """The teams in the table as somebody sees them, from top to bottom."""
    return page.locator("#team-table tbody tr:visible th a").all_inner_texts()


def header(page: Page, name: str) -> Locator:
    return page.locator("#team-table thead").get_by_role("button", name=name, exact=True)


IN_ORDER = ["team_1", "team_2", "team_8", "team_9", "team_10", "team_hostile"]


def test_teams_stand_in_natural_order_at_first(opened: Visit):
    assert teams(opened.page) == IN_ORDER


def test_a_click_sorts_and_another_turns_the_order_round(opened: Visit):
    page = opened.page
    header(page, "Score").click()
    by_score = teams(page)
    # Nobody's points are unknown but those of the hand-in that the grader failed on: it comes last either way.
    assert by_score == ["team_8", "team_1", "team_10", "team_2", "team_hostile", "team_9"]
    header(page, "Score").click()
    assert teams(page) == ["team_2", "team_hostile", "team_10", "team_1", "team_8", "team_9"]


def test_the_keyboard_sorts_too_and_the_order_is_announced(opened: Visit):
    page = opened.page
    header(page, "Team").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert teams(page) == IN_ORDER[::-1]
    sorted_by = page.locator("#team-table th[aria-sort]")
    assert sorted_by.count() == 1 and sorted_by.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Status"


def test_typing_filters_by_every_word(opened: Visit):
    page = opened.page
    page.get_by_label("Contains").focus()
    page.keyboard.type("TEAM_1 error")
    assert teams(page) == ["team_1"]
    assert page.get_by_role("status").inner_text() == "1 of 6 teams are shown."


@pytest.mark.parametrize(
    ("label", "choice", "left"),
    [
        ("Status", "rejected", ["team_8"]),
        ("Lost points in", "Note: Convolution backward, same", ["team_1", "team_2", "team_hostile"]),
        ("Flag", "sample_suspicion", ["team_2", "team_10", "team_hostile"]),
    ],
)
def test_choices_filter_and_all_come_back(opened: Visit, label: str, choice: str, left: list[str]):
    page = opened.page
    page.get_by_label(label, exact=True).select_option(label=choice)
    assert teams(page) == left
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#team-table tbody tr:visible")).to_have_count(len(IN_ORDER))
    assert teams(page) == IN_ORDER


def test_a_filter_holds_while_the_table_is_sorted(opened: Visit):
    page = opened.page
    page.get_by_label("Contains").fill("team_1")
    header(page, "Score").click()
    assert teams(page) == ["team_1", "team_10"]


def test_what_matches_nobody_leaves_nobody(opened: Visit):
    opened.page.get_by_label("Contains").fill("<script>nobody")
    assert teams(opened.page) == []
    assert opened.page.get_by_role("status").inner_text() == "0 of 6 teams are shown."


def test_a_team_leads_to_its_report_and_on_to_its_notebook_and_back(opened: Visit, site: dict[str, Path]):
    page = opened.page
    page.get_by_role("link", name="team_2", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(site["report"].as_uri())
    page.get_by_role("link", name="Part 1", exact=True).click()
    page.wait_for_url(site["notebook"].as_uri())
    page.get_by_role("link", name="Report of team_2").click()
    page.wait_for_url(site["report"].as_uri())
    assert opened.errors == [] and opened.requests == []


def test_without_scripts_there_is_the_whole_table_and_no_control_that_does_nothing(site: dict[str, Path], visit: Open):
    page = visit(site["class"], java_script_enabled=False).page
    assert teams(page) == IN_ORDER
    assert not page.locator("#team-controls").is_visible()
    assert page.locator("#team-table thead button").count() == 0


def test_the_first_key_press_offers_to_skip_to_the_content(opened: Visit):
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    assert opened.page.locator(".skip").is_visible()
