"""The benchmark of limits measures what it says."""

import pytest

from benchmarks import limits
from grader.sandbox import survey


def test_a_call_that_breaks_a_limit_is_timed_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = tuple(attack for attack in limits.ATTACKS if attack.name in ("sleeps", "one large array"))
    monkeypatch.setattr(limits, "ATTACKS", chosen)
    level = survey().strongest.level
    bites = limits.measure(level, rounds=1)
    told = {bite.name: bite for bite in bites}
    assert [bite.outcome for bite in bites] == ["timed_out", "memory", "timed_out"]
    sleeps = told["sleeps"]
    assert sleeps.late_s is not None and sleeps.ended_s >= limits.CALL_WALL_S and sleeps.late_s >= 0
    assert all(bite.next_s > 0 for bite in bites)
    assert told["one large array"].late_s is None
    assert f"| {sleeps.name} " in limits.table(level, bites)
