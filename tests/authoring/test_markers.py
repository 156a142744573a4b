from __future__ import annotations

import pytest

from grader.authoring.markers import TASKS, Language, contains_marker, remove_solutions
from grader.model.errors import UsageError

SOLVED = '''\
def conv_forward(x):
    """Docstring."""
    # BEGIN SOLUTION(p1.conv_forward)
    out = secret(x)

    return out
    # END SOLUTION


def after():
    pass
'''
BLANK = '''\
def conv_forward(x):
    """Docstring."""
    # TODO(p1.conv_forward): write your code here.
    raise NotImplementedError("conv_forward is not written yet")


def after():
    pass
'''


def test_a_solution_becomes_a_todo_and_an_exception_at_the_same_indentation() -> None:
    assert remove_solutions(SOLVED, Language.PYTHON, "x.py") == BLANK


def test_a_solution_at_the_end_without_a_line_break_gets_none() -> None:
    text = "# BEGIN SOLUTION(p1.conv_forward)\nsecret()\n# END SOLUTION"
    assert remove_solutions(text, Language.PYTHON, "x.py").endswith('is not written yet")')


def test_lines_for_the_reference_only_go_with_the_blank_lines_after_them() -> None:
    text = "import numpy\n\n\n# BEGIN REFERENCE ONLY\nsecret = 1\n\n\n# END REFERENCE ONLY\n\n\nx = 1\n\ny = 2\n"
    assert remove_solutions(text, Language.PYTHON, "x.py") == "import numpy\n\n\nx = 1\n\ny = 2\n"


def test_a_written_answer_becomes_a_todo_alone() -> None:
    text = "Why?\n\n<!-- BEGIN SOLUTION(p1.explanation) -->\nSecret.\n<!-- END SOLUTION -->\n"
    assert remove_solutions(text, Language.MARKDOWN, "x") == "Why?\n\n*TODO(p1.explanation): write your answer here.*\n"


def test_text_without_markers_stays_as_it_is() -> None:
    text = "a = 1\n\n\n\nb = 2  # the solution"
    assert remove_solutions(text, Language.PYTHON, "x.py") == text


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("x = 1\n# BEGIN SOLUTION(p1.conv_forward)\n", 2, "has no end"),
        ("# BEGIN REFERENCE ONLY\n", 1, "has no end"),
        ("x = 1\n\n# END SOLUTION\n", 3, "without a BEGIN"),
        ("# BEGIN SOLUTION(p1.conv_forward)\n# BEGIN SOLUTION(p1.conv_backward)\n# END SOLUTION\n", 2, "line 1"),
        ("# BEGIN SOLUTION(p1.conv_forward)\n# BEGIN REFERENCE ONLY\n", 2, "line 1"),
        ("# BEGIN SOLUTION(p1.conv_forward)\n# END REFERENCE ONLY\n", 2, "line 1"),
        ("# BEGIN REFERENCE ONLY\n# END SOLUTION\n", 2, "line 1"),
        ("# BEGIN SOLUTION(p1.dense)\n# END SOLUTION\n", 1, "found task 'p1.dense', allowed: p1.conv_backward"),
        ("# BEGIN SOLUTION()\n# END SOLUTION\n", 1, "found task ''"),
        ("# BEGIN SOLUTION\n# END SOLUTION\n", 1, "found task None"),
        ("# BEGIN SOLUTION(p1.conv_forward)\n# END SOLUTION(p1.conv_forward)\n", 2, "takes no task"),
        ("# BEGIN REFERENCE ONLY(p1.conv_forward)\n", 1, "takes no task"),
        ("# begin solution(p1.conv_forward)\n", 1, "not a marker as it should be written"),
        ("x = 1  # BEGIN SOLUTION(p1.conv_forward)\n", 1, "not a marker as it should be written"),
        ("# BEGIN_SOLUTION(p1.conv_forward)\n", 1, "not a marker as it should be written"),
        ("<!-- BEGIN SOLUTION(p1.conv_forward) -->\n", 1, "not a marker as it should be written"),
        ("# BEGIN SOLUTION(p1.conv_forward): first\n", 1, "not a marker as it should be written"),
    ],
)
def test_a_wrong_marker_is_told_with_file_and_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(UsageError) as raised:
        remove_solutions(text, Language.PYTHON, "Utils/layer_utils.py")
    message = str(raised.value)
    assert message.startswith(f"Utils/layer_utils.py:{line}: ")
    assert reason in message and "\n" not in message


def test_each_task_names_its_todo() -> None:
    for task in TASKS:
        text = f"# BEGIN SOLUTION({task})\n1\n# END SOLUTION\n"
        assert f"TODO({task})" in remove_solutions(text, Language.PYTHON, "x.py")


def test_misspelt_markers_are_found_too() -> None:
    assert contains_marker("/* Begin-Solution */")
    assert not contains_marker("In the beginning there was no solution.")
