"""Jobs over worker processes: a few in flight, each fault retried once, and an end that leaves nothing running."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from grader.engine.job_failure import JobFailure
from grader.messages import catalogue

#: A job is tried this often before it counts as the grader's fault.
ATTEMPTS = 2
#: How often the main process looks whether it shall stop, in seconds.
_POLL_S = 0.1

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ended(Generic[J, R]):
    """One try of a job that ended; `final` is False where it will be tried again."""

    job: J
    result: R | JobFailure
    final: bool


@dataclass(frozen=True, slots=True)
class Workers(Generic[J, R]):
    """`count` processes, each of which calls `start(*start_arguments)` once and then `work` for every job it gets.

    `work` returns a JobFailure for a fault. A job that takes longer than `timeout_s` is ended with its worker.
    """

    count: int
    timeout_s: float
    work: Callable[[J], R | JobFailure]
    start: Callable[..., None]
    start_arguments: tuple[object, ...] = ()


def run(jobs: Sequence[J], workers: Workers[J, R], stop: Callable[[], bool]) -> Iterator[Ended[J, R]]:
    """Yields every try as it ends, in no fixed order, until all jobs are done or `stop()` says so."""
    queue = deque((job, 1) for job in jobs)
    running: dict[Future[R | JobFailure], tuple[J, int]] = {}
    pool = _pool(workers)
    try:
        while (queue or running) and not stop():
            # One more than there are workers: none waits for work, and little is held in memory.
            while queue and len(running) <= workers.count:
                if not pool.active:
                    _end(pool)
                    pool = _pool(workers)
                job, attempt = queue.popleft()
                running[pool.schedule(workers.work, args=[job], timeout=workers.timeout_s)] = (job, attempt)
            ended = wait(running, timeout=_POLL_S, return_when=FIRST_COMPLETED).done
            # What a broken pool still holds will never end.
            for future in list(running) if not pool.active else ended:
                job, attempt = running.pop(future)
                result = _result(future, workers.timeout_s)
                final = not isinstance(result, JobFailure) or attempt >= ATTEMPTS
                if not final:
                    queue.appendleft((job, attempt + 1))
                yield Ended(job, result, final)
    finally:
        _end(pool)


def _result(future: Future[R | JobFailure], timeout_s: float) -> R | JobFailure:
    texts = catalogue()
    if not future.done():
        return JobFailure(texts.text("engine.workers_do_not_start", reason="-"))
    try:
        return future.result()
    except TimeoutError:
        return JobFailure(texts.text("engine.job_timed_out", seconds=f"{timeout_s:g}"))
    except ProcessExpired as error:
        return JobFailure(texts.text("engine.worker_died", code=error.exitcode))
    except BrokenProcessPool as error:
        return JobFailure(texts.text("engine.workers_do_not_start", reason=error))
    except Exception as error:
        return JobFailure(f"{type(error).__name__}: {error}")


def _pool(workers: Workers[J, R]) -> ProcessPool:
    """A pool whose workers start with SIGINT blocked: Ctrl-C is for the main process, which then ends them."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pool = ProcessPool(
            max_workers=workers.count,
            initializer=workers.start,
            initargs=workers.start_arguments,
            context=multiprocessing.get_context("spawn"),
        )
        if not pool.active:  # asking starts the workers
            raise RuntimeError("the pool of worker processes did not start")
        return pool
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _end(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()
