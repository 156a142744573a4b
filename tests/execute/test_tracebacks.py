"""Errors as text: the student's frames, bounded, whatever the exception does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.execute.tracebacks import MOST_FRAMES, MOST_MESSAGE_CHARACTERS, student_error
from grader.model.observation import StudentError


def error_of(work: Path, source: str, function: str = "f", *args: Any) -> StudentError:
    file = work / "Utils" / "mine.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(source)
    names: dict[str, Any] = {}
    with pytest.raises(BaseException) as caught:
        exec(compile(source, str(file), "exec"), names)
        names[function](*args)
    return student_error(caught.value, str(work))


def test_frames_outside_the_work_folder_are_left_out(tmp_path) -> None:
    error = error_of(tmp_path, "import json\ndef f():\n    json.loads('{')\n")
    assert error.type == "JSONDecodeError"
    assert error.frames == ("Utils/mine.py, line 3, in f: json.loads('{')",)
    assert str(tmp_path) not in str(error)


def test_deep_stacks_and_long_messages_are_cut(tmp_path) -> None:
    error = error_of(tmp_path, "def f(n=60):\n    if n: f(n - 1)\n    raise ValueError('x' * 99999)\n")
    assert len(error.frames) == MOST_FRAMES + 1 and error.frames[5] == "[41 frames left out]"
    assert error.frames[-1].endswith("raise ValueError('x' * 99999)")
    assert len(error.message) <= MOST_MESSAGE_CHARACTERS


def test_an_exception_that_cannot_be_written_is_still_told(tmp_path) -> None:
    source = """
class Bad(Exception):
    def __str__(self): raise SystemExit
    __traceback__ = property(lambda self: 1 / 0)
def f(): raise Bad
"""
    error = error_of(tmp_path, source)
    assert (error.type, error.message) == ("Bad", "") and len(error.frames) == 1


def test_a_syntax_error_names_its_line_and_not_its_path(tmp_path) -> None:
    error = error_of(tmp_path, "x = 1\ndef f(:\n")
    assert error.type == "SyntaxError" and error.frames == ("Utils/mine.py, line 2: def f(:",)
    assert str(tmp_path) not in error.message


def test_control_characters_do_not_reach_the_reader(tmp_path) -> None:
    error = error_of(tmp_path, "def f(): raise ValueError('\\x1b[31mred\\x00\\nline')")
    assert error.message == "?[31mred?\nline"
