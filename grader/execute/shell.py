"""Runs notebook cells in an IPython shell that has no kernel and no thread, and so can be built before the fork."""

from __future__ import annotations

import base64
import builtins
import getpass
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import print_figure
from matplotlib import pyplot
from traitlets.config import Config

from grader.execute.capture import TextSink
from grader.execute.outputs import KNOWN_MIME_TYPES, OutputList
from grader.execute.tracebacks import student_error
from grader.probes.frameworks import forget_uses
from grader.probes.namespace import use_namespace


class _Publisher(DisplayPublisher):
    def publish(  # type: ignore[override]
        self,
        data: Mapping[str, Any],
        metadata: object = None,
        *,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **_ignored: object,
    ) -> None:
        kind = "update_display_data" if update else "display_data"
        output: dict[str, Any] = {"output_type": kind, "data": _textual(data)}
        if transient and type(display := transient.get("display_id")) is str:
            output["display_id"] = display
        self.shell.outputs.add(output)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Mapping[str, Any], md_dict: object = None) -> None:
        self.shell.outputs.add(
            {
                "output_type": "execute_result",
                "data": _textual(format_dict),
                "execution_count": self.prompt_count,
            }
        )

    def finish_displayhook(self) -> None:
        self._is_active = False


class NotebookShell(InteractiveShell):
    """An InteractiveShell whose outputs are collected as nbformat outputs of the running cell."""

    display_pub_class = _Publisher
    displayhook_class = _Hook

    def __init__(self, **settings: Any):
        self.__dict__["outputs"] = OutputList(0)
        super().__init__(**settings)

    def init_virtualenv(self) -> None:
        pass

    def init_io(self) -> None:
        pass

    def enable_gui(self, gui: str | None = None) -> None:
        pass

    def ask_exit(self) -> None:
        pass

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outputs.add(
            {"output_type": "error", "ename": etype.__name__, "evalue": _text_of(evalue), "traceback": list(stb)}
        )

    def system(self, cmd: str) -> None:
        """``!command``: its output is the cell's; there is no terminal and nothing to read."""
        with subprocess.Popen(
            self.var_expand(cmd, depth=1),
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            assert process.stdout is not None
            while data := process.stdout.read1(65_536):
                sys.stdout.write(data.decode("utf-8", "replace"))
        self.user_ns["_exit_code"] = process.returncode


def build_shell() -> NotebookShell:
    """The process's one shell, ready to run cells; starts no thread. Plots appear as in a notebook."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autocall = 0
    shell = NotebookShell.instance(config=config)
    shell.run_line_magic("matplotlib", "inline")
    _warm_up(shell)
    return shell


def _warm_up(shell: NotebookShell) -> None:
    """Does once what the first cell and the first plot of every notebook would do: fonts, caches, generated code."""
    shell.run_cell("None", store_history=False, silent=True)
    figure = pyplot.figure()
    axes = figure.add_subplot(title="0")
    axes.plot([0, 1], label="0")
    axes.legend()
    axes.imshow([[0, 1]])
    print_figure(figure)
    pyplot.close(figure)


def run_notebook(request: Mapping[str, Any], answer: Callable[[Any], None]) -> None:
    """Run the cells ``sources``, each answered with its outputs and its error, at most ``output_bytes`` a cell."""
    shell = NotebookShell.instance()
    use_namespace(shell.user_ns)
    builtins.input = getpass.getpass = _no_input  # type: ignore[assignment]
    for number, source in enumerate(request["sources"]):
        answer({"cell": number, **_run_cell(shell, source, request)})


def _run_cell(shell: NotebookShell, source: str, request: Mapping[str, Any]) -> dict[str, Any]:
    outputs = OutputList(request["output_bytes"])
    shell.__dict__["outputs"] = outputs
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = TextSink("stdout", outputs.write), TextSink("stderr", outputs.write)
    forget_uses()
    try:
        result = shell.run_cell(source, store_history=True)
        raised = result.error_before_exec or result.error_in_exec
    except BaseException as escaped:
        raised = escaped
        outputs.add(
            {"output_type": "error", "ename": type(escaped).__name__, "evalue": _text_of(escaped), "traceback": []}
        )
    finally:
        sys.stdout, sys.stderr = streams
    outputs.write("stdout", request["drain"]())
    error = None
    if raised is not None:
        told = student_error(raised, request["work"])
        error = [told.type, told.message, list(told.frames)]
    return {"outputs": outputs.finish(), "execution_count": shell.execution_count - 1, "error": error}


def _no_input(*_prompt: object, **_options: object) -> str:
    __tracebackhide__ = True
    raise StdinNotImplementedError("input was called, but nobody is there to answer when notebooks are graded.")


def _textual(data: Mapping[str, Any]) -> dict[str, str]:
    texts = {}
    for kind, value in data.items():
        if kind not in KNOWN_MIME_TYPES:
            continue
        if type(value) is bytes:
            value = base64.b64encode(value).decode("ascii")
        if type(value) is str:
            texts[kind] = value
    return texts


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # a student's own __str__ may do anything
        return ""
