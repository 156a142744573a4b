"""Looking at a process and its descendants from outside, and ending them. Uses /proc, or `ps` where there is none."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator

_PROC = "/proc"
_PAUSE_S = 0.005


def descendants(pid: int) -> tuple[int, ...]:
    """Living children of `pid`, their children, and so on; parents before children. Zombies are not alive.

    Where a sandbox shows a process nothing of /proc but itself, only its own children are found (zombies too).
    """
    try:
        table = list(_table())
    except PermissionError:
        return _children_told_by(pid)
    return _below(pid, table)


def _below(pid: int, table: Iterable[tuple[int, int, str, int]]) -> tuple[int, ...]:
    children: dict[int, list[int]] = {}
    zombies: set[int] = set()
    for process, parent, state, _ in table:
        children.setdefault(parent, []).append(process)
        if state == "Z":
            zombies.add(process)
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for child in children.get(waiting.pop(0), ()):
            waiting.append(child)
            if child not in zombies:
                found.append(child)
    return tuple(found)


def resident_bytes(pid: int, *, exact_above: int = 0) -> int:
    """Memory that `pid` and its descendants hold, in bytes; 0 when they are gone.

    A page shared by several processes (as after a fork) counts in parts, one for each of them, where the kernel
    tells and we may ask. That costs milliseconds: when the plain sum of resident sizes, which is quick and never
    smaller, is at most `exact_above`, it is returned instead.
    """
    table = list(_table())
    resident = {process: size for process, _, _, size in table}
    members = [member for member in (pid, *_below(pid, table)) if member in resident]
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


def _table() -> Iterator[tuple[int, int, str, int]]:
    """Every process that can be seen: pid, parent's pid, state letter, resident bytes."""
    return _table_of_proc() if os.path.exists(f"{_PROC}/self/stat") else _table_of_ps()


def _table_of_proc() -> Iterator[tuple[int, int, str, int]]:
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    for entry in os.listdir(_PROC):
        if not entry.isdigit():
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
