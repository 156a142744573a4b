"""What is refused before anything runs."""

from __future__ import annotations

import pytest

from grader.datasets.profile import Profile
from grader.engine.installation import Installation
from grader.engine.settings import RunSettings, chosen_isolation, chosen_parts, intake_limits
from grader.model.errors import IsolationTooWeak, UsageError
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel, IsolationReport, LevelFinding
from grader.scoring import rubric_file
from tests.engine.training_rubric import PART_2, run_settings

RUBRIC = rubric_file.load(Installation.here().rubric)


def report(*working: IsolationLevel) -> IsolationReport:
    return IsolationReport(
        tuple(LevelFinding(level, level in working, f"why {level}", ("a gap",)) for level in IsolationLevel)
    )


def test_strongest_working_level_is_used_with_its_gaps() -> None:
    used = chosen_isolation(report(IsolationLevel.LANDLOCK, IsolationLevel.NONE), IsolationLevel.NONE)
    assert used.level is IsolationLevel.LANDLOCK
    assert used.gaps == ("a gap",)


def test_too_weak_machine_is_refused_with_the_reason_and_what_to_do() -> None:
    with pytest.raises(IsolationTooWeak) as refused:
        chosen_isolation(report(IsolationLevel.LIMITS, IsolationLevel.NONE), IsolationLevel.LANDLOCK)
    assert "why landlock" in str(refused.value)
    assert "--isolation limits" in str(refused.value)


def test_parts_default_to_those_with_items() -> None:
    assert chosen_parts([], RUBRIC) == tuple(sorted({item.part for item in RUBRIC.items}))


def test_part_without_items_is_refused() -> None:
    without = next(part for part in (1, 2, 3, 4) if part not in {item.part for item in RUBRIC.items})
    with pytest.raises(UsageError, match=f"--part {without}"):
        chosen_parts([1, without], RUBRIC)


def test_part_without_items_whose_notebook_is_to_be_run_may_be_asked_for() -> None:
    part = RUBRIC.parts[1]
    parts = {**RUBRIC.parts, 3: part, 2: part.model_copy(update={"run_notebook": False})}
    items = tuple(item for item in RUBRIC.items if item.part == 1)
    rubric = RUBRIC.model_copy(update={"parts": parts, "items": items})
    assert chosen_parts([3, 1], rubric) == (1, 3)
    assert chosen_parts([], rubric) == (1,)
    with pytest.raises(UsageError, match="--part 2"):
        chosen_parts([2], rubric)


def test_hand_in_that_would_not_fit_on_the_childs_disk_is_intakes_to_refuse() -> None:
    part = RUBRIC.parts[1].model_copy(update={"limits": RUBRIC.parts[1].limits.model_copy(update={"disk_bytes": 1000})})
    rubric = RUBRIC.model_copy(update={"parts": {**RUBRIC.parts, 1: part}})
    run = RunSettings(Installation.here(), rubric, (1,), IsolationUsed(IsolationLevel.NONE))
    assert intake_limits(run, given_bytes=100).unpacked_bytes == 900
    assert intake_limits(run, given_bytes=5000).unpacked_bytes == 0


def test_disk_is_that_of_the_profile() -> None:
    quick, full = (run_settings(2, profile=profile) for profile in (Profile.QUICK, Profile.FULL))
    assert intake_limits(quick, given_bytes=0).unpacked_bytes > intake_limits(full, given_bytes=0).unpacked_bytes
    assert intake_limits(full, given_bytes=0).unpacked_bytes == PART_2.limits_for("full").disk_bytes


def test_parts_that_train_are_those_of_tensorflow() -> None:
    assert run_settings(1, 2).training_parts == (2,)
    assert run_settings(1).training_parts == ()
