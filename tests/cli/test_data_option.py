"""`--data` of `doctor`, as its users call it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.grade_command import Checkout


def test_doctor_fails_where_the_named_data_is_not(checkout: Checkout, tmp_path: Path) -> None:
    ended = checkout.run("doctor", "--data", tmp_path / "nowhere", "-q", environment={"COLUMNS": "500"})
    assert ended.returncode == 1
    assert f"{tmp_path / 'nowhere'}: no such file or folder" in ended.stdout


def test_doctor_accepts_the_stand_in(checkout: Checkout) -> None:
    ended = checkout.run("doctor", "--data", "stand-in", environment={"COLUMNS": "500"})
    (line,) = (line for line in ended.stdout.splitlines() if "data sets" in line)
    assert line.startswith("yes") and "stand-in" in line
