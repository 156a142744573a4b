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
from types import ModuleType
from typing import Any

import ipykernel.kernelapp  # noqa: F401 (so that a missing kernel shows here, not in the sandbox)
import nbformat
import zmq.asyncio  # noqa: F401 (dear to import; done once, before the fork)
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from grader.dialects.dialect import Dialect
from grader.execute.exit_codes import KERNEL_DIED
from grader.execute.outputs import KNOWN_MIME_TYPES, Output, OutputList
from grader.execute.tracebacks import MOST_FRAMES
from grader.probes import frameworks, old_numpy

# Five sockets: the folder is the kernel's and ours alone, so fixed numbers do.
_PORTS = dict(shell_port=1, iopub_port=2, stdin_port=3, hb_port=4, control_port=5)
#: Modules given as text stay importable under their names, and are forgotten once they have done their work.
_TENSORFLOW_1 = """
import sys
import importlib.util

class _Given:
    def find_spec(self, name, path=None, target=None):
        if name in _sources:
            return importlib.util.spec_from_loader(name, self, is_package=_sources[name][0])

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(_sources[module.__name__][1], module.__name__, "exec"), vars(module))

sys.meta_path.insert(0, _Given())
import {runtime}
sys.modules["{runtime}"].install()
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Given)]
for _name in _sources:
    sys.modules.pop(_name, None)
"""
_START_KERNEL = """
import random
import numpy
from ipykernel.kernelapp import launch_new_instance
from ipykernel.iostream import IOPubThread
from ipykernel.zmqshell import ZMQInteractiveShell

# The default wants a terminal, and there is none in a sandbox.
ZMQInteractiveShell.system = ZMQInteractiveShell.system_raw
# A TCP port through which forked processes could print: there is no network, and asking for one aborts.
IOPubThread._setup_pipe_in = lambda thread: setattr(thread, "_pipe_flag", False)
random.seed({seed})
numpy.random.seed({seed})
launch_new_instance()
"""
_CELL_FRAME = re.compile(r"Cell In\s?\[(?P<where>(?P<cell>\d+))\], line (?P<line>\d+)(?:, in (?P<function>\w+))?")
_FILE_FRAME = re.compile(r"File (?P<where>[^\n]*?):(?P<line>\d+)(?:, in (?P<function>\w+))?")
_ARROW = re.compile(r"^-+> \d+ (?P<source>.*)$", re.MULTILINE)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


_FUTURE = "from __future__ import annotations"


def _source(module: ModuleType) -> str:
    """The module's text, to stand behind others: what must be a program's first statement is left out."""
    return inspect.getsource(module).replace(_FUTURE, "")


def _dialect_start(dialect: Dialect) -> str:
    """What makes a kernel find that TensorFlow; empty for the present one."""
    if dialect is Dialect.TF2:
        return ""
    from grader.dialects.tf1 import runtime

    runtime_name = runtime.__name__
    packages = {"grader", "grader.dialects", runtime_name.rpartition(".")[0]}
    modules = [name for name in sys.modules if name in packages or name.startswith("grader.dialects.tf1.")]
    sources = {name: (name in packages, inspect.getsource(sys.modules[name]) or "") for name in modules}
    return f"_sources = {sources!r}{_TENSORFLOW_1.replace('{runtime}', runtime_name)}"


class NbclientRunner:
    """Callable as a `NotebookRunner`; holds the source of the stand-ins that the kernel starts with."""

    def __init__(self, forbidden: Sequence[str], dialect: Dialect = Dialect.TF2):
        stand_ins = f"install_stand_ins({list(forbidden)!r})"
        # The grader's files are out of the kernel's sight, so it gets the modules that it needs as text.
        self._start = "\n".join(
            (
                _FUTURE,
                _source(frameworks),
                stand_ins,
                _source(old_numpy),
                "restore_dropped_names()",
                _dialect_start(dialect),
                _START_KERNEL,
            )
        )

    def __call__(self, request: Mapping[str, Any], answer: Callable[[Any], None]) -> None:
        """Run the cells ``sources``, each answered with its outputs and its error."""
        _save_font_list()
        cells = [nbformat.v4.new_code_cell(source) for source in request["sources"]]
        notebook = nbformat.v4.new_notebook(cells=cells)

        def executed(cell: Any, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
            content = execute_reply["content"]
            error = None
            if content["status"] == "error":
                error = [str(content["ename"]), str(content["evalue"]), _frames(content["traceback"], request["work"])]
            outputs = _bounded(cell.outputs, request["output_bytes"])
            answer({"cell": cell_index, "outputs": outputs, "execution_count": cell_index + 1, "error": error})

        client = NotebookClient(
            notebook,
            km=self._kernel_manager(request["seed"]),
            allow_errors=True,
            timeout=None,
            startup_timeout=120,
            on_cell_executed=executed,
            resources={"metadata": {"path": request["work"]}},
        )
        try:
            client.execute()
        except DeadKernelError:
            os._exit(KERNEL_DIED)
        except Exception as error:  # the kernel did not start: not the notebook's doing
            answer(
                {"fault": f"the kernel could not be run: {type(error).__name__}: {error}; {request['drain']()[-1000:]}"}
            )

    def _kernel_manager(self, seed: int) -> AsyncKernelManager:
        # Relative, because a socket's path may have only some hundred characters.
        home = Path(os.path.relpath(os.environ["HOME"]))
        manager = AsyncKernelManager(
            transport="ipc", ip=str(home / "kernel"), connection_file=str(home / "kernel.json"), **_PORTS
        )
        manager.kernel_spec.argv = [
            sys.executable,
            "-c",
            self._start.replace("{seed}", str(seed)),
            "-f",
            "{connection_file}",
            "--HistoryManager.enabled=False",
            "--InteractiveShell.colors=nocolor",
        ]
        return manager


def _save_font_list() -> None:
    """Spare the kernel the search for fonts, whose tool complains in a sandbox that has no fonts."""
    manager = sys.modules.get("matplotlib.font_manager")
    if manager is not None:
        folder = Path(os.environ["MPLCONFIGDIR"])
        folder.mkdir(parents=True, exist_ok=True)
        manager.json_dump(manager.fontManager, folder / f"fontlist-v{manager.FontManager.__version__}.json")


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


def _frames(traceback: Sequence[str], work: str) -> list[str]:
    """Where in the notebook or in the work folder an error came from, read off a kernel's written traceback."""
    frames = []
    for entry in traceback:
        entry = _ANSI.sub("", str(entry))
        place = _CELL_FRAME.match(entry) or _FILE_FRAME.match(entry)
        if not place:
            continue
        where = place["where"]
        if "cell" not in place.groupdict() and not where.startswith(work):
            continue
        name = f"cell {where}" if "cell" in place.groupdict() else where[len(work) :].lstrip("/")
        function = f", in {place['function']}" if place["function"] else ""
        source = _ARROW.search(entry)
        text = f"{name}, line {place['line']}{function}" + (f": {source['source'].strip()}" if source else "")
        frames.append(text[:400])
    return frames if len(frames) <= MOST_FRAMES else frames[:5] + frames[-(MOST_FRAMES - 5) :]
