"""A verdict as JUnit XML, in the form that Jenkins' xUnit plugin defines and other CI systems read.

testsuites
├── testsuite "hand-in"      one test case: the hand-in could be graded; remarks for its team as output
└── testsuite <item id>      one test case a check, or one for the item as a whole

Wrong answers are failures; code that raised, took too long or too much, and hand-ins that cannot be graded, are errors.
"""

from __future__ import annotations

import math
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from grader.model.scorecard import ItemResult, Scorecard
from grader.model.status import ItemStatus, SubmissionStatus
from grader.report.audience import flags_for_student
from grader.report.clean_text import clean
from grader.report.failing_case import Arrays, no_arrays
from grader.report.findings import Finding, item_findings
from grader.report.wording import (
    OPEN,
    check_title,
    flag_text,
    isolation_sentence,
    open_reason,
    points_text,
    status_word,
    write,
)

#: Longest text in an attribute and in an element, characters.
_ATTRIBUTE, _BODY = 300, 6000

_ERRORS = frozenset({ItemStatus.ERROR, ItemStatus.TIMEOUT, ItemStatus.MEMORY})


def render(card: Scorecard, arrays: Arrays = no_arrays) -> str:
    """The XML document as text, to be written as UTF-8. Free of anything that a student may not see."""
    root = Element("testsuites", name=_attribute(write("ci.junit.suites", team=card.team)))
    root.append(_hand_in_suite(card))
    if card.status is SubmissionStatus.GRADED:
        root.extend(_item_suite(item, arrays) for item in card.items)
    suites = list(root)
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.set("time", f"{card.seconds:.3f}" if math.isfinite(card.seconds) else "0.000")
    ElementTree.indent(root)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ElementTree.tostring(root, encoding='unicode')}\n"


def _hand_in_suite(card: Scorecard) -> Element:
    name = write("ci.hand_in")
    suite = Element("testsuite", name=name)
    properties = SubElement(suite, "properties")
    SubElement(
        properties, "property", name="isolation", value=_attribute(isolation_sentence(card.isolation, card.status))
    )
    case = SubElement(suite, "testcase", classname=name, name=_attribute(card.source) or name)
    if card.status is SubmissionStatus.REJECTED:
        text = write("ci.rejected_text", reason=card.reason)
        _outcome(case, "error", card.status.value, card.reason, text)
    elif card.status is SubmissionStatus.GRADER_ERROR:
        _outcome(case, "error", card.status.value, write("ci.fault_title"), write("ci.fault_text"))
    remarks = [flag_text(flag) for flag in flags_for_student(card.flags)]
    if remarks:
        SubElement(case, "system-out").text = _body("\n".join(remarks))
    return _counted(suite)


def _item_suite(item: ItemResult, arrays: Arrays) -> Element:
    suite = Element("testsuite", name=_attribute(item.id))
    properties = SubElement(suite, "properties")
    for name, value in (
        ("title", write(item.title)),
        ("status", item.status.value),
        ("points", "" if item.status in OPEN else points_text(item.points)),
        ("max_points", points_text(item.max_points)),
    ):
        SubElement(properties, "property", name=name, value=_attribute(value))
    found = item_findings(item, arrays=arrays)
    by_check = {finding.check.id: finding for finding in found if finding.check is not None}
    for check in item.checks:
        case = SubElement(suite, "testcase", classname=_attribute(item.id), name=_attribute(check_title(check)))
        if check.id in by_check:
            _failed(case, by_check[check.id], check.status)
        elif check.status in OPEN:
            _outcome(case, "skipped", check.status.value, write(check.message), "")
    # Where no check tells the item's fate: it has none, is still open, or a slip costs points though all checks pass.
    if not by_check and (found or item.status in OPEN or not item.checks):
        name = write("ci.item_as_a_whole")
        case = SubElement(suite, "testcase", classname=_attribute(item.id), name=name)
        if found:
            _failed(case, found[0], item.status)
        elif item.status in OPEN:
            _outcome(case, "skipped", item.status.value, open_reason(item), "")
    return _counted(suite)


def _failed(case: Element, finding: Finding, status: ItemStatus) -> None:
    kind = "error" if status in _ERRORS else "failure"
    _outcome(case, kind, status_word(status), finding.message, "\n".join((finding.text, *finding.case)))


def _outcome(case: Element, kind: str, type_name: str, message: str, text: str) -> None:
    outcome = SubElement(case, kind, type=_attribute(type_name), message=_attribute(message))
    if text:
        outcome.text = _body(text)


def _counted(suite: Element) -> Element:
    for attribute, path in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{path}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    return suite


def _attribute(text: str) -> str:
    """Cleaning leaves nothing that XML 1.0 forbids: no control character, lone surrogate or noncharacter."""
    return " ".join(clean(text, _ATTRIBUTE).split())


def _body(text: str) -> str:
    shown = clean(text)
    return shown if len(shown) <= _BODY else f"{shown[:_BODY]}\n{write('ci.cut')}"
