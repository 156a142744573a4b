"""The benchmark's work is right answers: what is graded as wrong would not cost the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import layer_work
from benchmarks.assignments import ROOT
from grader.checks import layer_cases
from grader.checks.layers import LAYER_CHECKS
from grader.checks.oracle import Oracle

#: Functions that give as many arrays as they should, all zero.
WRONG = {
    "conv_forward": lambda x, w, b, conv_param: (0.0, None),
    "conv_backward": lambda dout, cache: (0.0, 0.0, 0.0),
    "max_pool_forward": lambda x, pool_param: (0.0, None),
    "max_pool_backward": lambda dout, cache: 0.0,
}


def test_all_cells_run_and_every_test_cell_fails_on_a_wrong_answer() -> None:
    names: dict[str, Any] = {}
    for source in layer_work.layers().cells:
        exec(source, names)
    for test in layer_work.layers().tests:
        with pytest.raises(AssertionError):
            exec(test.source, {**names, test.answer: WRONG[test.answer]})


@pytest.mark.parametrize("check", LAYER_CHECKS, ids=lambda check: check.name)
def test_functions_are_right_on_all_public_cases(check) -> None:  # noqa: ANN001
    layers: dict[str, Any] = {}
    exec(layer_work.module(), layers)
    for case in layer_cases.public_cases(check, Oracle.load(Path(ROOT) / "reference")):
        got = layers[check.function](*check.arguments(case.question))
        outputs = got if check.function == "conv_backward" else got[:1] if isinstance(got, tuple) else (got,)
        errors = [
            max(float(np.abs(a - b).max()) for a, b in zip(outputs, answer.values(), strict=True))
            if all(a.shape == b.shape for a, b in zip(outputs, answer.values(), strict=True))
            else 1.0
            for answer in case.answers.values()
        ]
        assert min(errors) < 1e-9, case.id
