"""Why a network cannot be computed here. Both are facts about the student's network, for evidence; no fault of the grader.

NetworkError
├── GraphUnreadable       what the student's process said is no graph that could be computed
└── UnknownOperation      the graph holds an operation that is not in the table of operations
"""

from __future__ import annotations


class NetworkError(Exception):
    """Base of both; its text is one line."""


class GraphUnreadable(NetworkError):
    """The text says which node breaks which rule."""


class UnknownOperation(NetworkError):
    """`op` is the operation's type, with what of it is not known where only a part is not (``Conv2D in NCHW``)."""

    def __init__(self, op: str):
        super().__init__(f"operation {op} is not known")
        self.op = op
