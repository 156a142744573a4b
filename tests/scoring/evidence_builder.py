"""Evidence made by hand, for tests of scoring."""

from collections.abc import Mapping
from pathlib import Path

from grader.model.evidence import (
    ArrayFact,
    CaseEvidence,
    DataUsed,
    Evidence,
    IsolationUsed,
    ItemEvidence,
    NotebookEvidence,
    SubmissionRecord,
)
from grader.model.isolation import IsolationLevel
from grader.model.status import CallOutcome, Visibility

#: The course's own rubric.
RUBRIC_FILE = Path(__file__).parents[2] / "rubrics" / "assignment2.yaml"


def case(
    group: str,
    errors: Mapping[str, float] | None = None,
    outcome: CallOutcome = CallOutcome.RETURNED,
    visibility: Visibility = Visibility.PUBLIC,
    dtype: str = "float64",
    **more: object,
) -> CaseEvidence:
    """One case whose single array is `errors[answer]` away from each accepted answer."""
    measured = {answer: {"out": error} for answer, error in (errors or {}).items()}
    return CaseEvidence(
        f"{group}.{visibility.value}0", group, visibility, outcome,
        returned={"out": ArrayFact(dtype, (1,))}, errors=measured, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def item(check: str, *cases: CaseEvidence, implementation: str = "written", **more: object) -> ItemEvidence:
    return ItemEvidence(check, "key", implementation, cases, **more)  # type: ignore[arg-type]


def evidence(
    items: Mapping[str, ItemEvidence],
    notebooks: Mapping[int, NotebookEvidence] | None = None,
    data: DataUsed | None = None,
) -> Evidence:
    record = SubmissionRecord("team", "team.tar.gz", "0" * 64, "0" * 64)
    return Evidence(record, IsolationUsed(IsolationLevel.NONE), {}, 1, items, notebooks or {}, 0.1, data=data)


def data_used(kind: str) -> DataUsed:
    return DataUsed(kind, kind, "made for a test", "0" * 64, "quick")
