"""Whoever is killed, and whenever: the next batch goes on, and in the end everything is as if nothing had happened."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.cli.grade_command import Checkout
from tests.faults import disturbance
from tests.faults.disturbance import Disturbance, Victim

#: Kills of the long run, and the most of them on one OUT: a class may be graded before so many have died.
MOST_KILLS = 110
KILLS_AN_OUT = 12


def disturb(
    checkout: Checkout, inbox: Path, rubric: Path, whole: dict[str, Any], folder: Path, temporary: Path, seed: int
) -> Disturbance:
    arguments = [inbox, "--rubric", rubric, "--jobs", 2]
    return Disturbance(checkout, arguments, folder / "OUT", temporary, whole, random.Random(seed))


def assert_as_if_nothing_had_happened(disturbed: Disturbance) -> None:
    assert disturbance.outcome(disturbed.out) == disturbed.whole
    assert disturbance.leftovers(disturbed.out) == []
    assert list(disturbed.temporary.iterdir()) == []


def test_a_batch_that_loses_processes_ends_like_an_undisturbed_one(
    checkout: Checkout, inbox: Path, quick_rubric: Path, undisturbed: dict[str, Any], tmp_path: Path, temporary: Path
) -> None:
    disturbed = disturb(checkout, inbox, quick_rubric, undisturbed, tmp_path, temporary, seed=1)
    disturbed.until_done(kills=5)
    assert disturbed.killed.total() >= 2
    assert_as_if_nothing_had_happened(disturbed)


@pytest.mark.soak
def test_a_hundred_kills_change_nothing(
    checkout: Checkout,
    inbox: Path,
    quick_rubric: Path,
    undisturbed: dict[str, Any],
    tmp_path: Path,
    temporary: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    total = {kind: 0 for kind in Victim}
    batches = faults = 0
    for seed in range(MOST_KILLS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        disturbed = disturb(checkout, inbox, quick_rubric, undisturbed, folder, temporary, seed)
        disturbed.until_done(KILLS_AN_OUT)
        assert_as_if_nothing_had_happened(disturbed)
        total = {kind: total[kind] + disturbed.killed[kind] for kind in Victim}
        batches, faults = batches + disturbed.batches, faults + disturbed.faults
        if sum(total.values()) >= MOST_KILLS:
            break
    told = ", ".join(f"{kind.value} {count}" for kind, count in total.items())
    with capsys.disabled():
        print(f"\nkills survived: {sum(total.values())} ({told}) in {batches} batches; tries repeated: {faults}")
    assert sum(total.values()) >= 100
    assert all(total.values())
