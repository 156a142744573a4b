from __future__ import annotations

import pytest

from grader.authoring.demo_code.body import changed
from grader.authoring.demo_layers import with_bodies, without_markers

TEMPLATE = '''\
def first(x):
    """Doc."""
    # TODO: write
    raise NotImplementedError("first")


def second(x):
    raise NotImplementedError("second")


LAST = 1
'''


def test_bodies_are_replaced_below_the_docstring_and_the_rest_stays():
    made = with_bodies(TEMPLATE, {"second": "return 2\n", "first": "y = x\nreturn y\n"})
    assert made == (
        'def first(x):\n    """Doc."""\n    y = x\n    return y\n\n\ndef second(x):\n    return 2\n\n\nLAST = 1\n'
    )


def test_a_function_that_the_hand_out_lacks_is_named():
    with pytest.raises(ValueError, match="no function third"):
        with_bodies(TEMPLATE, {"third": "pass\n"})


def test_marker_lines_go_and_the_code_between_them_stays():
    assert without_markers("a\n    # BEGIN SOLUTION(p1.conv_forward)\n    b\n    # END SOLUTION\n") == "a\n    b\n"


def test_a_change_must_meet_its_text_exactly_once():
    assert changed("a b", ("b", "c")) == "a c"
    with pytest.raises(ValueError, match="2 times"):
        changed("a a", ("a", "b"))
    with pytest.raises(ValueError, match="0 times"):
        changed("a a", ("c", "b"))
