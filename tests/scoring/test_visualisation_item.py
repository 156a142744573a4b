"""Items of Part 3: every case class has its own points."""

from __future__ import annotations

import pytest

from grader.model.observation import StudentError
from grader.model.rubric import Slips
from grader.model.scorecard import ItemResult
from grader.model.status import CallOutcome, ItemStatus, Visibility
from grader.scoring import rubric_file
from grader.scoring.score import score
from tests.scoring.evidence_builder import RUBRIC_FILE, case, evidence, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
SALIENCY = "p3.saliency"
GROUPS = ("gradient", "scale", "absolute", "maximum")


def result(*cases, rubric=RUBRIC, **more) -> ItemResult:  # noqa: ANN001, ANN002, ANN003
    card = score(evidence({SALIENCY: item("saliency", *cases, **more)}), rubric)
    return next(entry for entry in card.items if entry.id == SALIENCY)


def cases(wrong: tuple[str, ...] = (), **more: object) -> list:
    return [case(group, {"contract": 0.5 if group in wrong else 1e-6}, dtype="float32", **more) for group in GROUPS]


@pytest.mark.parametrize(
    ("wrong", "points"),
    [((), 10), (("gradient", "scale"), 4), (("scale",), 8), (("absolute",), 8), (("absolute", "maximum"), 6), (GROUPS, 0)],
)  # fmt: skip
def test_each_class_earns_its_own_points(wrong: tuple[str, ...], points: float) -> None:
    found = result(*cases(wrong))
    status = {10: ItemStatus.PASSED, 0: ItemStatus.FAILED}.get(int(points), ItemStatus.PARTIAL)
    assert (found.points, found.status) == (points, status)
    assert found.feedback[0].key == f"feedback3.{status.value}"


def test_a_class_without_a_case_earns_nothing() -> None:
    assert result(cases()[0]).points == 4


def test_a_class_fails_by_its_hidden_case() -> None:
    hidden = case("gradient", {"contract": 0.5}, visibility=Visibility.HIDDEN, dtype="float32")
    assert result(*cases(), hidden).points == 6


@pytest.mark.parametrize(("cost", "points"), [(1.0, 0.0), (0.5, 4.0), (0.0, 8.0)])
def test_the_rubric_prices_an_image_that_was_changed_in_place(cost: float, points: float) -> None:
    priced = RUBRIC.model_copy(update={"slips": Slips(input_changed=cost)})
    found = result(*cases(("scale",), changed_inputs=("X",)), rubric=priced)
    assert found.points == points and found.feedback[1].key.startswith("slip.input_changed.")


@pytest.mark.parametrize("implementation", ["absent", "stub"])
def test_a_function_that_is_not_written_is_missing_and_named(implementation: str) -> None:
    found = result(implementation=implementation)
    assert (found.status, found.points) == (ItemStatus.MISSING, 0)
    assert found.feedback[0].key == f"feedback3.{implementation}"
    assert found.feedback[0].values == {"functions": "compute_saliency_maps"}


def test_an_error_in_every_case_is_the_verdict() -> None:
    raised = [case(group, outcome=CallOutcome.RAISED, error=StudentError("ValueError", "no")) for group in GROUPS]
    found = result(*raised)
    assert (found.status, found.points) == (ItemStatus.ERROR, 0)


def test_a_slip_of_a_class_that_passes_is_told_beside_all_points() -> None:
    found = result(*cases(matches=("network_changed",)))
    assert found.points == 10 and [message.key for message in found.feedback[1:]] == ["hint3.network_changed"]


def test_evidence_from_before_part_3_leaves_it_open() -> None:
    card = score(evidence({}), RUBRIC)
    found = [entry for entry in card.items if entry.part == 3]
    assert len(found) == 3 and {entry.status for entry in found} == {ItemStatus.SKIPPED}
    assert {message.key for entry in found for message in entry.feedback} == {"feedback.skipped"}
