"""Stored outputs beside those of running again: what is flagged, and what honest hand-ins show without a flag."""

from pathlib import Path

import pytest

from grader.model.evidence import CellEvidence, NotebookEvidence
from grader.model.observation import StudentError
from grader.model.status import Severity
from grader.scoring import rubric_file
from grader.scoring.flags import notebook_flags
from tests.scoring.evidence_builder import evidence

RUBRIC = rubric_file.load(Path(__file__).parents[2] / "rubrics" / "assignment2.yaml")
FORWARD = "print('difference: %e' % Test_conv_forward(1))"


def flags(*cells: CellEvidence, status: str = "completed", **more: object) -> dict[str, object]:
    notebook = NotebookEvidence("key", status, cells=cells, **more)  # type: ignore[arg-type]
    return {flag.id: flag for flag in notebook_flags(evidence({}, {1: notebook}), RUBRIC)}


def printed(stored: str | None, again: str | None, source: str = FORWARD) -> CellEvidence:
    def kinds(text: str | None) -> tuple[str, ...]:
        return () if text is None else ("error",) if text == "!" else ("text",)

    return CellEvidence(source, kinds(stored), stored or "", kinds(again), again or "")


@pytest.mark.parametrize(
    ("stored", "again"),
    [
        ("difference: 1.819351e-09", "difference: 1.92e-09"),
        ("difference: 1.8e-09", "difference: 0.0e+00"),
        ("difference: 9.876e-01", "difference: 9.875e-01"),
        ("difference: nan", "difference: nan"),
        ("took 3 s\ndifference: 1e-9", "took 9 s\ndifference: 1e-9"),
    ],
)
def test_honest_outputs_are_not_flagged(stored: str, again: str) -> None:
    assert not flags(printed(stored, again))


@pytest.mark.parametrize(
    ("stored", "again"),
    [
        ("difference: 1e-9", "difference: 9.9e-01"),
        ("difference: 0.5", "difference: 0.7"),
        ("difference: 1e-9", "difference: nan"),
    ],
)
def test_a_stored_number_that_running_does_not_bear_out_is_a_staff_flag(stored: str, again: str) -> None:
    assert flags(printed(stored, again))["stored_output_mismatch"].severity is Severity.STAFF  # type: ignore[attr-defined]


def test_stored_success_where_the_code_raises_is_flagged() -> None:
    found = flags(printed("difference: 1e-9", "!"), status="cell_error", error=StudentError("NotImplementedError", ""))
    assert {"stored_output_mismatch", "notebook_error"} <= found.keys()


def test_an_error_that_the_hand_in_shows_itself_is_not_flagged() -> None:
    assert not flags(printed("!", "!"), status="cell_error", error=StudentError("NotImplementedError", ""))


def test_random_numbers_in_other_cells_are_not_compared() -> None:
    assert not flags(printed("difference dx: 3e-2", "difference dx: 9e-1", "Test_conv_backward(1)"))


def test_cleared_outputs_are_flagged_only_where_all_are_gone() -> None:
    assert "outputs_cleared" in flags(printed(None, "difference: 1e-9"), printed(None, "x", "plot()"))
    assert not flags(printed("difference: 1e-9", "difference: 1e-9"), printed(None, "x", "plot()"))


def test_a_notebook_that_shows_nothing_when_run_is_not_cleared() -> None:
    assert not flags(printed(None, None, "import numpy"))


@pytest.mark.parametrize("status", ["timeout", "memory", "died"])
def test_a_run_that_was_stopped_is_flagged(status: str) -> None:
    assert "notebook_stopped" in flags(printed("a", "a", "x"), status=status, failed_cell=0)


def test_a_missing_notebook_is_flagged_with_the_reason() -> None:
    assert flags(status="missing", detail="not JSON")["notebook_missing"].values["reason"] == "not JSON"  # type: ignore[attr-defined]
