"""Starts processes by forking a warm zygote. Linux only."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path

from grader.execute.fork_host import ForkHost
from grader.execute.slots import Slot
from grader.execute.zygote_handle import PACKAGE_ROOT, ZygoteHandle
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.sandbox import WallPolicy

_OWN_WORK = "/submission"


class ForkLauncher:
    """Owns one zygote, started when first needed and again after its death."""

    def __init__(self, level: IsolationLevel, runner: str, forbidden: Sequence[str], scratch: Path, wall: WallPolicy):
        self._settings = {
            "level": str(level),
            "runner": runner,
            "forbidden": list(forbidden),
            "package_root": str(PACKAGE_ROOT),
            "wall": asdict(wall),
        }
        self._scratch = scratch
        self._level = level
        self._lock = threading.Lock()
        self._zygote: ZygoteHandle | None = None
        self._numbers = count()

    def environment(self) -> dict[str, str]:
        return dict(self._alive().environment)

    def has_runner(self) -> bool:
        return self._alive().has_runner

    def alive(self) -> bool:
        """Whether the zygote runs; a child that died together with it died of no fault of its own."""
        return self._zygote is not None and self._zygote.alive()

    def open_host(self, files: Mapping[str, bytes], limits: ExecutionLimits) -> ForkHost:
        work = self._scratch / "cells" / str(next(self._numbers))
        work.mkdir(parents=True)
        # Where a file system of its own is mounted, any path will do, and a plain one reads well in tracebacks.
        namespaces = self._level is IsolationLevel.NAMESPACES
        seen_as = _OWN_WORK if namespaces else str(work)
        ours, theirs = socket.socketpair()
        slot = Slot()
        try:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            with theirs, self._lock:
                order = {"work": seen_as, "limits": asdict(limits), "slot": slot.number}
                self._alive().fork(order, theirs)
            return ForkHost(ours, work, limits, files, slot, self.alive, ends_as_one=namespaces)
        except BaseException:
            ours.close()
            slot.release()
            shutil.rmtree(work, ignore_errors=True)
            raise

    def close(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None

    def _alive(self) -> ZygoteHandle:
        if not self.alive():
            self.close()
            self._zygote = ZygoteHandle(self._settings, self._scratch)
        assert self._zygote is not None
        return self._zygote
