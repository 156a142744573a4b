"""Solution markers: which lines of a reference file students do not get, and what they get instead.

In Python code (files and notebook cells)::

    # BEGIN SOLUTION(p1.conv_forward)      the lines up to END SOLUTION become a TODO and a NotImplementedError
    # END SOLUTION
    # BEGIN REFERENCE ONLY                 the lines up to END REFERENCE ONLY are left out
    # END REFERENCE ONLY

In Markdown the same words stand in HTML comments, ``<!-- BEGIN SOLUTION(p1.explanation) -->``, and the lines between become
a TODO alone. A marker has a line to itself. Blocks do not nest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from grader.model.errors import UsageError

# One id names the marker, the TODO and, where it is graded, the rubric's items.
TASKS = frozenset(
    {
        "p1.conv_forward",
        "p1.conv_backward",
        "p1.max_pool_forward",
        "p1.max_pool_backward",
        "p1.explanation",
        "p2.simple_model",
        "p2.run_model",
        "p2.Inception_module",
        "p2.complex_model",
        "p2.my_model",
        "p2.exploration",
        "p2.final_training",
        "p2.better.writeup",
        "p3.saliency",
        "p3.class_representative",
        "p3.adversarial",
    }
)


class Language(Enum):
    """How a marker is written: as a comment of this language."""

    PYTHON = r"#\s*{words}"
    MARKDOWN = r"<!--\s*{words}\s*-->"


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that is still open: `task` is None where the lines are only for the reference."""

    task: str | None
    indentation: str
    line: int


_MARKER_WORDS = re.compile(r"\b(BEGIN|END)[ _-]*(SOLUTION|REFERENCE[ _-]*ONLY)\b", re.IGNORECASE)
_WORDS = r"(?P<edge>BEGIN|END) (?P<kind>SOLUTION|REFERENCE ONLY)(?:\((?P<task>[^()]*)\))?"
_FORMS = {
    language: re.compile(r"(?P<indentation>\s*)" + language.value.format(words=_WORDS) + r"\s*")
    for language in Language
}


def contains_marker(text: str) -> bool:
    """Whether `text` has the words of a marker, well written or not."""
    return _MARKER_WORDS.search(text) is not None


def remove_solutions(text: str, language: Language, place: str) -> str:
    """`text` as students get it.

    Args:
        text: The content of a file or of one notebook cell.
        language: Which comments carry markers.
        place: Names the file (and cell) in errors.

    Raises:
        UsageError: A marker that is misspelt, unbalanced, nested or of an unknown task, with file and line.
    """
    kept: list[str] = []
    block: _Block | None = None
    left_out = False  # the line before was the end of a block for the reference only
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if not _MARKER_WORDS.search(line):
            # The blank lines after a block that is left out go with it: those before it are enough.
            left_out = left_out and not line.strip()
            if block is None and not left_out:
                kept.append(line)
            continue
        marker = _FORMS[language].fullmatch(line)
        if marker is None:
            raise _error(
                place, number, f"{line.strip()!r} is not a marker as it should be written: {_allowed(language)}"
            )
        task = _task(marker, place, number)
        if marker["edge"] == "BEGIN":
            if block is not None:
                raise _error(
                    place, number, f"this block begins inside the one of line {block.line}; end that one first"
                )
            block = _Block(task, marker["indentation"], number)
            continue
        if block is None:
            raise _error(place, number, f"END {marker['kind']} without a BEGIN {marker['kind']} before it")
        if (marker["kind"] == "SOLUTION") != (block.task is not None):
            raise _error(
                place, number, f"END {marker['kind']} does not end the kind of block that line {block.line} begins"
            )
        left_out = block.task is None
        if block.task is not None:
            newline = "\n" if line.endswith("\n") else ""
            kept.append(_replacement(block.task, block.indentation, language) + newline)
        block = None
    if block is not None:
        raise _error(place, block.line, "the block that begins here has no end")
    return "".join(kept)


def _task(marker: re.Match[str], place: str, number: int) -> str | None:
    """The task that a marker names; None where its kind has none."""
    task = marker["task"]
    needs_task = marker["edge"] == "BEGIN" and marker["kind"] == "SOLUTION"
    if needs_task and task not in TASKS:
        raise _error(place, number, f"found task {task!r}, allowed: {', '.join(sorted(TASKS))}")
    if not needs_task and task is not None:
        raise _error(place, number, f"{marker['edge']} {marker['kind']} takes no task, found {task!r}")
    return task


def _replacement(task: str, indentation: str, language: Language) -> str:
    """What stands where a solution stood, without the last line break."""
    if language is Language.MARKDOWN:
        return f"{indentation}*TODO({task}): write your answer here.*"
    name = task.rpartition(".")[2]
    return (
        f"{indentation}# TODO({task}): write your code here.\n"
        f'{indentation}raise NotImplementedError("{name} is not written yet")'
    )


def _allowed(language: Language) -> str:
    written = ("BEGIN SOLUTION(task)", "END SOLUTION", "BEGIN REFERENCE ONLY", "END REFERENCE ONLY")
    return ", ".join(f"<!-- {words} -->" if language is Language.MARKDOWN else f"# {words}" for words in written)


def _error(place: str, line: int, message: str) -> UsageError:
    return UsageError(f"{place}:{line}: {message}")
