"""Runs `grade.py` as its users do: in a process of its own, from a copy of the checkout that nobody edits meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.cli import rubrics

ROOT = Path(__file__).resolve().parents[2]
PARTS_OF_A_CHECKOUT = ("grade.py", "grader", "reference", "student_template", "rubrics")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A copy of the project at `path`, whose rubric has Part 1 only: most of what is tested has nothing to do with parts.

    `python` runs it; `configuration` stands for the user's configuration folder.
    """

    path: Path
    configuration: Path
    python: Path = Path(sys.executable)

    @classmethod
    def copied(cls, target: Path, without: Sequence[str] = ()) -> Checkout:
        target.mkdir(parents=True)
        for name in PARTS_OF_A_CHECKOUT:
            if name in without:
                continue
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / name, target / name)
        if "rubrics" not in without:
            rubrics.write(target / "rubrics" / "assignment2.yaml", rubrics.part_1())
        return cls(target, target.parent / "configuration")

    def run_by(self, python: Path) -> Checkout:
        return replace(self, python=python)

    def command(self, *arguments: object) -> list[str]:
        return [str(self.python), str(self.path / "grade.py"), *map(str, arguments)]

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GRADER_", "PYTHON"))}
        return {**inherited, "XDG_CONFIG_HOME": str(self.configuration), "COLUMNS": "120", **(extra or {})}

    def run(
        self, *arguments: object, cwd: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The ended command with its output as text."""
        return subprocess.run(
            self.command(*arguments),
            cwd=cwd or self.path.parent,
            env=self.environment(environment),
            text=True,
            capture_output=True,
            timeout=150,
        )

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """The running command, in a process group of its own, as a shell starts it."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.path.parent,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )


def refusal(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line of a command that refused its input with exit code 2."""
    assert ended.returncode == 2, f"exit code {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    lines = ended.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("grade.py: "), ended.stderr
    return lines[0]
