"""What the workers of test_job_pool.py do. A job is a folder; every try leaves a file there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from grader.engine import parent_death
from grader.engine.job_failure import JobFailure


def start(parent: int) -> None:
    parent_death.end_with_parent(parent)


def fail_to_start() -> None:
    raise RuntimeError("cannot start")


def tries(job: Path) -> int:
    return len(list(job.glob("try-*")))


def note_try(job: Path) -> int:
    (job / f"try-{os.getpid()}-{time.monotonic_ns()}").touch()
    return tries(job)


def succeed(job: Path) -> str | JobFailure:
    note_try(job)
    return job.name


def die_at_first(job: Path) -> str | JobFailure:
    if note_try(job) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return job.name


def always_die(job: Path) -> str | JobFailure:
    note_try(job)
    os.kill(os.getpid(), signal.SIGKILL)
    return job.name


def fail_at_first(job: Path) -> str | JobFailure:
    return JobFailure("bad luck", "traceback") if note_try(job) == 1 else job.name


def hang(job: Path) -> str | JobFailure:
    note_try(job)
    signal.pause()
    return job.name


def start_child_and_hang(job: Path) -> str | JobFailure:
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    (job / "pids.part").write_text(f"{os.getpid()} {child.pid}")
    (job / "pids.part").rename(job / "pids")
    signal.pause()
    return job.name
