"""TensorFlow's own computing of single operations, for a grader that imports no TensorFlow: asks a process of its own."""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.execute import wire
from grader.execute.channel import Channel, WaitTimeout, wait_for
from grader.execute.environment import python_environment
from grader.execute.raw_operations import BOUNDS
from grader.execute.values import Decoder, Encoder
from grader.execute.zygote_handle import PACKAGE_ROOT
from grader.model.errors import InfrastructureError

_BOOT = f"import sys; sys.path.insert(0, {str(PACKAGE_ROOT)!r}); from grader.execute.raw_operations import main; main()"
# Generous: importing TensorFlow takes seconds, and more on a machine under load.
_START_S = 180.0
#: Longer than one operation of any network of the assignment takes on a batch.
_ANSWER_S = 120.0
_LEAVE_S = 5.0


class OperationRefused(Exception):
    """TensorFlow does not compute this operation on these inputs; the text is its reason."""


class OperationProcess:
    """One such process. Raises InfrastructureError where it does not start, or ends before its time."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOT, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=python_environment(Path(tempfile.gettempdir())),
                pass_fds=(theirs.fileno(),),
            )
        self._channel = Channel(ours, wire.OWN_FRAMES)
        self._answer(_START_S)

    def alive(self) -> bool:
        return self._process.poll() is None

    def computed(
        self,
        op: str,
        attributes: Mapping[str, Any],
        inputs: Sequence[np.ndarray],
        upstream: np.ndarray | None = None,
        wanted: Sequence[int] = (),
    ) -> list[np.ndarray]:
        """The operation's outputs; with `upstream`, the gradient to its output, those to the inputs at places `wanted`.

        `op` and `attributes` are TensorFlow's; see `grader.execute.raw_operations` for those that are known. Raises
        OperationRefused, InfrastructureError.
        """
        encoder = Encoder(BOUNDS)
        request = {
            "op": op,
            "attributes": dict(attributes),
            "inputs": list(inputs),
            "upstream": upstream,
            "wanted": list(wanted),
        }
        body = encoder.encode(request)
        try:
            self._channel.send(body, encoder.blobs, deadline=time.monotonic() + _ANSWER_S)
        except (OSError, WaitTimeout) as error:
            raise self._gone(type(error).__name__) from error
        frame = self._answer(_ANSWER_S)
        answer = Decoder(frame.blobs, BOUNDS).decode(frame.body)
        if "refused" in answer:
            raise OperationRefused(str(answer["refused"]))
        return answer["computed"]

    def close(self) -> None:
        """Ends the process: it leaves when its socket is closed."""
        self._channel.close()
        try:
            self._process.wait(_LEAVE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answer(self, wall_s: float) -> wire.Frame:
        try:
            _, frame = wait_for([self._channel], deadline=time.monotonic() + wall_s)
        except WaitTimeout:
            raise self._gone(f"no answer for {wall_s:.0f} s") from None
        if frame is None:
            raise self._gone("it ended")
        return frame

    def _gone(self, reason: str) -> InfrastructureError:
        self._process.kill()
        self.close()
        return InfrastructureError(f"the process that computes with TensorFlow: {reason}")


class _Shared:
    """The one that this process uses, made when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: OperationProcess | None = None

    def computed(self, *request: Any) -> list[np.ndarray]:
        with self._lock:
            if self._process is None or not self._process.alive():
                self._process = OperationProcess()
                atexit.register(self._process.close)
            return self._process.computed(*request)

    def close(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.close()
                atexit.unregister(self._process.close)
                self._process = None


#: Started at the first operation asked of it; ends with this process, if it is not closed before.
SHARED = _Shared()
