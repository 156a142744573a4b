"""The ladder of tiny cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.checks import ladder, pack, pack_building
from grader.checks.layers import LAYER_CHECKS
from grader.checks.oracle import Oracle

PACKS = Path(pack.__file__).parent / "packs"


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle.load(Path(__file__).parents[2] / "reference")


def test_shipped_ladder_is_what_the_reference_gives(oracle: Oracle) -> None:
    assert pack_building.build_smaller(oracle) == pack_building.build_smaller(oracle)
    built = pack.parse(pack_building.build_smaller(oracle))
    for check, cases in pack.smaller_cases().items():
        assert [case.id for case in cases] == [case.id for case in built[check]]
        for stored, fresh in zip(cases, built[check], strict=True):
            assert stored.answers.keys() == fresh.answers.keys()
            assert stored.misconceptions.keys() == fresh.misconceptions.keys()
            for name, answer in fresh.answers.items():
                for output, array in answer.items():
                    np.testing.assert_allclose(stored.answers[name][output], array, atol=1e-10)


@pytest.mark.parametrize("check", LAYER_CHECKS, ids=lambda check: check.name)
def test_rungs_are_whole_numbers_few_and_ever_more(check) -> None:  # noqa: ANN001
    cases = pack.smaller_cases()[check.name]
    sizes = [sum(array.size for array in case.question.inputs.values()) for case in cases]
    assert len(cases) > 15 and sizes == sorted(sizes) and sizes[0] <= 4 and sizes[-1] <= 48
    for case in cases:
        for array in [
            *case.question.inputs.values(),
            *(a for answer in case.answers.values() for a in answer.values()),
        ]:
            np.testing.assert_array_equal(array, np.round(array))
            assert array.dtype == np.float64


@pytest.mark.parametrize("check", LAYER_CHECKS, ids=lambda check: check.name)
def test_windows_fit_into_their_input_as_in_every_case_class(check) -> None:  # noqa: ANN001
    """A function that only stumbles over what no class asks for must not be shown such a case."""
    for case in pack.smaller_cases()[check.name]:
        asked = case.question.described()
        window = asked["w"][1:3] if "w" in asked else [asked["pool_height"], asked["pool_width"]]  # type: ignore[index]
        assert all(extent >= part for extent, part in zip(asked["x"][1:3], window, strict=True))  # type: ignore[index]


def test_packs_stay_small() -> None:
    assert sum(file.stat().st_size for file in PACKS.iterdir()) < 300_000


def test_ladder_is_no_case_class() -> None:
    assert all(ladder.SMALLER not in check.groups for check in LAYER_CHECKS)
