from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import time

import pytest

from grader.model.status import ItemStatus
from grader.report import class_page


def test_every_team_has_a_row_that_links_to_its_report(samples):
    page = class_page.render([samples.ordinary(), samples.rejected(), samples.grader_error()])
    for team in ("team_7", "team_8", "team_9"):
        assert f'<a href="teams/{team}/report.html">{team}</a>' in page


def test_links_are_quoted_for_an_address_and_for_html(samples):
    page = class_page.render([samples.card(team='a b/"><i>%?#&팀')])
    assert 'href="teams/a%20b%2F%22%3E%3Ci%3E%25%3F%23%26%ED%8C%80/report.html"' in page
    assert "<i>" not in page


def test_teams_come_in_natural_order_whatever_the_order_given(samples):
    cards = [samples.card(team=name) for name in ("team_10", "Team_2", "team_1", "10", "team")]
    pages = [class_page.render(order) for order in (cards, cards[::-1])]
    assert pages[0] == pages[1]
    places = [pages[0].index(f">{name}</a>") for name in ("10", "team", "team_1", "Team_2", "team_10")]
    assert places == sorted(places)


def test_a_grader_error_is_marked_as_the_graders_fault_and_has_no_points(samples):
    page = html.unescape(class_page.render([samples.grader_error()]))
    assert "the grader's own fault, no score" in page and "the disk is full." in page
    assert "0 of 0" not in page


def test_a_rejected_hand_in_has_its_reason(samples):
    assert "the archive ends in the middle of a member" in class_page.render([samples.rejected()])


def test_staff_see_their_flags(samples):
    assert "sample_suspicion" in class_page.render([samples.ordinary()])


def test_what_still_waits_for_a_person_is_not_called_least_understood(samples):
    waiting = samples.open_items()[0]
    judged = dataclasses.replace(waiting, status=ItemStatus.MISSING, points=0.0)
    page = class_page.render([samples.card(waiting, team="a"), samples.card(judged, team="b")])
    assert "Least understood item" not in page
    assert "Least understood item" in class_page.render([samples.card(judged, team="b")])


def test_pass_rates_leave_open_items_and_ungraded_hand_ins_out(samples):
    better = dataclasses.replace(samples.partial_item(), points=5.0)
    cards = [
        samples.card(better, team="a"),
        samples.card(samples.partial_item(), team="b"),
        samples.card(*samples.open_items(), team="c"),
        samples.grader_error(),
        samples.rejected(),
    ]
    page = class_page.render(cards)
    row = page[page.index("p1.conv_forward.same</span></th>") :].split("</tr>")[0]
    assert "50 %" in row and "4.17 of 5" in row
    row = page[page.index("p2.better.accuracy</span></th>") :].split("</tr>")[0]
    assert "–" in row and "%" not in row


def test_what_was_ignored_and_what_was_run_is_told(samples):
    page = class_page.render(
        [samples.ordinary()], ignored=[("notes <b>.txt", "no archive")], run={"Started": "2024-06-07 10:00"}
    )
    assert "<dt>notes &lt;b&gt;.txt</dt><dd>no archive</dd>" in page
    assert "<dt>Started</dt><dd>2024-06-07 10:00</dd>" in page


def test_isolation_is_counted(samples):
    page = class_page.render([samples.ordinary(), samples.rejected()])
    assert "1 of 2: The code ran in a closed room" in page


def test_an_empty_class_has_a_page_too():
    assert "No hand-in was graded." in class_page.render([])


@pytest.mark.parametrize("hostile", ["</title><script>", "\x1b[31m", "\u202e"])
def test_hostile_texts_stay_inert(samples, hostile: str):
    card = dataclasses.replace(samples.rejected(hostile), team=f"t{hostile}", source=hostile)
    page = class_page.render([card], ignored=[(hostile, hostile)], run={hostile: hostile})
    assert hostile not in page


def test_the_page_forbids_every_request(samples):
    assert "default-src &#39;none&#39;" in class_page.render([samples.ordinary()])


def test_only_our_own_script_may_run_and_it_takes_nothing_from_the_class(samples):
    pages = [class_page.render([card]) for card in (samples.ordinary(), samples.hostile_card())]
    scripts = {page.partition("<script>")[2].partition("</script>")[0] for page in pages}
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts.pop().encode()).digest()).decode()
    for page in pages:
        policy = html.unescape(page).partition('http-equiv="Content-Security-Policy" content="')[2].partition('">')[0]
        assert f"; script-src 'sha256-{digest}'" in policy and page.count("<script") == 1


def test_moved_page_links_to_the_reports_and_leaves_texts_alone(samples):
    card = dataclasses.replace(samples.ordinary(), source='href="teams/x')
    moved = class_page.moved(class_page.render([card]), "../results/OUT")
    assert 'href="../results/OUT/teams/team_7/report.html"' in moved
    assert html.escape('href="teams/x') in moved or "href=&#34;teams/x" in moved


def test_scores_and_the_least_understood_item_are_told(samples):
    better = dataclasses.replace(samples.partial_item(), points=5.0)
    page = html.unescape(
        class_page.render([samples.card(better, samples.error_item()), samples.card(samples.passed_item())])
    )
    assert "how many graded hand-ins have how many points. 0–1: 0; " in page
    assert "Convolution backward, same: 0 % with full points" in page


def test_a_class_of_300_makes_a_page_below_2_megabytes_in_little_time(samples):
    cards = [dataclasses.replace(samples.ordinary(), team=f"team_{number}") for number in range(300)]
    started = time.process_time()
    page = class_page.render(cards)
    assert len(page.encode()) < 2_000_000
    assert time.process_time() - started < 10
