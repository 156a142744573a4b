"""Finds out which isolation levels this machine offers."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

from grader.model.isolation import IsolationLevel, IsolationReport, LevelFinding

_PATIENCE_S = 90.0
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from grader.sandbox import trial; trial.main()"


@cache
def survey() -> IsolationReport:
    """Every level, tried for real in a throw-away process; cached. Raises nothing: a failure is a finding."""
    # A process of its own, since forking one with threads is unsafe. Isolated (-I): nothing of the current folder.
    package_root = str(Path(__file__).resolve().parents[2])
    try:
        trial = subprocess.run(
            [sys.executable, "-I", "-c", _PROGRAM, package_root],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
        )
        findings = tuple(
            LevelFinding(IsolationLevel(entry["level"]), entry["works"], entry["detail"], tuple(entry["gaps"]))
            for entry in json.loads(trial.stdout)
        )
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        return _nothing_known(f"the trial did not come to an end: {error}")
    return IsolationReport(findings)


def _nothing_known(reason: str) -> IsolationReport:
    levels = sorted(IsolationLevel, key=lambda level: -level.strength)
    return IsolationReport(
        tuple(LevelFinding(level, works=level is IsolationLevel.NONE, detail=reason) for level in levels)
    )
