"""Starts every session as a fresh interpreter: for platforms without fork or /proc, and without isolation.

Slower than the zygote by the imports, and with no limits but time; made for a student's own machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from grader.dialects.dialect import Dialect
from grader.execute import wire
from grader.execute.channel import Channel, WaitTimeout, wait_for
from grader.execute.environment import python_environment
from grader.execute.session import SessionEnded, answer_bounds
from grader.execute.work_folder import write_files
from grader.model.errors import InfrastructureError
from grader.model.limits import ExecutionLimits

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_BOOT = f"import sys; sys.path.insert(0, {str(_PACKAGE_ROOT)!r}); from grader.execute.spawned import main; main()"
_START_S = 120.0
_END_S = 5.0


class SpawnLauncher:
    """Makes hosts that are nothing but a folder."""

    def __init__(
        self,
        runner: str,
        forbidden: Sequence[str],
        scratch: Path,
        threads: int | None = None,
        dialect: Dialect = Dialect.TF2,
    ):
        self._settings = {"runner": runner, "forbidden": list(forbidden), "threads": threads, "dialect": str(dialect)}
        self._scratch = scratch
        self._numbers = count()
        self._seen: dict[str, Any] | None = None

    def has_runner(self) -> bool:
        return bool(self._look()["shell"])

    def open_host(self, files: Mapping[str, bytes], limits: ExecutionLimits, *, notebook: bool = False) -> SpawnHost:
        work = self._scratch / "cells" / str(next(self._numbers))
        try:
            work.mkdir(parents=True)
            write_files(work, files)
        except (OSError, ValueError) as error:
            shutil.rmtree(work, ignore_errors=True)
            raise InfrastructureError(f"the work folder could not be written: {error}") from error
        return SpawnHost(self._settings, work, limits)

    def close(self) -> None:
        """Nothing runs between sessions."""

    def _look(self) -> dict[str, Any]:
        if self._seen is None:
            host = self.open_host({}, ExecutionLimits())
            try:
                session = host.start(0, with_runner=True)
                self._seen = session.greeting
                session.close()
            finally:
                host.discard()
        return self._seen


class SpawnHost:
    """A work folder; every session is a new process in it."""

    def __init__(self, settings: Mapping[str, Any], work: Path, limits: ExecutionLimits):
        self._settings = settings
        self._work = work
        self._limits = limits
        self._sessions: list[SpawnSession] = []

    def open_session(self, seed: int, *, notebook: bool = False) -> SpawnSession:
        return self.start(seed, with_runner=notebook)

    def start(self, seed: int, *, with_runner: bool) -> SpawnSession:
        settings = {
            **self._settings,
            "runner": (self._settings["runner"] or None) if with_runner else None,
            "seed": seed,
            "array_bytes": self._limits.array_bytes,
        }
        session = SpawnSession(settings, self._work, self._limits)
        self._sessions.append(session)
        return session

    def usable(self) -> bool:
        return True

    def pristine(self) -> bool:
        # Not looked at: nothing is isolated here, so only one's own code is run.
        return True

    def discard(self) -> None:
        for session in self._sessions:
            session.close()
        shutil.rmtree(self._work, ignore_errors=True)


class SpawnSession:
    """One fresh interpreter. `greeting` holds the versions that it sees."""

    def __init__(self, settings: Mapping[str, Any], work: Path, limits: ExecutionLimits):
        home = work / ".home"
        home.mkdir(exist_ok=True)
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-c", _BOOT, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=python_environment(home, settings["threads"]),
                    cwd=work,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            raise InfrastructureError(f"no process could be started: {error}") from error
        self._channel = Channel(ours, answer_bounds(limits))
        deadline = time.monotonic() + _START_S
        try:
            self._channel.send(dict(settings), deadline=deadline)
            _, frame = wait_for([self._channel], deadline=deadline)
        except (OSError, WaitTimeout) as error:
            self.close()
            raise InfrastructureError(f"the process did not start: {type(error).__name__}") from error
        if frame is None:
            self.close()
            raise InfrastructureError("the process ended before it was ready")
        self.greeting: dict[str, Any] = frame.body

    def send(self, body: Any, blobs: Sequence[bytes], deadline: float) -> None:
        try:
            self._channel.send(body, blobs, deadline=deadline)
        except OSError:
            raise self._ended() from None

    def receive(self, deadline: float) -> wire.Frame:
        _, frame = wait_for([self._channel], deadline=deadline)
        if frame is None:
            raise self._ended()
        return frame

    def close(self) -> None:
        self._channel.close()
        self._kill_group()
        self._process.wait()

    def _ended(self) -> SessionEnded:
        try:
            code = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:  # it closed its socket and went on
            self._kill_group()
            code = self._process.wait()
        return SessionEnded(code)

    def _kill_group(self) -> None:
        try:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        except (ProcessLookupError, PermissionError):  # all of the group has ended
            pass
