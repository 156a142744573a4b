"""The fork server: imports everything once, enters the outer wall, and forks a child for every request.

It runs no student code and no operation that starts a thread, holds no secret (children inherit its memory), and
ends when the grader does. The order is: imports, shell, wall, freeze, large pages, check for one thread, serve.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.dialects.dialect import Dialect
from grader.execute import large_pages, wire
from grader.execute.child import ChildOrder, run_child
from grader.execute.preloading import import_packages
from grader.execute.process_control import adopt_orphans, die_with_parent, reap_ended
from grader.execute.runners import preload_runner
from grader.execute.serve import NotebookRunner, own_modules
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.probes.frameworks import install_stand_ins
from grader.probes.old_numpy import restore_dropped_names
from grader.sandbox import Sandbox, WallPolicy, sandbox_for

#: Imported before the fork where installed: what nearly every hand-in imports, and what is dear to import.
_PRELOADED = ("numpy.lib.format", "numpy.testing")
_PRELOADED_FOR_NOTEBOOKS = (
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "PIL.PngImagePlugin",
    "PIL.JpegImagePlugin",
)


def main() -> None:
    """Entry of the process: argument 1 is the control socket's descriptor, all else comes over it."""
    control = socket.socket(fileno=int(sys.argv[1]))
    sys.argv[1:] = []
    frame = wire.receive(control)
    if frame is None:
        return
    try:
        zygote = Zygote(control, frame.body)
        wire.send(control, {"ready": True, "shell": zygote.has_shell})
    except BaseException as error:
        wire.send(control, {"failed": f"{type(error).__name__}: {error}"[:1000]})
        raise
    zygote.serve()


class Zygote:
    """State of the fork server. `settings` are ``level``, ``runner`` (empty: for probes only), ``forbidden``,
    ``preload`` (packages), ``dialect``, ``threads`` and the wall's paths."""

    def __init__(self, control: socket.socket, settings: Mapping[str, Any]):
        self._control = control
        self._parent = _handle_of_parent()
        self._threads: int | None = settings["threads"]
        adopt_orphans()
        install_stand_ins(settings["forbidden"])
        runner = settings["runner"]
        for module in (*_PRELOADED, *(_PRELOADED_FOR_NOTEBOOKS if runner else ())):
            _import_if_installed(module)
        if settings["dialect"] == Dialect.TF1:
            from grader.dialects.tf1 import runtime as tensorflow_1

            tensorflow_1.install()
            tensorflow_1.preload()
        import_packages(settings["preload"])
        restore_dropped_names()
        self._run_notebook: NotebookRunner | None = (
            preload_runner(runner, settings["forbidden"], Dialect(settings["dialect"])) if runner else None
        )
        # A child's end wakes the loop up. It is waited for, and not left to the kernel, which would not count its time.
        self._woken, waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        # Children close what is open by now; what the sandbox opens from here on is its own business.
        self._descriptors = [int(name) for name in os.listdir("/proc/self/fd")]
        self._sandbox: Sandbox = sandbox_for(IsolationLevel(settings["level"]))
        # Nothing of the grader is imported from here on: the wall hides its files.
        sys.path[:] = [entry for entry in sys.path if entry != settings["package_root"]]
        wall = settings["wall"]
        self._sandbox.enter_wall(
            WallPolicy(
                tuple(wall["readable"]), tuple(wall["hidden"]), scratch=wall["scratch"], devices=tuple(wall["devices"])
            )
        )
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        own_modules()
        gc.collect()
        gc.freeze()
        large_pages.gather()
        threads = len(os.listdir("/proc/self/task"))
        if threads != 1:
            raise RuntimeError(f"{threads} threads before the first fork")

    @property
    def has_shell(self) -> bool:
        """Whether notebooks can be run."""
        return self._run_notebook is not None

    def serve(self) -> None:
        """Fork until the grader closes the control socket or ends."""
        poller = select.poll()
        poller.register(self._control, select.POLLIN)
        if self._parent is not None:
            poller.register(self._parent, select.POLLIN)
        poller.register(self._woken, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poller.poll()}
            if self._woken in ready:
                _empty(self._woken)
                reap_ended()
            if ready == {self._woken}:
                continue
            if self._control.fileno() not in ready:
                return
            frame, descriptor = wire.receive_with_descriptor(self._control)
            if frame is None or descriptor is None:
                return
            self._fork(frame.body, descriptor)

    def _fork(self, order: Mapping[str, Any], descriptor: int) -> None:
        try:
            process = os.fork()
        except OSError as error:
            os.close(descriptor)
            wire.send(self._control, {"failed": f"fork refused: {error}"})
            return
        if process == 0:
            run_child(
                socket.socket(fileno=descriptor),
                ChildOrder(Path(order["work"]), ExecutionLimits(**order["limits"]), order["slot"], self._threads),
                self._sandbox,
                self._descriptors,
                self._run_notebook,
            )
        os.close(descriptor)
        wire.send(self._control, {"forked": True})


def _handle_of_parent() -> int | None:
    """A descriptor that becomes readable when the grader's process ends, whichever of its threads started us."""
    try:
        return os.pidfd_open(os.getppid())
    except OSError:  # an old kernel: be killed when the thread that started us ends
        die_with_parent()
        return None


def _empty(descriptor: int) -> None:
    try:
        while os.read(descriptor, 4096):
            pass
    except BlockingIOError:
        pass


def _import_if_installed(module: str) -> None:
    try:
        importlib.import_module(module)
    except ImportError:
        pass
