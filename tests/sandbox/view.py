"""Enters a wall and a cell with the given paths and prints what can be read there. Standard library only.

Usage: view.py LEVEL JSON, with "readable", "hidden", "scratch", "work" and "look": the paths to read or list.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from grader.model.errors import InfrastructureError  # noqa: E402
from grader.model.isolation import IsolationLevel  # noqa: E402
from grader.model.limits import ExecutionLimits  # noqa: E402
from grader.sandbox import CellPolicy, default_wall, sandbox_for  # noqa: E402


def look(path: str) -> object:
    """The names in a folder, the text of a file, or null where it cannot be read."""
    try:
        return sorted(os.listdir(path)) if os.path.isdir(path) else Path(path).read_text()
    except OSError:
        return None


def main(level: IsolationLevel, ask: dict) -> None:
    sandbox = sandbox_for(level)
    os.makedirs(ask["scratch"], exist_ok=True)
    wall = default_wall(ask["hidden"], scratch=ask["scratch"], extra_readable=ask["readable"])
    sandbox.enter_wall(wall)
    answer = {"wall": {path: look(path) for path in ask["look"]}}
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            sandbox.enter_cell(CellPolicy(ask["work"], ExecutionLimits(), slot=0))
            seen: object = {path: look(path) for path in ask["look"]}
        except InfrastructureError as error:
            seen = {"refused": str(error)}
        os.write(sending, json.dumps(seen).encode())
        os._exit(0)
    os.waitpid(child, 0)
    answer["cell"] = json.loads(os.read(receiving, 65_536))
    print(json.dumps(answer))


if __name__ == "__main__":
    main(IsolationLevel(sys.argv[1]), json.loads(sys.argv[2]))
