"""What a command costs with everything that it starts: processor seconds, memory, time.

The measuring process is the subreaper of its descendants, so that what outlives its parent (a kernel, a fork server)
is waited for here and its time counted. A process whose parent ignores its end would be missed; none of ours does.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
#: Time for orphans to see that they are no longer needed, before they are killed.
_PATIENCE_S = 8.0
#: Between two samples; more often where something is waited for.
_INTERVAL_S = 0.25
_INTERVAL_OF_STOPS_S = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """The tree at one moment: seconds since the epoch, processor seconds so far, sum of resident bytes."""

    time: float
    cpu_s: float
    resident_bytes: int


@dataclass(slots=True)
class Stops:
    """Moments at which the whole tree stands still: `due` is asked at every sample; where it says so, every process is
    stopped, `meanwhile` runs in this process, and all go on."""

    due: Callable[[], bool]
    meanwhile: Callable[[], None]
    marks: list[float] = field(default_factory=list)
    seconds: float = 0.0


def one_more(number: Callable[[], int]) -> Callable[[], bool]:
    """For `Stops.due`: tells, whenever it is asked, whether `number` has grown since it was asked last."""
    seen = 0

    def grown() -> bool:
        nonlocal seen
        now = number()
        grown, seen = now > seen, now
        return grown

    return grown


@dataclass(frozen=True, slots=True)
class Usage:
    """`cpu_s` is user and system time of the whole tree; `others_cpu_s` what the rest of the machine used meanwhile, this
    process not counted. `wall_s` is without the stops; `marks` are the tree's processor seconds so far at each of them."""

    exit_code: int
    cpu_s: float
    wall_s: float
    peak_bytes: int
    others_cpu_s: float
    load_before: float
    samples: tuple[Sample, ...]
    marks: tuple[float, ...] = ()


def run(
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    interval_s: float | None = None,
    stops: Stops | None = None,
) -> Usage:
    """Runs `command` to its end, its output appended to `log`. For a process that has no
    other children: it waits for all of them, and ends those that do not end by themselves."""
    if interval_s is None:
        interval_s = _INTERVAL_S if stops is None else _INTERVAL_OF_STOPS_S
    _set_subreaper(True)
    load, busy, used, started = os.getloadavg()[0], _busy_s(), _children_s(), time.monotonic()
    own = time.process_time()
    samples: list[Sample] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(interval_s):
            earlier_s = samples[-1].cpu_s if samples else 0.0
            samples.append(_sample(reaped_before_s=used, at_least_s=earlier_s))
            if stops is not None and stops.due():
                with _standing_still(stops):
                    stops.marks.append(_sample(reaped_before_s=used, at_least_s=samples[-1].cpu_s).cpu_s)
                    stops.meanwhile()

    watcher = threading.Thread(target=watch, daemon=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        watcher.start()
        exit_code = process.wait()
    wall_s = time.monotonic() - started
    _reap_orphans()
    stop.set()
    watcher.join()
    _set_subreaper(False)
    cpu_s = _children_s() - used
    own_s = time.process_time() - own
    return Usage(
        exit_code=exit_code,
        cpu_s=cpu_s,
        wall_s=wall_s - (stops.seconds if stops is not None else 0.0),
        peak_bytes=max((sample.resident_bytes for sample in samples), default=0),
        others_cpu_s=max(0.0, _busy_s() - busy - cpu_s - own_s),
        load_before=load,
        samples=tuple(samples),
        marks=tuple(stops.marks) if stops is not None else (),
    )


@contextmanager
def _standing_still(stops: Stops) -> Iterator[None]:
    started = time.monotonic()
    stopped: set[int] = set()
    try:
        # What was forked while the others were being stopped is found at the next look.
        while running := set(_descendants(_table(), os.getpid())) - stopped:
            stopped |= running
            _signal_all(running, signal.SIGSTOP)
        yield
    finally:
        _signal_all(stopped, signal.SIGCONT)
        stops.seconds += time.monotonic() - started


def _signal_all(processes: set[int], number: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except (ProcessLookupError, PermissionError):
            pass


def _set_subreaper(on: bool) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(on), 0, 0, 0)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy_s() -> float:
    """Processor seconds that the machine has spent on anything since it started."""
    with open("/proc/stat") as file:
        ticks = [int(number) for number in file.readline().split()[1:9]]
    idle, waiting = ticks[3], ticks[4]
    return (sum(ticks) - idle - waiting) / _TICKS


def _reap_orphans() -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while _wait_for_one(os.WNOHANG) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    _signal_all(set(_descendants(_table(), os.getpid())), signal.SIGKILL)
    while _wait_for_one(0) is not None:
        pass


def _wait_for_one(options: int) -> int | None:
    """The process reaped, 0 where none has ended yet, None where there is none."""
    try:
        return os.waitpid(-1, options)[0]
    except ChildProcessError:
        return None


def _table() -> dict[int, tuple[int, float, int]]:
    """Parent, processor seconds (with reaped children) and resident bytes of every process."""
    table = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            text = Path(f"/proc/{entry}/stat").read_text()
        except OSError:
            continue
        # The name, in brackets, may hold anything.
        fields = text[text.rindex(")") + 2 :].split()
        cpu_s = sum(int(ticks) for ticks in fields[11:15]) / _TICKS
        table[int(entry)] = int(fields[1]), cpu_s, int(fields[21]) * _PAGE_BYTES
    return table


def _descendants(table: Mapping[int, tuple[int, float, int]], ancestor: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for process, (parent, _, _) in table.items():
        children.setdefault(parent, []).append(process)
    found: list[int] = []
    waiting = [ancestor]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _sample(*, reaped_before_s: float, at_least_s: float) -> Sample:
    """The tree now. A process that is reaped while the table is read is missed until the next sample."""
    reaped_s = _children_s() - reaped_before_s
    table = _table()
    members = [table[process] for process in _descendants(table, os.getpid())]
    cpu_s = reaped_s + sum(cpu_s for _, cpu_s, _ in members)
    return Sample(time.time(), max(cpu_s, at_least_s), sum(size for _, _, size in members))
