"""Reports come in the language that is spoken while they are written."""

from __future__ import annotations

from grader.messages import speaking
from grader.report import html_report, result_json


def test_a_page_says_its_language_and_keeps_to_it(samples):
    english = html_report.render(samples.ordinary(), samples.arrays)
    with speaking("ko"):
        korean = html_report.render(samples.ordinary(), samples.arrays)
    assert '<html lang="en">' in english and '<html lang="ko">' in korean
    assert "Items at a glance" in english and "한눈에 보기" in korean
    assert "Items at a glance" not in korean


def test_statuses_for_programs_are_the_same_in_every_language(samples):
    english = result_json.result(samples.ordinary())
    with speaking("ko"):
        korean = result_json.result(samples.ordinary())
    assert [item["status"] for item in korean["items"]] == [item["status"] for item in english["items"]]
    assert korean["status"] == english["status"] and korean["score"] == english["score"]
