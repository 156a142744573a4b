"""`docs/security.md` shows exactly what `guarantees.py` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.model.isolation import IsolationLevel
from grader.sandbox import credentials
from grader.sandbox.guarantees import ATTACKS, CONDITIONAL_GAPS, KNOWN_GAPS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
STRONGEST_FIRST = sorted(IsolationLevel, key=lambda level: -level.strength)


def rows(first_heading: str) -> list[list[str]]:
    """The cells of the table whose first column has this heading."""
    lines = iter(PAGE.splitlines())
    next(line for line in lines if line.startswith(f"| {first_heading} |"))
    next(lines)
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def expected(attack: str, level: IsolationLevel) -> str:
    if attack in KNOWN_GAPS[level]:
        return "gap"
    return "stopped*" if attack in CONDITIONAL_GAPS.get(level, {}) else "stopped"


def test_table_says_of_every_attack_and_level_whether_it_is_stopped() -> None:
    wanted = [
        [f"`{attack}`", text, *(expected(attack, level) for level in STRONGEST_FIRST)]
        for attack, text in ATTACKS.items()
    ]
    assert rows("attack") == wanted


def test_every_conditional_gap_is_listed_with_its_condition() -> None:
    wanted = [
        [f"`{level}`", f"`{attack}`", condition]
        for level, gaps in CONDITIONAL_GAPS.items()
        for attack, condition in gaps.items()
    ]
    # Levels come twice as a first column: the first table is the overview.
    overview, listed = rows("level"), rows("level | attack")
    assert [row[0] for row in overview] == [f"`{level}`" for level in STRONGEST_FIRST]
    assert listed == wanted


@pytest.mark.parametrize("attack", KNOWN_GAPS[IsolationLevel.LANDLOCK])
def test_gaps_of_landlock_are_explained(attack: str) -> None:
    flowing = " ".join(PAGE.split())
    assert f"- `{attack}`: {KNOWN_GAPS[IsolationLevel.LANDLOCK][attack]}." in flowing


def test_users_of_children_are_named() -> None:
    first, last = credentials.FIRST_UID, credentials.FIRST_UID + credentials.SLOTS - 1
    assert f"users {first} to {last}" in PAGE


@pytest.mark.parametrize("level", KNOWN_GAPS)
def test_gaps_are_of_known_attacks(level: IsolationLevel) -> None:
    assert KNOWN_GAPS[level].keys() | CONDITIONAL_GAPS.get(level, {}).keys() <= ATTACKS.keys()
    assert KNOWN_GAPS[level].keys() & CONDITIONAL_GAPS.get(level, {}).keys() == set()
