"""The sandboxed child: enters its cell, writes the work folder, and forks an inner process for every item.

It never runs student code itself. It reaps and kills what an item leaves behind, so that the next item starts
clean, and ends when the grader closes its channel. The inner processes talk to the grader over sockets of their own,
which the grader makes and hands in: what an item leaves behind cannot speak for the next one.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from grader.execute import dear_imports, wire
from grader.execute.environment import python_environment
from grader.execute.exit_codes import FAILED
from grader.execute.process_control import adopt_orphans, die_with_parent, kill_everything_below
from grader.execute.serve import NotebookRunner, serve
from grader.execute.values import ValueBounds
from grader.execute.work_folder import facts, still_holds, write_files
from grader.model.limits import ExecutionLimits
from grader.sandbox import CellPolicy, Sandbox


@dataclass(frozen=True, slots=True)
class ChildOrder:
    """What the zygote was asked for: where the child works, how much it may use, which slot and how many threads it has."""

    work: Path
    limits: ExecutionLimits
    slot: int
    threads: int | None = None


def run_child(
    channel: socket.socket,
    order: ChildOrder,
    sandbox: Sandbox,
    foreign_descriptors: Collection[int],
    run_notebook: NotebookRunner | None,
) -> NoReturn:
    """Be the child, in the process just forked by the zygote. `foreign_descriptors` are the zygote's, to be closed."""
    try:
        _leave_zygote(channel, foreign_descriptors)
        # Sent before anything else: the kernel tells the grader this process's id along with it.
        wire.send(channel, {"hello": True})
        sandbox.enter_cell(CellPolicy(work=str(order.work), limits=order.limits, slot=order.slot))
        die_with_parent()
        adopt_orphans()
        _set_environment(order.threads)
        wire.send(channel, {"ready": True})
    except BaseException as error:
        _report_failure(channel, error)
    try:
        _Host(channel, order, sandbox, run_notebook).loop()
    except BaseException as error:
        _report_failure(channel, error)
    os._exit(0)


def _leave_zygote(channel: socket.socket, foreign_descriptors: Collection[int]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor in foreign_descriptors:
        if descriptor > 2 and descriptor != channel.fileno():
            try:
                os.close(descriptor)
            except OSError:  # it was open only while the list was made
                pass
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _set_environment(threads: int | None) -> None:
    # The sandbox has chosen where home and temporary files are; nothing else of the zygote's is kept.
    home, temporary = os.environ["HOME"], os.environ["TMPDIR"]
    os.environ.clear()
    os.environ.update(python_environment(Path(home), threads) | {"TMPDIR": temporary})
    tempfile.tempdir = None
    # As the variable says, which was read when the zygote started: a compiled file would be imported by the next item.
    sys.dont_write_bytecode = True


def _report_failure(channel: socket.socket, error: BaseException) -> NoReturn:
    try:
        wire.send(channel, {"failed": f"{type(error).__name__}: {error}"[:500]})
    finally:
        os._exit(FAILED)


class _Host:
    """Serves the grader's orders: ``files``, ``item`` (with the item's socket), ``end``."""

    def __init__(
        self, channel: socket.socket, order: ChildOrder, sandbox: Sandbox, run_notebook: NotebookRunner | None
    ):
        self._channel = channel
        self._order = order
        self._sandbox = sandbox
        self._kills_all_at_once = sandbox.signals_stay_inside
        self._run_notebook = run_notebook
        self._inner: int | None = None
        self._inner_handle = -1
        self._item = 0
        self._folder = facts(order.work)

    def loop(self) -> None:
        poller = select.poll()
        poller.register(self._channel, select.POLLIN)
        while True:
            if self._inner is not None:
                poller.register(self._inner_handle, select.POLLIN)
            ready = {descriptor for descriptor, _ in poller.poll()}
            if self._inner is not None:
                poller.unregister(self._inner_handle)
            if self._inner is not None and self._inner_handle in ready:
                self._end_item()
            if self._channel.fileno() in ready:
                frame, descriptor = wire.receive_with_descriptor(self._channel)
                if frame is None:
                    kill_everything_below(self._kills_all_at_once)
                    return
                self._obey(frame, descriptor)

    def _obey(self, frame: wire.Frame, descriptor: int | None) -> None:
        order: Mapping[str, Any] = frame.body
        match order["op"]:
            case "files":
                files = dict(zip(order["paths"], frame.blobs, strict=True))
                write_files(self._order.work, files)
                self._folder = facts(self._order.work)
                dear_imports.preload(files, notebooks=self._run_notebook is not None)
                wire.send(self._channel, {"written": True})
            case "item":
                assert descriptor is not None
                self._start_item(order, descriptor)
            case "end" if order["item"] == self._item and self._inner is not None:
                self._end_item()

    def _start_item(self, order: Mapping[str, Any], descriptor: int) -> None:
        self._item = order["item"]
        try:
            process = os.fork()
        except OSError as error:
            os.close(descriptor)
            wire.send(self._channel, {"ended": self._item, "fault": f"fork refused: {error}"})
            return
        if process == 0:
            self._be_inner(descriptor, order["seed"])
        os.close(descriptor)
        self._inner, self._inner_handle = process, os.pidfd_open(process)

    def _be_inner(self, descriptor: int, seed: int) -> NoReturn:
        try:
            die_with_parent()
            os.setsid()
            self._channel.close()
            self._sandbox.enter_fork()
            # Ignored up to here: what a hand-in sends to its parent is to end nothing but the hand-in.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            bounds = ValueBounds(array_bytes=self._order.limits.array_bytes)
            serve(socket.socket(fileno=descriptor), seed, bounds, self._run_notebook)
        finally:
            os._exit(FAILED)

    def _end_item(self) -> None:
        assert self._inner is not None
        exited, status = os.waitpid(self._inner, os.WNOHANG)
        if exited == 0:
            os.kill(self._inner, signal.SIGKILL)
            _, status = os.waitpid(self._inner, 0)
        os.close(self._inner_handle)
        self._inner = None
        if not kill_everything_below(self._kills_all_at_once):
            os._exit(FAILED)  # the grader sees this, kills the whole tree and starts afresh
        code = os.waitstatus_to_exitcode(status)
        # The next item must find the files that were handed in, and no others that would be imported in their place.
        changed = not still_holds(self._order.work, self._folder)
        wire.send(self._channel, {"ended": self._item, "code": code, "changed": changed})
