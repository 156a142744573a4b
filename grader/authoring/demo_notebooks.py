"""Makes a team's notebooks: the hand-out's, with the outputs that running them had stored."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.authoring.demo_code.body import Filling
from grader.authoring.demo_layers import with_bodies
from grader.authoring.markers import contains_marker

Output = dict[str, Any]
Cell = dict[str, Any]
#: Stored outputs by the id of their cell. A cell that is not named was never run.
Outputs = Mapping[str, Sequence[Output]]

#: Longest time for the self-tests of one sample, in seconds: they take about one.
_TESTS_WALL_S = 120.0

#: Runs the cells that call the self-tests of a `layer_utils.py`, and says what Jupyter would have stored. It runs our own
#: samples only, and none that would not come to an end.
_RUNNER = """
import contextlib, io, json, sys, types

given = json.load(sys.stdin)
module = types.ModuleType("layer_utils")
exec(compile(given["source"], "layer_utils.py", "exec"), module.__dict__)
names = {name: value for name, value in vars(module).items() if name.startswith("Test_")}
outputs = {}
for cell_id, source in given["cells"].items():
    printed, found = io.StringIO(), []
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(source, cell_id, "exec"), names)
    except Exception as error:
        kind, said = type(error).__name__, str(error)
        found = [{"output_type": "error", "ename": kind, "evalue": said, "traceback": [f"{kind}: {said}"]}]
    if printed.getvalue():
        text = printed.getvalue().splitlines(keepends=True)
        found.insert(0, {"output_type": "stream", "name": "stdout", "text": text})
    outputs[cell_id] = found
json.dump(outputs, sys.stdout)
"""


def filled(template: bytes, outputs: Outputs, answer: str = "") -> bytes:
    """The notebook `template` as run from top to bottom, with `outputs`; `answer` replaces every TODO in the text."""
    notebook = json.loads(template)
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and answer and "TODO(" in "".join(cell["source"]):
            cell["source"] = [answer]
        if cell["cell_type"] == "code" and cell["id"] in outputs:
            count += 1
            cell["execution_count"] = count
            cell["outputs"] = [dict(output) for output in outputs[cell["id"]]]
    return (json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def written(template: bytes, filling: Filling) -> bytes:
    """The notebook `template` as a team filled it in and ran it. Raises ValueError where it lacks a function or a cell."""
    notebook = json.loads(template)
    absent = sorted({*filling.cells, *filling.printed} - {cell["id"] for cell in notebook["cells"]})
    if absent:
        raise ValueError(f"the notebook has no cell {', '.join(absent)}")
    left = dict(filling.bodies)
    for cell in notebook["cells"]:
        source = filling.cells.get(cell["id"], _source(cell)).rstrip("\n")
        own = {name: left.pop(name) for name in list(left) if f"def {name}(" in source}
        cell["source"] = (with_bodies(source, own).rstrip("\n") if own else source).splitlines(keepends=True)
    if left:
        raise ValueError(f"the notebook has no function {', '.join(left)}")
    outputs = {
        cell: [{"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}]
        for cell, text in filling.printed.items()
    }
    return filled(json.dumps(notebook).encode(), outputs)


def as_handed_in(reference: bytes) -> bytes:
    """The reference's notebook as a team would have it: without the lines that mark solutions; outputs stay."""
    notebook = json.loads(reference)
    for cell in notebook["cells"]:
        lines = "".join(cell["source"]).splitlines(keepends=True)
        cell["source"] = [line for line in lines if not contains_marker(line)]
    return (json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def stored_outputs(reference: bytes) -> dict[str, list[Output]]:
    """The outputs that the reference's notebook holds."""
    return {cell["id"]: cell["outputs"] for cell in _code_cells(reference)}


def outputs_of(layers: str, reference: bytes, left_out: Callable[[str], bool] = lambda source: False) -> Outputs:
    """The outputs that a team with this `layer_utils.py` has: its own where self-tests print, the reference's elsewhere.

    `left_out` tells by its source a cell that the team gave up waiting for. Raises RuntimeError where the self-tests do
    not come to an end.
    """
    cells = [cell for cell in _code_cells(reference) if not left_out(_source(cell))]
    tests = {cell["id"]: _source(cell) for cell in cells if _prints_tests(cell)}
    own = _run(layers, tests) if tests else {}
    return {cell["id"]: own.get(cell["id"], cell["outputs"]) for cell in cells}


def _run(layers: str, cells: Mapping[str, str]) -> dict[str, list[Output]]:
    command = [sys.executable, "-I", "-c", _RUNNER]
    given = json.dumps({"source": layers, "cells": cells})
    try:
        ended = subprocess.run(command, input=given, capture_output=True, text=True, timeout=_TESTS_WALL_S, check=True)
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"a sample's self-tests took longer than {_TESTS_WALL_S:g} s") from error
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"a sample's self-tests could not be run: {error.stderr.strip()[-500:]}") from error
    return json.loads(ended.stdout)


def _code_cells(notebook: bytes) -> list[Cell]:
    return [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]


def _source(cell: Cell) -> str:
    return "".join(cell["source"])


def _prints_tests(cell: Cell) -> bool:
    """Whether the cell calls self-tests and shows nothing but what it prints: no magics, no pictures, only NumPy."""
    outputs = cell["outputs"]
    return bool(outputs) and "Test_" in _source(cell) and all(output["output_type"] == "stream" for output in outputs)
