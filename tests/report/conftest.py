"""Scorecards made by hand: an ordinary one, and one in which every text tries to be more than text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from grader.model.evidence import ArrayFact, CaseEvidence, IsolationUsed
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.message import Message
from grader.model.observation import StudentError
from grader.model.scorecard import CheckResult, ItemResult, Scorecard
from grader.model.status import CallOutcome, ItemStatus, Severity, SubmissionStatus, Visibility
from grader.model.submission import Flag

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`"
    "[bold red]marked[/bold red][link=file:///etc]up[/link]"
    "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J\x9b5n\u202egnp\u2066\u200b\x00\x08"
)

#: Catalogue keys that exist whatever the other topics hold; their placeholder carries text of the student.
FOUND = "terminal.flag"

EXPECTED = np.arange(1, 19, dtype=np.float64).reshape(1, 3, 6, 1)
GOT = EXPECTED.copy()
GOT[0, 1, 4, 0] = -7.25


def text(value: str) -> Message:
    return Message(FOUND, {"text": value})


def wrong_case(visibility: Visibility = Visibility.PUBLIC, said: str = "") -> CaseEvidence:
    return CaseEvidence(
        id=f"stride.{visibility.value}0",
        group="stride",
        visibility=visibility,
        outcome=CallOutcome.RETURNED,
        asked={"x": [1, 3, 6, 1], "w": [1, 1, 1, 1], "stride": [1, 1, 1, 1], "padding": said or "same"},
        returned={"out": ArrayFact("float64", (1, 3, 6, 1))},
        errors={"tensorflow": {"out": 1.1}},
        output=said,
    )


def raising_case(said: str = "index 7 is out of bounds") -> CaseEvidence:
    return CaseEvidence(
        id="overlap.public0",
        group="overlap",
        visibility=Visibility.PUBLIC,
        outcome=CallOutcome.RAISED,
        asked={"x": [2, 5, 6, 3]},
        error=StudentError(
            "IndexError", said, ("Utils/layer_utils.py, line 41, in conv_forward", f"    out[i] = 1  # {said}")
        ),
    )


def passed_item() -> ItemResult:
    return ItemResult(
        "p1.conv_forward.valid", 1, text("Convolution forward, valid"), 5.0, 5.0, ItemStatus.PASSED,
        (text("All 4 checks pass."),), (CheckResult("square", ItemStatus.PASSED, text("Right."), 1e-16, 1e-6),),
    )  # fmt: skip


def partial_item(said: str = "", visibility: Visibility = Visibility.PUBLIC) -> ItemResult:
    wrong = CheckResult(
        "stride", ItemStatus.FAILED, text(f"Wrong values. {said}"), 1.1, 1e-6, text(f"Look at the stride. {said}"),
        wrong_case(visibility, said), "tensorflow",
    )  # fmt: skip
    right = CheckResult("square", ItemStatus.PASSED, text("Right."), 1e-16, 1e-6)
    return ItemResult(
        "p1.conv_forward.same", 1, text("Convolution forward, same"), 10 / 3, 5.0, ItemStatus.PARTIAL,
        (text(f"1 of 2 checks pass. {said}"),), (right, wrong),
    )  # fmt: skip


def error_item(said: str = "index 7 is out of bounds") -> ItemResult:
    check = CheckResult("overlap", ItemStatus.ERROR, text(said), failing=raising_case(said))
    return ItemResult(
        "p1.conv_backward.same",
        1,
        text("Convolution backward, same"),
        0.0,
        5.0,
        ItemStatus.ERROR,
        (text(said),),
        (check,),
    )


def open_items() -> tuple[ItemResult, ...]:
    return (
        ItemResult("p2.better.accuracy", 2, text("Accuracy"), 0.0, 15.0, ItemStatus.SKIPPED, (text("No data here."),)),
        ItemResult(
            "p2.better.writeup", 2, text("Write-up"), 0.0, 5.0, ItemStatus.MANUAL, (text("A person reads it."),)
        ),
    )


def card(
    *items: ItemResult,
    team: str = "team_7",
    status: SubmissionStatus = SubmissionStatus.GRADED,
    reason: str = "",
    said: str = "",
    level: IsolationLevel = IsolationLevel.NAMESPACES,
    gaps: tuple[str, ...] = (),
) -> Scorecard:
    graded = status is SubmissionStatus.GRADED
    return Scorecard(
        team=team,
        source=f"{team}.tar.gz",
        source_sha256="ab" * 32,
        status=status,
        items=items,
        flags=(
            Flag("sample_warning", Severity.WARNING, {"said": said}),
            Flag("sample_suspicion", Severity.STAFF, {"said": said}),
        )
        if graded
        else (),
        reason=reason,
        seconds=3.14159,
        seed=20240607 if graded else None,
        isolation=IsolationUsed(level, gaps) if graded else None,
        limits={1: ExecutionLimits()} if graded else {},
        environment={"python": "3.11.4", "numpy": "2.4.6"} if graded else {},
        rubric_sha256="cd" * 32,
    )


def sample_arrays(prefix: str) -> Mapping[str, np.ndarray]:
    """Arrays of the public failing case, and of a hidden one that nobody may ask for."""
    assert "hidden" not in prefix, prefix
    if prefix != "p1.conv_forward.same/stride.public0/":
        return {}
    return {
        "args/x": EXPECTED * 1.5,
        "args/w": np.full((1, 1, 1, 1), 0.25),
        "expected/tensorflow/out": EXPECTED,
        "expected/stride_independent/out": EXPECTED + 99,
        "got/out": GOT,
    }


class Samples:
    """The makers above, for tests."""

    hostile = HOSTILE
    expected, got = EXPECTED, GOT
    text, card, arrays = staticmethod(text), staticmethod(card), staticmethod(sample_arrays)
    passed_item, partial_item, error_item = (
        staticmethod(passed_item),
        staticmethod(partial_item),
        staticmethod(error_item),
    )
    open_items = staticmethod(open_items)

    @staticmethod
    def ordinary() -> Scorecard:
        return card(passed_item(), partial_item(), error_item(), *open_items())

    @staticmethod
    def hostile_card() -> Scorecard:
        return card(passed_item(), partial_item(HOSTILE), error_item(HOSTILE), team=f"=1+1{HOSTILE}", said=HOSTILE)

    @staticmethod
    def rejected(reason: str = "the archive ends in the middle of a member") -> Scorecard:
        return card(team="team_8", status=SubmissionStatus.REJECTED, reason=reason)

    @staticmethod
    def grader_error(reason: str = "the disk is full.") -> Scorecard:
        return card(team="team_9", status=SubmissionStatus.GRADER_ERROR, reason=reason)


@pytest.fixture
def samples() -> type[Samples]:
    return Samples
