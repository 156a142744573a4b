"""The cross-check runner: a real ipykernel driven by nbclient, both inside the sandbox, over local sockets.

Slower than the prebuilt shell by a kernel's start, and the reference for what a notebook's outputs should be.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ipykernel.kernelapp  # noqa: F401 (so that a missing kernel shows here, not in the sandbox)
import nbformat
import zmq.asyncio  # noqa: F401 (dear to import; done once, before the fork)
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from grader.execute.outputs import KNOWN_MIME_TYPES, Output, OutputList
from grader.probes import frameworks

# Five sockets: the folder is the kernel's and ours alone, so fixed numbers do.
_PORTS = dict(shell_port=1, iopub_port=2, stdin_port=3, hb_port=4, control_port=5)
_START_KERNEL = """
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class NbclientRunner:
    """Callable as a `NotebookRunner`; holds the source of the stand-ins that the kernel starts with."""

    def __init__(self, forbidden: Sequence[str]):
        stand_ins = f"install_stand_ins({list(forbidden)!r})"
        # The grader's files are out of the kernel's sight, so it gets the one module it needs as text.
        self._start = "\n".join((inspect.getsource(frameworks), stand_ins, _START_KERNEL))

    def __call__(self, request: Mapping[str, Any], answer: Callable[[Any], None]) -> None:
        """Run the cells ``sources``, each answered with its outputs and its error."""
        cells = [nbformat.v4.new_code_cell(source) for source in request["sources"]]
        notebook = nbformat.v4.new_notebook(cells=cells)

        def executed(cell: Any, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
            content = execute_reply["content"]
            error = None
            if content["status"] == "error":
                error = [str(content["ename"]), str(content["evalue"]), _frames(content["traceback"])]
            outputs = _bounded(cell.outputs, request["output_bytes"])
            answer({"cell": cell_index, "outputs": outputs, "execution_count": cell_index + 1, "error": error})

        client = NotebookClient(
            notebook,
            km=self._kernel_manager(),
            allow_errors=True,
            timeout=None,
            startup_timeout=120,
            on_cell_executed=executed,
            resources={"metadata": {"path": request["work"]}},
        )
        client.execute()

    def _kernel_manager(self) -> AsyncKernelManager:
        # Relative, because a socket's path may have only some hundred characters.
        home = Path(os.environ["HOME"]).relative_to(os.getcwd())
        manager = AsyncKernelManager(
            transport="ipc", ip=str(home / "kernel"), connection_file=str(home / "kernel.json"), **_PORTS
        )
        manager.kernel_spec.argv = [
            sys.executable,
            "-c",
            self._start,
            "-f",
            "{connection_file}",
            "--HistoryManager.enabled=False",
            "--InteractiveShell.colors=nocolor",
        ]
        return manager


def _bounded(outputs: Sequence[Mapping[str, Any]], most_bytes: int) -> list[Output]:
    bounded = OutputList(most_bytes)
    for output in outputs:
        if output["output_type"] == "stream":
            bounded.write(output["name"], output["text"])
            continue
        kept = {key: value for key, value in output.items() if key != "metadata"}
        if "data" in kept:
            kept["data"] = {
                kind: text for kind, text in kept["data"].items() if kind in KNOWN_MIME_TYPES and type(text) is str
            }
        bounded.add(kept)
    return bounded.finish()


def _frames(traceback: Sequence[str]) -> list[str]:
    """Where in the notebook or in the work folder an error came from, read off a kernel's written traceback."""
    frames = []
    for entry in traceback:
        place = re.match(r"(?:File|Cell) ([^\n]*)", _ANSI.sub("", str(entry)))
        if place:
            frames.append(place.group(1)[:400])
    return frames[-20:]
