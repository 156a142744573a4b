"""A student's exception as text: its own frames only, bounded in number and length. Runs in the child."""

from __future__ import annotations

import linecache
import os
from types import TracebackType

from grader.model.observation import StudentError

#: What the file of a notebook's cell is called; its number and more follow.
CELL_FILE_PREFIX = "<ipython-input-"
MOST_FRAMES = 20
_FIRST_FRAMES = 5
MOST_MESSAGE_CHARACTERS = 2000

_traceback_of = BaseException.__dict__["__traceback__"].__get__


def student_error(error: BaseException, work: str) -> StudentError:
    """`error` with the frames that lie in the work folder `work` or in a notebook cell.

    A frame reads ``Utils/layer_utils.py, line 12, in conv_forward: out[n] = x[n] * w``; of a deep stack the outermost
    and innermost frames are kept.
    """
    frames = _frames(_traceback_of(error), os.path.realpath(work) + os.sep)
    if isinstance(error, SyntaxError) and (place := _syntax_error_place(error, work)):
        frames.append(place)
    if len(frames) > MOST_FRAMES:
        left_out = len(frames) - MOST_FRAMES
        last = MOST_FRAMES - _FIRST_FRAMES
        frames = [*frames[:_FIRST_FRAMES], f"[{left_out} frames left out]", *frames[-last:]]
    return StudentError(_text(type(error).__name__, 200), _message(error), tuple(frames))


def cell_of_file(file: str) -> int | None:
    """The number of the code cell, from 1, that a file stands for; None for a real file."""
    number = file.removeprefix(CELL_FILE_PREFIX).partition("-")[0]
    return int(number) if file.startswith(CELL_FILE_PREFIX) and number.isdecimal() else None


def _frames(traceback: TracebackType | None, root: str) -> list[str]:
    found: list[tuple[str, int, str, str]] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        place = _place(code.co_filename, root)
        if place is not None:
            found.append((place, traceback.tb_lineno, code.co_name, code.co_filename))
        traceback = traceback.tb_next
    if len(found) > 2 * MOST_FRAMES:  # no need to look up the source of what is left out anyway
        found = found[:MOST_FRAMES] + [("", 0, "", "")] * (len(found) - 2 * MOST_FRAMES) + found[-MOST_FRAMES:]
    return [_frame_text(*entry) for entry in found]


def _frame_text(place: str, line: int, function: str, file: str) -> str:
    if not file:
        return ""
    within = "" if function == "<module>" else f", in {function}"
    source = linecache.getline(file, line).strip()
    return _text(f"{place}, line {line}{within}: {source}" if source else f"{place}, line {line}{within}", 400)


def _place(file: str, root: str) -> str | None:
    cell = cell_of_file(file)
    if cell is not None:
        return f"cell {cell}"
    real = os.path.realpath(file) if not file.startswith("<") else file
    return real[len(root) :].replace(os.sep, "/") if real.startswith(root) else None


def _syntax_error_place(error: SyntaxError, work: str) -> str | None:
    if not isinstance(error.filename, str) or not isinstance(error.lineno, int):
        return None
    place = _place(error.filename, os.path.realpath(work) + os.sep)
    source = error.text.strip() if isinstance(error.text, str) else ""
    return None if place is None else _text(f"{place}, line {error.lineno}: {source}", 400)


def _message(error: BaseException) -> str:
    try:
        # A SyntaxError's own text repeats the file with its path; its `msg` does not.
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        return _text(message, MOST_MESSAGE_CHARACTERS) if type(message) is str else ""
    except BaseException:  # a student's own __str__ may do anything
        return ""


def _text(text: str, most: int) -> str:
    text = "".join(
        character if character.isprintable() or character in "\n\t" else "?" for character in text[: most + 1]
    )
    return text if len(text) <= most else text[: most - 1] + "…"
