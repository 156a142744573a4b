"""A process of its own for what must not be loaded beside the tests: TensorFlow, whose threads forbid forking."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_LEAVE_S = 20.0


class Raised(Exception):
    """What a function in that process has raised: `kind` is the type's name."""

    def __init__(self, kind: str, text: str):
        super().__init__(f"{kind}: {text}")
        self.kind, self.text = kind, text


class ProcessApart:
    """Functions of a script that ends in `serve`, called by their names."""

    def __init__(self, process: subprocess.Popen[bytes]):
        self._process = process

    def ask(self, function: str, *arguments: Any) -> Any:
        """What the function returns. Raises Raised."""
        assert self._process.stdin is not None and self._process.stdout is not None
        pickle.dump((function, arguments), self._process.stdin)
        self._process.stdin.flush()
        outcome, answer = pickle.load(self._process.stdout)
        if outcome == "raised":
            raise Raised(*answer)
        return answer


@contextmanager
def process_apart(script: Path) -> Iterator[ProcessApart]:
    """Runs `script`, which can import this package and the grader, until the context is left."""
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield ProcessApart(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=_LEAVE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve(functions: Mapping[str, Callable[..., Any]]) -> None:
    """Answers until stdin ends. What is printed goes to stderr, so that it cannot get between the answers."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            function, arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            told = pickle.dumps(("returned", functions[function](*arguments)))
        except BaseException as error:
            told = pickle.dumps(("raised", (type(error).__name__, str(error))))
        answers.write(told)
        answers.flush()
