"""Which condition on sizes parts right from wrong."""

from __future__ import annotations

import pytest

from grader.checks.pack import public_cases, smaller_cases
from grader.messages import catalogue
from grader.model.evidence import CaseEvidence
from grader.model.rubric import Tolerance
from grader.model.status import CallOutcome, Visibility
from grader.scoring.dependence import CONDITIONS, only_where, sizes_of

TOLERANCE = Tolerance(float64=1e-5, float32=1e-4)


def asked(check: str) -> list[dict[str, object]]:
    """Everything that is asked of a function that is wrong somewhere."""
    return [case.question.described() for case in [*smaller_cases()[check], *public_cases()[check]]]


def case(question: dict[str, object], right: bool) -> CaseEvidence:
    errors = {"contract": {"out": 0.0 if right else 0.5}}
    return CaseEvidence("c", "g", Visibility.PUBLIC, CallOutcome.RETURNED, asked=question, errors=errors)


def told(check: str, holds) -> str | None:  # noqa: ANN001
    """What is said of a function that is right exactly where `holds`."""
    cases = [case(question, holds(sizes_of(question))) for question in asked(check)]
    message = only_where(cases, "contract", TOLERANCE)
    return None if message is None else message.key


@pytest.mark.parametrize("check", ["conv_forward.valid", "conv_forward.same", "conv_backward.valid"])
@pytest.mark.parametrize(("name", "holds"), CONDITIONS, ids=[name for name, _ in CONDITIONS])
def test_the_ladder_tells_every_condition_apart_from_all_others(check: str, name: str, holds) -> None:  # noqa: ANN001
    assert told(check, holds) == f"hint.only_where.{name}"
    assert f"hint.only_where.{name}" in catalogue()


@pytest.mark.parametrize("name", ["one_image", "one_channel", "square_input", "square_kernel", "no_overlap"])
def test_conditions_are_told_apart_for_pooling_too(name: str) -> None:
    assert told("max_pool_backward", dict(CONDITIONS)[name]) == f"hint.only_where.{name}"


def test_nothing_is_said_where_no_condition_fits_or_hardly_anything_is_wrong() -> None:
    assert told("conv_forward.valid", lambda sizes: (sizes.n * sizes.h + sizes.w) % 2 == 0) is None
    assert told("conv_forward.valid", lambda sizes: True) is None
    assert told("conv_forward.valid", lambda sizes: False) is None
    questions = asked("conv_forward.valid")[:3]
    few = [case(question, right) for question, right in zip(questions, (True, False, True), strict=True)]
    assert only_where(few, "contract", TOLERANCE) is None


def test_settings_that_are_no_layer_are_left_alone() -> None:
    assert sizes_of({"x": [1, 2]}) is None and sizes_of({}) is None
