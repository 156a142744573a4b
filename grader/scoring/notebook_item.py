"""What the verdicts on items whose functions stand in a notebook have in common: Parts 2 and 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.model.evidence import CaseEvidence, ItemEvidence
from grader.model.message import Message
from grader.model.rubric import Item, Rubric
from grader.model.scorecard import IMPORT_CHECK, CheckResult, ItemResult
from grader.model.status import ItemStatus, Visibility
from grader.scoring.case_class import score_class
from grader.scoring.item_result import imposed_status, item_result, reason_of
from grader.scoring.message_keys import hint_message, problem_message

#: There is one accepted answer to every question.
_READING = "contract"


def unasked_item(item: Item, observed: ItemEvidence, topic: str, functions: str) -> ItemResult | None:
    """The verdict where no case could be put: nothing there, still the template, or nothing could be called.

    `topic` is the catalogue's topic of the part's verdicts, `functions` are what the item needs, for a sentence.
    """
    if observed.implementation in ("absent", "stub"):
        text = Message(f"{topic}.{observed.implementation}", {"functions": functions})
        return item_result(item, 0.0, ItemStatus.MISSING, [text])
    if observed.implementation == "module_failed":
        case = next(iter(observed.cases), None)
        status = (imposed_status(case) if case is not None else None) or ItemStatus.ERROR
        reason = reason_of(case) if case is not None else ""
        text = Message(f"{topic}.module_failed", {"reason": reason})
        check = CheckResult(IMPORT_CHECK, status, Message("check.import_failed", {"reason": reason}), failing=case)
        return item_result(item, 0.0, status, [text], [check])
    return None


def scored_classes(item: Item, groups: Mapping[str, Sequence[CaseEvidence]], rubric: Rubric) -> list[CheckResult]:
    """The verdict on each case class."""
    tolerance, tell = rubric.tolerance_of(item), rubric.hidden_cases.tell
    return [_told(score_class(name, cases, _READING, tolerance, tell)) for name, cases in groups.items()]


def _told(check: CheckResult) -> CheckResult:
    """`check` without figures where it is a yes: no number that went through single precision has an error of 0."""
    return replace(check, measured=None, limit=None) if check.measured == 0 else check


def told_cases(groups: Mapping[str, Sequence[CaseEvidence]], rubric: Rubric) -> list[CaseEvidence]:
    """The cases of which students are told."""
    every = [case for cases in groups.values() for case in cases]
    if rubric.hidden_cases.tell == "class":
        return every
    return [case for case in every if case.visibility is Visibility.PUBLIC]


def remarks(cases: Sequence[CaseEvidence], checks: Sequence[CheckResult]) -> list[Message]:
    """What the checks' own sentences do not tell: recognised slips of classes that pass, a class's further problems."""
    matches = [hint_message(match) for case in cases for match in case.matches]
    problems = [problem_message(problem) for case in cases for problem in case.problems]
    said = [check.message for check in checks] + [check.hint for check in checks if check.hint is not None]
    found: list[Message] = []
    for message in [*problems, *matches]:
        if message not in said and message not in found:
            found.append(message)
    return found
