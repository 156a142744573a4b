"""How long a batch will take, from the rubric's limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.datasets.profile import Profile
from grader.engine import forecast
from grader.engine.batch import job_timeout_s
from grader.engine.run_data import RunData
from grader.engine.settings import limits_of
from tests.engine.training_rubric import BASE, FULL_NOTEBOOK_S, ITEM_S, NOTEBOOK_S, run_settings

FULL = {"profile": Profile.FULL}


def test_limits_of_a_run_are_those_of_its_profile() -> None:
    assert limits_of(run_settings(2), 2).notebook_wall_s == NOTEBOOK_S
    assert limits_of(run_settings(2, **FULL), 2).notebook_wall_s == FULL_NOTEBOOK_S
    assert limits_of(run_settings(2, **FULL), 2).item_wall_s == ITEM_S


def test_most_that_a_hand_in_may_take_is_its_notebook_and_its_items() -> None:
    assert forecast.longest_s(run_settings(2)) == NOTEBOOK_S + 2 * ITEM_S
    assert forecast.longest_s(run_settings(2, **FULL)) == FULL_NOTEBOOK_S + 2 * ITEM_S
    both, first = (forecast.longest_s(run_settings(*parts)) for parts in ((1, 2), (1,)))
    assert both == first + NOTEBOOK_S + 2 * ITEM_S


def test_job_counts_as_hung_long_after_its_limits_only() -> None:
    for settings in (run_settings(1), run_settings(2), run_settings(1, 2, **FULL)):
        assert job_timeout_s(settings) > 2 * forecast.longest_s(settings)


def test_training_takes_minutes_and_part_1_seconds() -> None:
    assert 60 <= forecast.usual_s(run_settings(2)) <= NOTEBOOK_S / 2
    assert forecast.usual_s(run_settings(1)) <= 5
    assert (
        forecast.usual_s(run_settings(2)) < forecast.usual_s(run_settings(1, 2)) < forecast.longest_s(run_settings(2))
    )


def test_profile_that_trains_nothing_takes_less() -> None:
    checkpoint = forecast.usual_s(run_settings(2, profile=Profile.CHECKPOINT))
    assert checkpoint < forecast.usual_s(run_settings(2)) / 5


def test_profile_with_all_images_takes_no_longer_on_the_stand_in_which_has_few() -> None:
    data = RunData(Path(), Path(), Profile.FULL, "stand-in", True, "0" * 64)
    assert forecast.usual_s(run_settings(2, data=data, **FULL)) == forecast.usual_s(run_settings(2))
    assert forecast.usual_s(run_settings(2, **FULL)) > forecast.usual_s(run_settings(2))


def test_part_whose_notebook_is_not_run_takes_the_least() -> None:
    part = BASE.parts[1].model_copy(update={"run_notebook": False})
    settings = run_settings(1)
    settings = type(settings)(
        settings.installation, BASE.model_copy(update={"parts": {1: part}}), (1,), settings.isolation
    )
    assert forecast.usual_s(settings) == 1


@pytest.mark.parametrize(("hand_ins", "jobs", "rounds"), [(12, 2, 6), (13, 2, 7), (1, 8, 1), (0, 4, 0)])
def test_hand_ins_are_shared_out_among_the_jobs(hand_ins: int, jobs: int, rounds: int) -> None:
    expected = forecast.of_batch(run_settings(2, jobs=jobs), hand_ins)
    assert expected.rounds == rounds
    assert expected.all_usual_s == rounds * expected.usual_s
    assert expected.all_longest_s == rounds * (NOTEBOOK_S + 2 * ITEM_S)


def test_images_are_told_where_something_is_trained(tmp_path) -> None:
    data = RunData(tmp_path, tmp_path, Profile.QUICK, "stand-in", True, "0")
    expected = forecast.of_batch(run_settings(1, 2, data=data), 3)
    assert (expected.profile, expected.data) == ("quick", "stand-in")
    expected = forecast.of_batch(run_settings(1), 3)
    assert (expected.profile, expected.data) == (None, None)
