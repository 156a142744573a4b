"""A verdict as SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format), as code scanning reads it.

Every check of every item is a rule; what did not pass is a result at a line of the hand-in. It is an error where it
costs points and else a warning.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import grader
from grader.model.scorecard import ItemResult, Scorecard
from grader.model.status import SubmissionStatus
from grader.report.clean_text import clean, clean_line
from grader.report.failing_case import Arrays, no_arrays
from grader.report.findings import findings
from grader.report.source_place import NO_SOURCES, Place, Sources, cell_text
from grader.report.wording import check_title, feedback, isolation_sentence, write

#: Names the format's version to readers that ask for it, like a namespace; nothing is ever fetched from there.
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

#: Paths are relative to the root of the repository that the reader has.
_ROOT = "%SRCROOT%"

_HAND_IN = "hand_in"

#: Longest text of a message, characters.
_TEXT = 4000


def render(card: Scorecard, sources: Sources = NO_SOURCES, arrays: Arrays = no_arrays) -> str:
    """The log as JSON text. Free of anything that a student may not see."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(card, sources, arrays)]}
    return json.dumps(log, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _run(card: Scorecard, sources: Sources, arrays: Arrays) -> dict[str, Any]:
    rules = _rules(card)
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    failed_on = card.status is SubmissionStatus.GRADER_ERROR
    isolation = isolation_sentence(card.isolation, card.status)
    invocation: dict[str, Any] = {"executionSuccessful": not failed_on, "properties": {"isolation": isolation}}
    results = []
    if failed_on:
        told = {"text": f"{write('ci.fault_title')}. {write('ci.fault_text')}"}
        invocation["toolExecutionNotifications"] = [{"level": "error", "message": told}]
    elif card.status is SubmissionStatus.REJECTED:
        text = write("ci.rejected_text", reason=card.reason)
        location = _location(_whole(card))
        results.append(_result(_HAND_IN, places[_HAND_IN], "error", text, location))
    else:
        for finding in findings(card, sources, arrays):
            rule = _rule_id(finding.item, finding.check.id if finding.check is not None else "")
            text = "\n".join((finding.title, finding.text, *finding.case))
            place = finding.place or _whole(card)
            level = "error" if finding.costs else "warning"
            results.append(_result(rule, places[rule], level, text, _location(place)))
    return {
        "tool": {"driver": {"name": "cnn-grader", "semanticVersion": grader.__version__, "rules": rules}},
        "automationDetails": {"id": "cnn-grader/"},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }


def _rules(card: Scorecard) -> list[dict[str, Any]]:
    if card.status is not SubmissionStatus.GRADED:
        return [_rule(_HAND_IN, write("ci.sarif.rejected_rule"), "")]
    rules = []
    for item in card.items:
        title = write(item.title)
        rules.append(_rule(_rule_id(item), title, " ".join(feedback(item))))
        for check in item.checks:
            text = write("ci.sarif.rule", title=title, check=check_title(check))
            rules.append(_rule(_rule_id(item, check.id), text, ""))
    return rules


def _rule_id(item: ItemResult, check: str = "") -> str:
    return f"{item.id}/{check}" if check else item.id


def _rule(rule_id: str, text: str, help_text: str) -> dict[str, Any]:
    shown = clean(text, _TEXT) or rule_id
    rule: dict[str, Any] = {"id": rule_id, "shortDescription": {"text": shown}, "help": {"text": shown}}
    if help_text:
        rule["help"] = {"text": clean(help_text, _TEXT)}
    return rule


def _result(rule: str, index: int, level: str, text: str, location: dict[str, Any]) -> dict[str, Any]:
    return {
        "ruleId": rule,
        "ruleIndex": index,
        "level": level,
        "message": {"text": _plain(clean(text, _TEXT))},
        "locations": [location],
    }


def _plain(text: str) -> str:
    """SARIF takes ``[text](target)`` in a message for a link and ``{0}`` for a placeholder; neither is meant here."""
    return text.replace("](", "] (").replace("{", "{{").replace("}", "}}")


def _whole(card: Scorecard) -> Place:
    """Stands for the hand-in where no line of it is known: readers want a place for every result."""
    return Place(clean_line(card.source) or _HAND_IN, 1)


def _location(place: Place) -> dict[str, Any]:
    uri = quote(place.file.encode("utf-8", "replace"), safe="/")
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, "uriBaseId": _ROOT},
            "region": {"startLine": place.line},
        }
    }
    if place.cell is not None:
        location["message"] = {"text": cell_text(place)}
    return location
