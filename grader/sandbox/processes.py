"""Looking at a process and its descendants from outside, and ending them. Uses /proc, or `ps` where there is none."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Container, Iterable, Iterator

_PROC = "/proc"
_PAUSE_S = 0.005
#: Far less than it takes to use up all numbers of processes.
_OUTSIDE_KNOWN_S = 1.0


def descendants(pid: int) -> tuple[int, ...]:
    """Living children of `pid`, their children, and so on; parents before children. Zombies are not alive.

    Where a sandbox shows a process nothing of /proc but itself, only its own children are found (zombies too).
    """
    try:
        table = list(_table())
    except PermissionError:
        return _children_told_by(pid)
    zombies = {process for process, _, state, _ in table if state == "Z"}
    return tuple(process for process in _below([pid], table) if process not in zombies)


def _below(ancestors: Iterable[int], table: Iterable[tuple[int, int, str, int]]) -> list[int]:
    """Descendants, zombies too."""
    children: dict[int, list[int]] = {}
    for process, parent, _, _ in table:
        children.setdefault(parent, []).append(process)
    found: list[int] = []
    waiting = deque(ancestors)
    while waiting:
        below = children.pop(waiting.popleft(), ())
        found += below
        waiting += below
    return found


class TreeMemory:
    """The memory of `pid` and its descendants, looked at again and again.

    A process outside of the tree never comes to belong to it, so that only new ones are looked at each time; after a while
    all are, as by then the number may be another process's.
    """

    def __init__(self, pid: int):
        self._pid = pid
        self._outside: frozenset[int] = frozenset()
        self._known_until = 0.0

    def resident_bytes(self, *, exact_above: int = 0) -> int:
        """What they hold, in bytes; 0 when they are gone.

        A page shared by several processes (as after a fork) counts in parts, one for each of them, where the kernel
        tells and we may ask. That costs milliseconds: when the plain sum of resident sizes, which is quick and never
        smaller, is at most `exact_above`, it is returned instead.
        """
        now = time.monotonic()
        if now >= self._known_until:
            self._outside, self._known_until = frozenset(), now + _OUTSIDE_KNOWN_S
        table = list(_table(self._outside))
        resident = {process: size for process, _, _, size in table}
        members = [member for member in (self._pid, *_below([self._pid], table)) if member in resident]
        # From the first processes down: one whose parent ended while the table was read may be anybody's.
        rest = [entry for entry in table if entry[0] != self._pid]
        self._outside |= frozenset(_below([0, *self._outside], rest))
        total = sum(resident[member] for member in members)
        if total <= exact_above:
            return total
        return sum(_proportional_bytes(member, resident[member]) for member in members)


def kill_tree(pid: int, *, patience_s: float = 5.0) -> bool:
    """End `pid` and every descendant by SIGKILL; whether all are gone (a zombie that its parent has not reaped is).

    They are stopped first, so that none forks while it is looked at, and `pid` goes last, so that none of the others
    loses the ancestor by which it is found.
    """
    send(pid, signal.SIGSTOP)
    gone = kill_descendants(pid, patience_s=patience_s)
    send(pid, signal.SIGKILL)
    deadline = time.monotonic() + patience_s
    while _is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_S)
    return gone


def kill_descendants(pid: int, *, patience_s: float = 5.0) -> bool:
    """End every descendant of `pid` by SIGKILL, but not `pid`; whether all are gone."""
    deadline = time.monotonic() + patience_s
    stopped: set[int] = set()
    while time.monotonic() <= deadline:
        fresh = set(descendants(pid)) - stopped
        if not fresh:
            break
        for process in fresh:
            send(process, signal.SIGSTOP)
        stopped |= fresh
    while left := descendants(pid):
        for process in left:
            send(process, signal.SIGKILL)
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_S)
    return True


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone, or not ours, by now."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _children_told_by(pid: int) -> tuple[int, ...]:
    found: list[int] = []
    try:
        for thread in os.listdir(f"{_PROC}/{pid}/task"):
            with open(f"{_PROC}/{pid}/task/{thread}/children", encoding="ascii") as file:
                found += map(int, file.read().split())
    except OSError:
        pass
    return tuple(found)


def _is_alive(pid: int) -> bool:
    return any(process == pid and state != "Z" for process, _, state, _ in _table())


def _table(without: Container[int] = ()) -> Iterator[tuple[int, int, str, int]]:
    """Every process that can be seen, but for some: pid, parent's pid, state letter, resident bytes."""
    return _table_of_proc(without) if os.path.exists(f"{_PROC}/self/stat") else _table_of_ps()


def _table_of_proc(without: Container[int]) -> Iterator[tuple[int, int, str, int]]:
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    for entry in os.listdir(_PROC):
        if not entry.isdigit() or int(entry) in without:
            continue
        try:
            # Not `open`, which takes three times as long: a watchdog reads all of these many times a second.
            descriptor = os.open(f"{_PROC}/{entry}/stat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            # The command's name, in parentheses, may hold spaces; the fields after it are numbered from 3.
            fields = os.read(descriptor, 4096).rpartition(b")")[2].split()
        except OSError:
            continue
        finally:
            os.close(descriptor)
        yield int(entry), int(fields[4 - 3]), fields[0].decode(), int(fields[24 - 3]) * page_bytes


def _table_of_ps() -> Iterator[tuple[int, int, str, int]]:
    try:
        listing = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,stat=,rss="], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return
    for line in listing.stdout.splitlines():
        pid, parent, state, kilobytes = line.split()
        yield int(pid), int(parent), state[0], int(kilobytes) * 1024


def _proportional_bytes(pid: int, resident: int) -> int:
    try:
        with open(f"{_PROC}/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resident
