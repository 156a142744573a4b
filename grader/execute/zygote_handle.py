"""The fork server's process, as the grader sees it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.execute import wire
from grader.execute.channel import Channel, WaitTimeout, wait_for
from grader.execute.environment import python_environment
from grader.model.errors import InfrastructureError
from grader.sandbox.processes import kill_tree

#: The folder that holds the package `grader`: the zygote runs with nothing but it and the installation on its path.
PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_BOOT = f"import sys; sys.path.insert(0, {str(PACKAGE_ROOT)!r}); from grader.execute.zygote import main; main()"

# Generous: these are waits for the grader's own machinery, on machines under load.
_START_S = 120.0
_FORK_S = 30.0


class ZygoteHandle:
    """One running fork server. Raises InfrastructureError where it does not start."""

    def __init__(self, settings: Mapping[str, Any], home: Path):
        home.mkdir(parents=True, exist_ok=True)
        self._log = home / "stderr.txt"
        ours, theirs = socket.socketpair()
        with theirs, self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOT, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=python_environment(home, settings["threads"]),
                cwd=home,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._control = Channel(ours, wire.OWN_FRAMES)
        try:
            self._control.send(dict(settings), deadline=time.monotonic() + _START_S)
            body = self._answer(_START_S, "the fork server did not start")
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise InfrastructureError(f"the fork server did not start: {self._last_words()}") from error
            raise
        self.has_runner: bool = body["shell"]

    def alive(self) -> bool:
        return self.process.poll() is None

    def fork(self, order: Mapping[str, Any], descriptor: socket.socket) -> None:
        """Ask for one child. Raises InfrastructureError."""
        try:
            socket.send_fds(self._control.socket, [wire.pack(order)], [descriptor.fileno()])
        except OSError as error:
            self.close()
            raise InfrastructureError(f"the fork server is gone: {error}") from error
        self._answer(_FORK_S, "no child could be started")

    def close(self) -> None:
        self._control.close()
        if self.alive():
            kill_tree(self.process.pid)
        self.process.wait()

    def _answer(self, wall_s: float, what: str) -> dict[str, Any]:
        try:
            _, frame = wait_for([self._control], deadline=time.monotonic() + wall_s)
        except WaitTimeout:
            self.close()
            raise InfrastructureError(f"{what}: no answer for {wall_s:.0f} s") from None
        if frame is None:
            self.close()
            raise InfrastructureError(f"{what}: {self._last_words()}")
        if "failed" in frame.body:
            raise InfrastructureError(f"{what}: {frame.body['failed']}")
        return frame.body

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1][:500] if lines else "the process ended without a word"
