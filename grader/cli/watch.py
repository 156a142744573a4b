"""`--watch`: the same check again whenever a file of the work folder is saved.

Files are looked at twice a second. That costs a few system calls, works on every file system (network drives and
shared folders of virtual machines tell of no changes), and needs no package.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from grader.cli import exit_codes
from grader.cli.console import say
from grader.cli.streams import complain
from grader.messages import catalogue
from grader.model.errors import UsageError

#: Seconds between two looks, and for which nothing may change before a change counts as finished: editors save in
#: several steps, and "save all" takes a moment.
LOOK_S = 0.5
SETTLE_S = 0.2

_SUFFIXES = (".py", ".ipynb")

#: Folders that hold no student's source, beside those whose names start with a point.
_SKIPPED = frozenset({"__pycache__", "node_modules", "venv"})

#: Names of changed files that are told; the others are counted.
_TOLD = 3

#: Time of the last change in nanoseconds, and size in bytes, by path.
Snapshot = Mapping[str, tuple[int, int]]


def watch(path: Path, check: Callable[[], int], console: Console, sleep: Callable[[float], None] = time.sleep) -> int:
    """Runs `check` now and after every change below `path`, until Ctrl-C; returns the last check's exit code.

    A hand-in that cannot be read while it is being saved is told in a line, and watched on. Raises UsageError where
    the first check does, and KeyboardInterrupt where there was no check yet.
    """
    seen = snapshot(path)
    code = check()
    try:
        while True:
            key = "watch.waiting_archive" if path.is_file() else "watch.waiting"
            say(console, catalogue().text(key, path=path))
            now = _next_change(path, seen, sleep)
            say(console, "")
            changed = _names(path, sorted(name for name in {*seen, *now} if seen.get(name) != now.get(name)))
            say(console, catalogue().text("watch.changed", time=time.strftime("%H:%M:%S"), names=changed))
            seen = now
            code = _checked(check)
    except KeyboardInterrupt:
        return code


def snapshot(path: Path) -> Snapshot:
    """What the Python files and notebooks below a folder (or an archive itself) look like now."""
    if not path.is_dir():
        return dict(_stated(path))
    found: dict[str, tuple[int, int]] = {}
    for folder, subfolders, files in os.walk(path):
        subfolders[:] = [name for name in subfolders if name not in _SKIPPED and not name.startswith(".")]
        for name in files:
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                found.update(_stated(Path(folder, name)))
    return found


def _stated(file: Path) -> list[tuple[str, tuple[int, int]]]:
    try:
        stat = file.stat()
    except OSError:  # gone between listing and looking, as when an editor replaces it
        return []
    return [(str(file), (stat.st_mtime_ns, stat.st_size))]


def _next_change(path: Path, seen: Snapshot, sleep: Callable[[float], None]) -> Snapshot:
    """Waits until something differs from `seen` and then stays as it is."""
    now = snapshot(path)
    while now == seen:
        sleep(LOOK_S)
        now = snapshot(path)
    while True:
        sleep(SETTLE_S)
        later = snapshot(path)
        if later == now:
            return now
        now = later


def _names(path: Path, changed: list[str]) -> str:
    told = ", ".join(
        os.path.relpath(name, path) if path.is_dir() else os.path.basename(name) for name in changed[:_TOLD]
    )
    if len(changed) <= _TOLD:
        return told
    return catalogue().text("watch.more", names=told, count=len(changed) - _TOLD)


def _checked(check: Callable[[], int]) -> int:
    try:
        return check()
    except UsageError as error:
        complain(str(error))
        return exit_codes.USAGE
