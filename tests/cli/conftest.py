"""One copy of the checkout, one class of hand-ins and one batch over it, for all tests of the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli import hand_ins, rubrics
from tests.cli.grade_command import Checkout


@dataclass(frozen=True, slots=True)
class Graded:
    """A finished batch."""

    ended: subprocess.CompletedProcess[str]
    inbox: Path
    out: Path
    rubric: Path

    def result(self, team: str) -> dict[str, Any]:
        return json.loads((self.out / "teams" / team / "result.json").read_text(encoding="utf-8"))

    def copied(self, target: Path) -> Path:
        """A copy of OUT that a test may change."""
        return Path(shutil.copytree(self.out, target, symlinks=True))


def write_rubric(path: Path, **changes: Any) -> Path:
    """The course's Part 1 with short limits, without running notebooks, and with top-level keys replaced."""
    content = rubrics.part_1()
    part = content["parts"][1]
    part["run_notebook"] = False
    part["limits"] |= {"call_wall_s": 2, "item_wall_s": 4, "memory_bytes": 768 << 20}
    return rubrics.write(path, {**content, **changes})


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout.copied(tmp_path_factory.mktemp("user") / "checkout")


@pytest.fixture(scope="session")
def quick_rubric(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rubric(tmp_path_factory.mktemp("rubrics") / "quick.yaml")


@pytest.fixture(scope="session")
def class_inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Right, misbehaving and broken hand-ins, and a file that is none."""
    inbox = tmp_path_factory.mktemp("class") / "inbox"
    inbox.mkdir()
    hand_ins.pack(inbox / "right.tar.gz", hand_ins.right_files())
    for suffix, (name, addition) in zip([".zip", ".tar", *[".tar.gz"] * 9], hand_ins.MISBEHAVING.items(), strict=False):
        hand_ins.pack(inbox / f"{name}{suffix}", hand_ins.files_with(addition))
    hand_ins.pack_with_unsafe_members(inbox / "outside.tar.gz")
    hand_ins.truncate(hand_ins.pack(inbox / "truncated.tar.gz", hand_ins.right_files()))
    hand_ins.pack_bomb(inbox / "bomb.tar.gz")
    (inbox / "garbage.zip").write_bytes(b"this was never a zip")
    hand_ins.pack(inbox / "bad_notebook.tar.gz", {**hand_ins.right_files(), hand_ins.NOTEBOOK: b"{not json"})
    old = {**hand_ins.right_files(), hand_ins.NOTEBOOK: hand_ins.notebook_of_format_3()}
    hand_ins.pack(inbox / "old_notebook.tar.gz", old)
    (inbox / "who is who.txt").write_text("no hand-in")
    return inbox


@pytest.fixture(scope="session")
def graded(
    checkout: Checkout, class_inbox: Path, quick_rubric: Path, tmp_path_factory: pytest.TempPathFactory
) -> Graded:
    out = tmp_path_factory.mktemp("graded") / "OUT"
    ended = checkout.run("batch", class_inbox, "-o", out, "--rubric", quick_rubric)
    return Graded(ended, class_inbox, out, quick_rubric)
