"""Jobs over worker processes: a few in flight, each fault retried once, and an end that leaves nothing running."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from grader.engine.job_failure import JobFailure
from grader.engine.quiet_start import QuietContext
from grader.messages import catalogue

#: A job is tried this often before it counts as the grader's fault.
ATTEMPTS = 2
#: How often the main process looks whether it shall stop, in seconds.
_POLL_S = 0.1
_WARNINGS = "PYTHONWARNINGS"

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


@dataclass(slots=True)
class _Try(Generic[J]):
    """A job under way. `begun` is a time of the monotonic clock: the pool's own limit goes wrong when the clock is set."""

    job: J
    attempt: int
    begun: float | None = None

    def is_over(self, future: Future[object], timeout_s: float) -> bool:
        """Whether it has run for too long; to be asked again and again, since that is how its begin is noticed."""
        if self.begun is None and future.running():
            self.begun = time.monotonic()
        return self.begun is not None and time.monotonic() - self.begun > timeout_s


def run(jobs: Sequence[J], workers: Workers[J, R], stop: Callable[[], bool]) -> Iterator[Ended[J, R]]:
    """Yields every try as it ends, in no fixed order, until all jobs are done or `stop()` says so."""
    queue = deque((job, 1) for job in jobs)
    running: dict[Future[R | JobFailure], _Try[J]] = {}
    pool = _pool(workers)
    try:
        while (queue or running) and not stop():
            # One more than there are workers: none waits for work, and little is held in memory.
            while queue and len(running) <= workers.count:
                if not pool.active:
                    _end(pool)
                    pool = _pool(workers)
                job, attempt = queue.popleft()
                running[pool.schedule(workers.work, args=[job])] = _Try(job, attempt)
            ended = wait(running, timeout=_POLL_S, return_when=FIRST_COMPLETED).done
            for future, current in running.items():
                # Cancelling ends the worker as well.
                if future not in ended and current.is_over(future, workers.timeout_s) and future.cancel():
                    ended.add(future)
            # What a broken pool still holds will never end.
            for future in list(running) if not pool.active else ended:
                current = running.pop(future)
                result = _result(future, workers.timeout_s)
                final = not isinstance(result, JobFailure) or current.attempt >= ATTEMPTS
                if not final:
                    queue.appendleft((current.job, current.attempt + 1))
                yield Ended(current.job, result, final)
    finally:
        _end(pool)


def _result(future: Future[R | JobFailure], timeout_s: float) -> R | JobFailure:
    texts = catalogue()
    if not future.done():
        return JobFailure(texts.text("engine.workers_do_not_start", reason="-"))
    try:
        return future.result()
    except CancelledError:
        return JobFailure(texts.text("engine.job_timed_out", seconds=f"{timeout_s:g}"))
    except ProcessExpired as error:
        return JobFailure(texts.text("engine.worker_died", code=error.exitcode))
    except BrokenProcessPool as error:
        return JobFailure(texts.text("engine.workers_do_not_start", reason=error))
    except Exception as error:
        return JobFailure(f"{type(error).__name__}: {error}")


def _pool(workers: Workers[J, R]) -> ProcessPool:
    """A pool whose workers start with SIGINT blocked: Ctrl-C is for the main process, which then ends them."""
    _start_tracker()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pool = ProcessPool(
            max_workers=workers.count,
            initializer=workers.start,
            initargs=workers.start_arguments,
            context=QuietContext(),
        )
        if not pool.active:  # asking starts the workers
            raise RuntimeError("the pool of worker processes did not start")
        return pool
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _start_tracker() -> None:
    """Starts the process that tidies up after pools. Its start unblocks SIGINT, whoever had blocked it, so it comes first;
    and it would warn of what it tidies up where this process is killed."""
    before = os.environ.get(_WARNINGS)
    os.environ[_WARNINGS] = "ignore:resource_tracker"
    try:
        resource_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ[_WARNINGS]
        else:
            os.environ[_WARNINGS] = before


def _end(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()
