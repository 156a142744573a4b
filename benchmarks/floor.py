"""The students' own computing: the same cells and the same probe calls in one warm process, without any grader.

Run as a program, ``python -m benchmarks.floor COPIES``, it prints processor seconds a copy as JSON, so that nothing
else is in the process.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Floor:
    """Processor seconds a submission, median of warm runs: the notebook's cells, and the calls of the checks."""

    cells_s: float
    calls_s: float


def measure(copies: int) -> Floor:
    """Runs this file as a program of its own. Raises CalledProcessError where it fails."""
    command = [sys.executable, "-m", "benchmarks.floor", str(copies)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Floor(**json.loads(ended.stdout.splitlines()[-1]))


def _measured(copies: int) -> dict[str, float]:
    import matplotlib

    from benchmarks import layer_work

    matplotlib.use("agg")
    cells = [compile(source, "<cell>", "exec") for source in layer_work.cells()]
    calls = _calls()
    layers: dict[str, Any] = {}
    exec(compile(layer_work.module(), "<layers>", "exec"), layers)
    in_cells, in_calls = [], []
    for _ in range(copies + 1):
        names: dict[str, Any] = {"__name__": "__main__"}
        start = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            for cell in cells:
                exec(cell, names)
        in_cells.append(time.process_time() - start)
        start = time.process_time()
        for function, arguments in calls:
            layers[function](*arguments)
        in_calls.append(time.process_time() - start)
    # The first run also pays for imports.
    return {"cells_s": median(in_cells[1:]), "calls_s": median(in_calls[1:])}


def _calls() -> list[tuple[str, list[Any]]]:
    """Every call that grading asks of the functions: public and hidden cases of all six checks."""
    from grader.checks.layers import LAYER_CHECKS
    from grader.checks.oracle import Oracle

    oracle = Oracle.load(ROOT / "reference")
    return [
        (check.function, check.arguments(case.question))
        for check in LAYER_CHECKS
        for case in (*check.public_cases(oracle), *check.hidden_cases(oracle, 1, 1))
    ]


if __name__ == "__main__":
    print(json.dumps(_measured(int(sys.argv[1]))))
