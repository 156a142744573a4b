"""Isolation levels behind one small protocol, and a survey that says which of them work on this machine.

Needs the standard library only, and nothing of Linux to be imported.
"""

from grader.sandbox.levels import sandbox_for
from grader.sandbox.policy import CellPolicy, Sandbox, WallPolicy
from grader.sandbox.processes import TreeMemory, descendants, kill_tree
from grader.sandbox.survey import survey
from grader.sandbox.wall_paths import default_wall

__all__ = [
    "CellPolicy",
    "Sandbox",
    "TreeMemory",
    "WallPolicy",
    "default_wall",
    "descendants",
    "kill_tree",
    "sandbox_for",
    "survey",
]
