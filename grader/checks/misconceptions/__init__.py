"""Known wrong readings of the four layer functions, so that a failing answer can be named.

To add one: write a function `(oracle, question) -> answers` in `conv` or `pooling`, add a line to its table, and give
it a text `hint.<id>` in the catalogue.
"""

from grader.checks.misconceptions.base import Misconception, answers_of
from grader.checks.misconceptions.conv import CONV
from grader.checks.misconceptions.pooling import POOLING

MISCONCEPTIONS: tuple[Misconception, ...] = (*CONV, *POOLING)

__all__ = ["MISCONCEPTIONS", "Misconception", "answers_of"]
