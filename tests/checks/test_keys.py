"""What makes an observation another one."""

from __future__ import annotations

from grader.checks import keys
from tests.engine.training_rubric import RUBRIC

SURROUNDINGS = {"level": "none", "environment": {"numpy": "2"}, "hidden": True, "notebooks": True, "profile": "quick"}


def key(part: int, profile: str = "quick", **changes: object) -> str:
    return keys.setting_key({"a.py": b""}, RUBRIC, part, {**SURROUNDINGS, "profile": profile, **changes}, seed=1)


def test_part_that_trains_nothing_is_the_same_in_every_profile() -> None:
    assert key(1, "quick") == key(1, "full") != key(1, "quick", level="limits")


def test_part_that_trains_is_another_in_every_profile() -> None:
    assert len({key(2, profile) for profile in ("quick", "checkpoint", "full")}) == 3


def test_limits_of_the_profile_count_for_every_part() -> None:
    limits = RUBRIC.parts[2].profiles["full"]
    part = RUBRIC.parts[1].model_copy(update={"profiles": {"full": limits}})
    rubric = RUBRIC.model_copy(update={"parts": {**RUBRIC.parts, 1: part}})
    of_full = keys.setting_key({}, rubric, 1, {**SURROUNDINGS, "profile": "full"}, seed=1)
    assert of_full != keys.setting_key({}, rubric, 1, SURROUNDINGS, seed=1)
