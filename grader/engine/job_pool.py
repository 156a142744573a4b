"""Jobs over worker processes: a few in flight, each fault retried once, and an end that leaves nothing running."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from pebble import ProcessExpired, ProcessPool

from grader.engine import worker
from grader.engine.job import Job, JobOutcome
from grader.engine.settings import RunSettings
from grader.engine.worker import JobFailure
from grader.messages import catalogue

#: A job is tried this often before it counts as the grader's fault.
ATTEMPTS = 2
#: How often the main process looks whether it shall stop, in seconds.
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Ended:
    """One try of a job that ended; `final` is False where it will be tried again."""

    job: Job
    result: JobOutcome | JobFailure
    final: bool


def run(
    jobs: Sequence[Job], settings: RunSettings, workers: int, timeout_s: float, stop: Callable[[], bool]
) -> Iterator[Ended]:
    """Yields every try as it ends, in no fixed order, until all jobs are done or `stop()` says so.

    `timeout_s` is the safety net for one job; student code is held by limits of its own that are far shorter.
    """
    queue = deque((job, 1) for job in jobs)
    running: dict[Future[JobOutcome | JobFailure], tuple[Job, int]] = {}
    pool = _pool(settings, workers)
    try:
        while (queue or running) and not stop():
            # One more than there are workers: none waits for work, and little is held in memory.
            while queue and len(running) <= workers:
                if not pool.active:
                    _end(pool)
                    pool = _pool(settings, workers)
                job, attempt = queue.popleft()
                running[pool.schedule(worker.run, args=[job], timeout=timeout_s)] = (job, attempt)
            ended = wait(running, timeout=_POLL_S, return_when=FIRST_COMPLETED).done
            # What a broken pool still holds will never end.
            for future in list(running) if not pool.active else ended:
                job, attempt = running.pop(future)
                result = _result(future, timeout_s)
                final = isinstance(result, JobOutcome) or attempt >= ATTEMPTS
                if not final:
                    queue.appendleft((job, attempt + 1))
                yield Ended(job, result, final)
    finally:
        _end(pool)


def _result(future: Future[JobOutcome | JobFailure], timeout_s: float) -> JobOutcome | JobFailure:
    texts = catalogue()
    if not future.done():
        return JobFailure(texts.text("engine.workers_do_not_start", reason="-"))
    try:
        return future.result()
    except TimeoutError:
        return JobFailure(texts.text("engine.job_timed_out", seconds=f"{timeout_s:.0f}"))
    except ProcessExpired as error:
        return JobFailure(texts.text("engine.worker_died", code=error.exitcode))
    except BrokenProcessPool as error:
        return JobFailure(texts.text("engine.workers_do_not_start", reason=error))
    except Exception as error:
        return JobFailure(f"{type(error).__name__}: {error}")


def _pool(settings: RunSettings, workers: int) -> ProcessPool:
    """A pool whose workers are started with SIGINT blocked, until each has left the terminal's process group."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pool = ProcessPool(
            max_workers=workers,
            initializer=worker.start,
            initargs=[settings, os.getpid()],
            context=multiprocessing.get_context("spawn"),
        )
        if not pool.active:  # asking starts the workers
            raise RuntimeError("the pool did not start")
        return pool
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _end(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()
