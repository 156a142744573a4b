"""Known wrong readings of the four layer functions, so that a failing answer can be named.

To add one: write a function `(oracle, question) -> answers` in `conv`, `conv_gradients` or `pooling`, add a line to its
table, and give it a text `hint.<id>` in the catalogue, in every language.
"""

from grader.checks.misconceptions.base import Misconception, answers_of
from grader.checks.misconceptions.conv import CONV
from grader.checks.misconceptions.conv_gradients import CONV_GRADIENTS
from grader.checks.misconceptions.pooling import POOLING

MISCONCEPTIONS: tuple[Misconception, ...] = (*CONV, *CONV_GRADIENTS, *POOLING)

__all__ = ["MISCONCEPTIONS", "Misconception", "answers_of"]
