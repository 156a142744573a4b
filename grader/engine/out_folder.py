"""Where a batch keeps its results: the layout of OUT, and nothing about what stands in the files."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from grader.engine import atomic_file
from grader.evidence import store
from grader.messages import catalogue
from grader.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class TeamFolder:
    """``OUT/teams/<team>/``. `job` tells from which inputs the rest was made; it is written last and removed first."""

    path: Path

    @property
    def team(self) -> str:
        return self.path.name

    @property
    def evidence(self) -> Path:
        return self.path / "evidence"

    @property
    def executed_notebooks(self) -> Path:
        return self.evidence / store.NOTEBOOKS_FOLDER

    @property
    def appendix(self) -> Path:
        return self.path / "notebooks"

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    @property
    def job(self) -> Path:
        return self.path / "job.json"

    def prepare(self) -> None:
        """Makes the folder, and deletes what killed writers left half done in it. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        atomic_file.remove_leftovers(self.path)
        for leftover in self.path.glob(f".{self.evidence.name}-*"):
            shutil.rmtree(leftover, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class OutFolder:
    """``OUT/``."""

    path: Path

    @property
    def teams(self) -> Path:
        return self.path / "teams"

    @property
    def log(self) -> Path:
        return self.path / "log.jsonl"

    @property
    def lock(self) -> Path:
        return self.path / ".lock"

    @property
    def run(self) -> Path:
        return self.path / "run.json"

    @property
    def class_page(self) -> Path:
        return self.path / "index.html"

    @property
    def gradebook(self) -> Path:
        return self.path / "gradebook.csv"

    @property
    def rubrics(self) -> Path:
        return self.path / "rubrics"

    @property
    def rescored(self) -> Path:
        return self.path / "rescore.csv"

    def team(self, name: str) -> TeamFolder:
        """The folder of one team; `name` must be one path component, as intake makes it."""
        if name in ("", ".", "..") or "/" in name or "\0" in name or "\\" in name:
            raise ValueError(f"not a team name that can name a folder: {name!r}")
        return TeamFolder(self.teams / name)

    def stored_teams(self) -> list[str]:
        """Names of the teams that have a folder, sorted."""
        if not self.teams.is_dir():
            return []
        return sorted(entry.name for entry in self.teams.iterdir() if entry.is_dir())

    def prepare(self) -> None:
        """Makes the folders and tries to write. Raises UsageError if OUT is not a folder that can be written."""
        try:
            self.teams.mkdir(parents=True, exist_ok=True)
            for folder in (self.path, self.teams):
                atomic_file.remove_leftovers(folder)
                trial = folder / f"{atomic_file.TEMPORARY_PREFIX}trial"
                trial.write_bytes(b"")
                trial.unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(catalogue().text("engine.out_not_writable", out=self.path, reason=reason)) from error
