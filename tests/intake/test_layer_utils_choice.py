"""A solution is told from the untouched template by its code, not by its bytes."""

import pytest

from grader.intake.layer_utils_choice import is_untouched
from tests.intake.hand_ins import FUNCTIONS, layer_utils, template_layer_utils


def with_bodies(*bodies: str) -> bytes:
    return "\n".join(f"def {name}(x):\n    {body}\n" for name, body in zip(FUNCTIONS, bodies, strict=True)).encode()


@pytest.mark.parametrize(
    "source",
    [
        template_layer_utils(),
        template_layer_utils().replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf# our team\n" + template_layer_utils(),
        template_layer_utils().replace(b"(x):\n", b'(x):\n    """Ours."""\n    # TODO\n'),
        with_bodies("pass", "...", "return None", "raise NotImplementedError"),
        with_bodies("out = None; return out, (x,)", "print('todo')", "dx, dw = None, None; return dx, dw", "return"),
        b"",
        b"import numpy as np\n",
    ],
)
def test_stubs_and_the_template_are_untouched(source: bytes) -> None:
    assert is_untouched(source, template_layer_utils())


@pytest.mark.parametrize(
    "source",
    [
        layer_utils(),
        with_bodies("pass", "pass", "pass", "return x.max()"),
        with_bodies("pass", "return x * 2", "pass", "pass"),
        template_layer_utils() + b"from solution import conv_forward\n",
        template_layer_utils() + b"if True:\n    max_pool_forward = lambda x, p: x\n",
        template_layer_utils() + b"def broken(:\n",
        b"x = " + b"(" * 5000,
        b"\0",
        b"x = 1\n" * 400_000,
    ],
)
def test_anything_worked_on_is_not(source: bytes) -> None:
    assert not is_untouched(source, template_layer_utils())


def test_a_template_that_does_something_is_still_recognised() -> None:
    template = with_bodies(*["out = list(x); return out"] * 4)
    assert is_untouched(template + b"# note\n", template)
    assert not is_untouched(template + b"# note\n", None)
