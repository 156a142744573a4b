"""Lays what was found along what was wanted, so that one missing layer does not put every later one in a wrong place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Wanted = TypeVar("Wanted")
Found = TypeVar("Found")

#: What it costs that something wanted has no counterpart, and that something found has none.
MISSING = 4.0
EXTRA = 2.0


def align(
    wanted: Sequence[Wanted], found: Sequence[Found], difference: Callable[[Wanted, Found], float | None]
) -> tuple[list[tuple[Wanted | None, Found | None]], float]:
    """The cheapest pairing that keeps both orders, and its cost; None stands where one side has no counterpart.

    `difference` is the cost of a pair, or None where the two can be no pair.
    """
    rows, columns = len(wanted), len(found)
    costs = [[column * EXTRA for column in range(columns + 1)]]
    for row in range(1, rows + 1):
        costs.append([row * MISSING])
        for column in range(1, columns + 1):
            paired = difference(wanted[row - 1], found[column - 1])
            options = [costs[row - 1][column] + MISSING, costs[row][column - 1] + EXTRA]
            if paired is not None:
                options.append(costs[row - 1][column - 1] + paired)
            costs[row].append(min(options))
    pairs: list[tuple[Wanted | None, Found | None]] = []
    row, column = rows, columns
    while row or column:
        paired = difference(wanted[row - 1], found[column - 1]) if row and column else None
        if paired is not None and costs[row][column] == costs[row - 1][column - 1] + paired:
            row, column = row - 1, column - 1
            pairs.append((wanted[row], found[column]))
        elif row and costs[row][column] == costs[row - 1][column] + MISSING:
            row -= 1
            pairs.append((wanted[row], None))
        else:
            column -= 1
            pairs.append((None, found[column]))
    return pairs[::-1], costs[rows][columns]
