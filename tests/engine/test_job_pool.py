"""Jobs survive dying and hanging workers, are retried once, and nothing is left running."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.engine import job_pool
from grader.engine.job_failure import JobFailure
from grader.engine.job_pool import Ended, Workers
from tests.engine import pool_tasks


def jobs(tmp_path: Path, count: int) -> list[Path]:
    folders = [tmp_path / f"job{number}" for number in range(count)]
    for folder in folders:
        folder.mkdir()
    return folders


def workers(work: Callable[[Path], Any], count: int = 1, timeout_s: float = 60.0) -> Workers[Path, str]:
    return Workers(count, timeout_s, work, pool_tasks.start, (os.getpid(),))


def run(
    folders: list[Path], pool: Workers[Path, str], stop: Callable[[], bool] = lambda: False
) -> list[Ended[Path, str]]:
    before = set(psutil.Process().children())  # other tests of the run may keep processes of their own
    ended = list(job_pool.run(folders, pool, stop))
    left = set(psutil.Process().children()) - before
    assert [child for child in left if "resource_tracker" not in " ".join(child.cmdline())] == []
    return ended


def test_every_job_is_done_once(tmp_path: Path) -> None:
    folders = jobs(tmp_path, 5)
    ended = run(folders, workers(pool_tasks.succeed, count=2))
    assert sorted(str(e.result) for e in ended) == [f"job{n}" for n in range(5)]
    assert all(e.final for e in ended)
    assert [pool_tasks.tries(folder) for folder in folders] == [1] * 5


def test_job_whose_worker_died_is_tried_again(tmp_path: Path) -> None:
    first, second = run(jobs(tmp_path, 1), workers(pool_tasks.die_at_first))
    # A worker may be found dead before the pool has read whose job it had taken.
    assert isinstance(first.result, JobFailure) and re.search("-9|expired", first.result.reason)
    assert not first.final
    assert second.result == "job0" and second.final


def test_job_that_reports_a_fault_is_tried_again(tmp_path: Path) -> None:
    first, second = run(jobs(tmp_path, 1), workers(pool_tasks.fail_at_first))
    assert first.result == JobFailure("bad luck", "traceback")
    assert second.result == "job0" and second.final


def test_job_that_always_kills_its_worker_ends_and_the_others_are_done(tmp_path: Path) -> None:
    (folder,) = jobs(tmp_path, 1)
    ended = run([folder], workers(pool_tasks.always_die))
    assert [e.final for e in ended] == [False, True]
    assert pool_tasks.tries(folder) == job_pool.ATTEMPTS


def test_hanging_job_is_stopped(tmp_path: Path) -> None:
    ended = run(jobs(tmp_path, 1), workers(pool_tasks.hang, timeout_s=0.5))
    assert [e.final for e in ended] == [False, True]
    assert all(isinstance(e.result, JobFailure) and "0.5 seconds" in e.result.reason for e in ended)


def test_workers_that_do_not_start_are_told(tmp_path: Path) -> None:
    pool = Workers(1, 60.0, pool_tasks.succeed, pool_tasks.fail_to_start)
    ended = run(jobs(tmp_path, 2), pool)
    assert sum(e.final for e in ended) == 2
    assert all(isinstance(e.result, JobFailure) for e in ended)


def test_stopping_leaves_the_rest_undone(tmp_path: Path) -> None:
    folders = jobs(tmp_path, 4)
    seen: list[Ended[Path, str]] = []
    for ended in job_pool.run(folders, workers(pool_tasks.succeed), lambda: bool(seen)):
        seen.append(ended)
    assert 1 <= len(seen) < 4


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the kernel ties a worker to its parent on Linux only")
def test_worker_ends_when_the_batch_is_killed(tmp_path: Path) -> None:
    (folder,) = jobs(tmp_path, 1)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from grader.engine import job_pool\n"
        "from grader.engine.job_pool import Workers\n"
        "from tests.engine import pool_tasks\n"
        "if __name__ == '__main__':\n"
        "    pool = Workers(1, 60.0, pool_tasks.start_child_and_hang, pool_tasks.start, (os.getpid(),))\n"
        "    list(job_pool.run([Path(sys.argv[1])], pool, lambda: False))\n"
    )
    program = tmp_path / "program.py"
    program.write_text(script)
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen([sys.executable, str(program), str(folder)], env={**os.environ, "PYTHONPATH": str(root)})
    pids = folder / "pids"
    wait_until(pids.exists)
    worker, child = (psutil.Process(int(pid)) for pid in pids.read_text().split())
    process.kill()
    process.wait()
    gone, alive = psutil.wait_procs([worker, child], timeout=20)
    assert alive == []


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_clock_that_is_set_stops_no_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told, years = time.time, iter(range(10**6))
    monkeypatch.setattr(time, "time", lambda: told() + next(years) * 3e7)
    ended = run(jobs(tmp_path, 3), workers(pool_tasks.succeed))
    assert sorted(str(e.result) for e in ended) == ["job0", "job1", "job2"]
