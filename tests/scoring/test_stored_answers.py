"""Public answers by heart are told from every honest way to be wrong."""

import pytest

from grader.model.evidence import CaseEvidence, Problem
from grader.model.status import CallOutcome, Severity, Visibility
from grader.scoring import rubric_file
from grader.scoring.stored_answers import stored_answer_flags
from tests.scoring.evidence_builder import RUBRIC_FILE, case, evidence, item

RUBRIC = rubric_file.load(RUBRIC_FILE)


def public(error: float, group: str = "strides") -> CaseEvidence:
    return case(group, {"a": 1.0, "b": error})


def hidden(error: float, group: str = "strides", **more: object) -> CaseEvidence:
    return case(group, {"a": error, "b": 1.0}, visibility=Visibility.HIDDEN, **more)  # type: ignore[arg-type]


def flagged(*cases: CaseEvidence) -> bool:
    found = stored_answer_flags(evidence({"p1.max_pool_forward": item("max_pool_forward", *cases)}), RUBRIC)
    assert all(flag.severity is Severity.STAFF and "p1.max_pool_forward" in flag.values["items"] for flag in found)
    return bool(found)


def test_public_cases_exact_and_hidden_ones_wrong_is_told() -> None:
    assert flagged(public(0.0), public(1e-12, "channels"), hidden(0.5), hidden(3.0, "channels"))
    shapeless = case("strides", visibility=Visibility.HIDDEN, problems=(Problem("wrong_shape"),))
    assert flagged(public(0.0), shapeless)


@pytest.mark.parametrize(
    "cases",
    [
        (public(0.0), hidden(0.0)),
        (public(0.0), public(0.0, "channels"), hidden(0.5), hidden(1e-12, "channels")),
        (public(0.4), public(0.0, "channels"), hidden(0.5), hidden(0.5, "channels")),
        (public(0.0), hidden(1e-4)),
        (public(0.0), case("strides", outcome=CallOutcome.RAISED, visibility=Visibility.HIDDEN)),
        (public(0.0), case("strides", outcome=CallOutcome.TIMED_OUT, visibility=Visibility.HIDDEN)),
        (public(0.0),),
        (hidden(0.5),),
    ],
    ids=["right", "one class right", "wrong in public too", "rounded", "raises", "slow", "no hidden case", "no public"],
)
def test_honest_mistakes_are_not(cases: tuple[CaseEvidence, ...]) -> None:
    assert not flagged(*cases)
