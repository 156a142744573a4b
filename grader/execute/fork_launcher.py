"""Starts processes by forking a warm zygote. Linux only."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path

from grader.dialects.dialect import Dialect
from grader.execute import dear_imports
from grader.execute.fork_host import ForkHost
from grader.execute.slots import Slot
from grader.execute.zygote_handle import PACKAGE_ROOT, ZygoteHandle
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.sandbox import WallPolicy

_OWN_WORK = "/submission"
#: In place of a runner's name: the zygote that runs no notebooks.
_PROBES = ""


class ForkLauncher:
    """Owns two zygotes, each started when first needed and again after its death.

    One runs notebooks and has all that they import. The other runs probes only, and is small: what a fork costs grows
    with what is loaded, and most probes need nothing but NumPy. Where packages are to be preloaded, which takes seconds,
    one zygote does both.
    """

    def __init__(
        self,
        level: IsolationLevel,
        runner: str,
        forbidden: Sequence[str],
        scratch: Path,
        wall: WallPolicy,
        preload: Sequence[str] = (),
        threads: int | None = None,
        dialect: Dialect = Dialect.TF2,
    ):
        self._settings = {
            "level": str(level),
            "forbidden": list(forbidden),
            "package_root": str(PACKAGE_ROOT),
            "wall": asdict(wall),
            "preload": list(preload),
            "threads": threads,
            "dialect": str(dialect),
        }
        self._for_probes = runner if preload else _PROBES
        self._runner = runner
        self._scratch = scratch
        self._level = level
        self._lock = threading.Lock()
        self._zygotes: dict[str, ZygoteHandle] = {}
        self._numbers = count()

    def has_runner(self) -> bool:
        return bool(self._runner) and self._alive(self._runner).has_runner

    def open_host(self, files: Mapping[str, bytes], limits: ExecutionLimits, *, notebook: bool = False) -> ForkHost:
        work = self._scratch / "cells" / str(next(self._numbers))
        work.mkdir(parents=True)
        # Where a file system of its own is mounted, any path will do, and a plain one reads well in tracebacks.
        namespaces = self._level is IsolationLevel.NAMESPACES
        seen_as = _OWN_WORK if namespaces else str(work)
        # What a module imports at once is better found loaded than imported in every process.
        runner = self._runner if notebook or dear_imports.named(files, notebooks=False) else self._for_probes
        ours, theirs = socket.socketpair()
        slot = Slot()
        try:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            with theirs, self._lock:
                order = {"work": seen_as, "limits": asdict(limits), "slot": slot.number}
                zygote = self._alive(runner)
                zygote.fork(order, theirs)
            return ForkHost(ours, work, limits, files, slot, zygote.alive, ends_as_one=namespaces)
        except BaseException:
            ours.close()
            slot.release()
            shutil.rmtree(work, ignore_errors=True)
            raise

    def close(self) -> None:
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes.clear()

    def _alive(self, runner: str) -> ZygoteHandle:
        found = self._zygotes.get(runner)
        if found is None or not found.alive():
            if found is not None:
                del self._zygotes[runner]
                found.close()
            home = self._scratch / f"zygote-{runner or 'probes'}"
            self._zygotes[runner] = ZygoteHandle({**self._settings, "runner": runner}, home)
        return self._zygotes[runner]
