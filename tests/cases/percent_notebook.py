"""Notebooks kept as Python files: cells begin with ``# %%``, markdown cells with ``# %% [markdown]`` and ``# `` a line."""

from __future__ import annotations

import json
import re
from typing import Any

_CELL = re.compile(r"^# %%(?P<markdown> \[markdown\])?\n", re.MULTILINE)


def notebook(source: str) -> dict[str, Any]:
    """The nbformat-4 notebook that `source` says, without outputs."""
    pieces = _CELL.split(source)
    assert not pieces[0].strip(), "text before the first cell"
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [
            _cell(number, markdown is not None, text)
            for number, (markdown, text) in enumerate(zip(pieces[1::2], pieces[2::2], strict=True))
        ],
    }


def notebook_bytes(source: str) -> bytes:
    return json.dumps(notebook(source), indent=1).encode()


def _cell(number: int, markdown: bool, text: str) -> dict[str, Any]:
    cell = {"id": f"cell-{number}", "metadata": {}}
    if markdown:
        lines = [line.removeprefix("# ").removeprefix("#") for line in text.strip().splitlines()]
        return {**cell, "cell_type": "markdown", "source": "\n".join(lines)}
    return {**cell, "cell_type": "code", "source": text.strip(), "execution_count": None, "outputs": []}
