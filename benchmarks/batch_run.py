"""This grader's `batch` over copies of the hand-in."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks import hand_ins, process_tree
from benchmarks.assignments import ROOT, Assignment


@dataclass(frozen=True, slots=True)
class BatchRun:
    """What a batch cost, and when each of its hand-ins was done (seconds since the epoch, ascending)."""

    copies: int
    jobs: int
    usage: process_tree.Usage
    done: tuple[float, ...]


def run(
    work: Path,
    assignment: Assignment,
    copies: int,
    jobs: int,
    between: Callable[[], None] | None = None,
) -> BatchRun:
    """Grades `copies` hand-ins into a fresh OUT below `work`. `between` runs after each hand-in, while the batch stands
    still. Raises RuntimeError unless each gets full points."""
    inbox = work / f"inbox-{copies}"
    if not inbox.exists():
        hand_ins.make_inbox(inbox, copies, assignment.works)
    out = work / f"out-{copies}-{jobs}"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, str(ROOT / "grade.py"), "batch", str(inbox), "-o", str(out), "--quiet"]
    command += assignment.options
    command += ["--jobs", str(jobs)]
    log = work / "batch.txt"
    done = process_tree.one_more(lambda: len(_done(out / "log.jsonl")))
    stops = None if between is None else process_tree.Stops(done, between)
    environment = {**os.environ, "GRADER_SALT": "benchmark"}
    usage = process_tree.run(command, log=log, environment=environment, stops=stops)
    if usage.exit_code:
        raise RuntimeError(f"batch ended with exit code {usage.exit_code}: {log.read_text()[-500:]}")
    _check_points(out / "gradebook.csv", copies, assignment.points)
    _check_notebooks(out, assignment)
    return BatchRun(copies, jobs, usage, _done(out / "log.jsonl"))


def isolation_of(work: Path) -> str:
    """The isolation level that the batches below `work` ran at."""
    result = next(work.glob("out-*/teams/*/result.json"))
    return json.loads(result.read_text())["isolation"]["level"]


def _check_points(gradebook: Path, copies: int, points: float) -> None:
    with gradebook.open(encoding="utf-8-sig", newline="") as file:
        rows: list[Mapping[str, str]] = list(csv.DictReader(file))
    if len(rows) != copies or any(float(row["score"]) != points for row in rows):
        raise RuntimeError(f"{gradebook}: expected {copies} hand-ins with full points")


def _check_notebooks(out: Path, assignment: Assignment) -> None:
    """A notebook of which nothing is asked must have been run all the same."""
    for stored in out.glob("teams/*/evidence/evidence.json"):
        notebooks = json.loads(stored.read_text())["notebooks"]
        ended = {part: notebooks.get(str(part), {}).get("status") for part in assignment.parts}
        if set(ended.values()) != {"completed"}:
            raise RuntimeError(f"{stored}: expected all notebooks to have been run, found {ended}")


def _done(log: Path) -> tuple[float, ...]:
    if not log.exists():
        return ()
    events = [json.loads(line) for line in log.read_text().splitlines()]
    return tuple(
        sorted(datetime.fromisoformat(event["time"]).timestamp() for event in events if event["event"] == "graded")
    )
