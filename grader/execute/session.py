"""What the grader needs of a process that runs student code, however it was started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from grader.execute import wire
from grader.model.limits import MEBIBYTE, ExecutionLimits

_HEADER_BYTES = 8 * MEBIBYTE


class OutOfMemory(Exception):
    """The watchdog saw the process and its descendants hold more memory than allowed."""


class SessionEnded(Exception):
    """The process is gone. `code` is its exit code, negative for a signal, None where nobody could say."""

    def __init__(self, code: int | None):
        super().__init__(code)
        self.code = code


class Session(Protocol):
    """One process that runs one item's calls, or one notebook."""

    def send(self, body: Any, blobs: Sequence[bytes], deadline: float) -> None:
        """Ask. Raises WaitTimeout or SessionEnded."""

    def receive(self, deadline: float) -> wire.Frame:
        """Await one answer. Raises WaitTimeout, OutOfMemory, SessionEnded, MalformedFrame."""

    def close(self) -> None:
        """End the process and everything it started."""


class Host(Protocol):
    """A place with the work folder in it, in which sessions are started one after the other."""

    def open_session(self, seed: int, *, notebook: bool = False) -> Session:
        """A process that has run no student code yet; `notebook`: it will be asked for one.

        Raises InfrastructureError.
        """

    def usable(self) -> bool:
        """Whether it still runs."""

    def pristine(self) -> bool:
        """Whether its work folder still holds what it was given, and nothing else."""

    def discard(self) -> None:
        """Kill whatever runs there and remove the folder."""


class Launcher(Protocol):
    """Makes hosts."""

    def has_runner(self) -> bool:
        """Whether notebooks can be run. Raises InfrastructureError."""

    def open_host(self, files: Mapping[str, bytes], limits: ExecutionLimits, *, notebook: bool = False) -> Host:
        """A host with `files` as its work folder; one for a notebook can run probes as well. Raises InfrastructureError."""

    def close(self) -> None:
        """End all processes."""


def answer_bounds(limits: ExecutionLimits) -> wire.FrameBounds:
    """Bounds of frames from student code: a value's arrays, its arguments' arrays, and a cell's outputs."""
    return wire.FrameBounds(header_bytes=_HEADER_BYTES + 8 * limits.output_bytes, blob_bytes=2 * limits.array_bytes)
