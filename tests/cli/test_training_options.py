"""`--profile` and `--data` of grading commands: what is refused before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import hand_ins, rubrics
from tests.cli.grade_command import Checkout, refusal

PART_2 = {"title": "item.part1", "framework": "tensorflow", "limits": {"notebook_wall_s": 60, "item_wall_s": 10}}
ITEM = {
    "id": "p2.simple.define",
    "part": 2,
    "points": 4,
    "check": "simple.define",
    "text": "item.max_pool_forward",
    "credit": {"rule": "share_of_classes"},
}


@pytest.fixture(scope="module")
def rubric(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's Part 1 beside a Part 2 of one item."""
    content = rubrics.part_1()
    changes = {
        "parts": {**content["parts"], 2: PART_2},
        "items": [*content["items"], ITEM],
        "total": content["total"] + ITEM["points"],
    }
    return rubrics.write(tmp_path_factory.mktemp("rubrics") / "training.yaml", {**content, **changes})


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a user with an empty home."""
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": ""}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    hand_ins.pack(tmp_path / "inbox" / "right.tar.gz", hand_ins.right_files())
    return tmp_path / "inbox"


@pytest.mark.parametrize("command", ["batch", "ci", "check"])
def test_profile_that_needs_cifar10_is_refused_without_it(
    checkout: Checkout, rubric: Path, inbox: Path, home: dict[str, str], command: str
) -> None:
    arguments = {
        "batch": ["batch", inbox, "-o", inbox.parent / "OUT"],
        "ci": ["ci", inbox],
        "check": ["check", inbox / "right.tar.gz"],
    }
    asked = ("--rubric", rubric, "--profile", "full")
    line = refusal(checkout.run(*arguments[command], *asked, cwd=inbox.parent, environment=home))
    assert "profile full needs CIFAR-10" in line and "--data" in line
    assert not (inbox.parent / "OUT").exists()
    assert list((inbox.parent / "home").iterdir()) == []


@pytest.mark.parametrize("command", ["batch", "check"])
def test_data_that_is_not_there_is_refused(
    checkout: Checkout, rubric: Path, inbox: Path, home: dict[str, str], command: str
) -> None:
    nowhere = inbox.parent / "nowhere"
    arguments = ["batch", inbox, "-o", inbox.parent / "OUT"] if command == "batch" else [inbox / "right.tar.gz"]
    line = refusal(checkout.run(*arguments, "--rubric", rubric, "--data", nowhere, environment=home))
    assert str(nowhere) in line
    assert not (inbox.parent / "OUT").exists()


def test_part_1_alone_needs_no_data_and_draws_none(
    checkout: Checkout, rubric: Path, inbox: Path, home: dict[str, str]
) -> None:
    asked = ("--rubric", rubric, "--part", 1, "--profile", "full", "-q")
    ended = checkout.run("ci", inbox, *asked, environment=home)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "30 of 30 points\nPart 2 (4 points): not checked in this run.\n" in ended.stdout
    assert not list((inbox.parent / "home").rglob("datasets"))
