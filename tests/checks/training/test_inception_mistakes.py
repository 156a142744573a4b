"""Each mistake in the inception module, or in the network around it, is held against what it is about."""

import ast

import pytest

from grader.checks.training.inception_train import settings_case
from tests.checks.training import notebooks
from tests.checks.training.conftest import Ask
from tests.checks.training.notebooks import COMPLEX, LOOP, MODULE
from tests.checks.training.verdict import failing, passes, told

MODULES: dict[str, tuple[str, set[str], str]] = {
    "branch left out": (
        MODULE.replace("conv(Input, C1, 1), ", ""),
        {"branch_1x1"},
        "branch_missing",
    ),
    "reduction left out": (
        MODULE.replace("conv(conv(Input, C3_R, 1), C3, 3)", "conv(Input, C3, 3)"),
        {"branch_3x3"},
        "reduction_missing",
    ),
    "no activation": (MODULE.replace(', activation="relu"', ""), {"activations"}, "activation_missing"),
    "numbers of its own": (
        MODULE.replace("    def conv", "    C1, C3_R, C3, C5_R, C5, P3_R = 8, 2, 8, 2, 8, 2\n    def conv"),
        {"concatenation"},
        "arguments_unused",
    ),
    "filters of another branch": (
        MODULE.replace("C3, 3)", "C5, 3)").replace("C5, 5)", "C3, 5)"),
        {"branch_3x3", "branch_5x5"},
        "filters_swapped",
    ),
}


@pytest.mark.parametrize("mistake", MODULES)
def test_module_mistake_is_held_against_its_branch_and_named(ask: Ask, mistake: str) -> None:
    source, groups, problem = MODULES[mistake]
    assert source != MODULE
    cases = ask("inception.module", module=source)
    assert failing(cases) == groups, cases
    assert problem in told(cases)


def test_a_module_that_raises_fails_with_its_error(ask: Ask) -> None:
    cases = ask("inception.module", module=MODULE.replace("3, 1, padding", "3, 2, padding"))
    assert len(failing(cases)) == len(cases)
    assert all(case.error is not None and case.error.type == "ValueError" for case in cases.values())


def test_training_of_the_module_network_is_judged_apart_from_its_structure(ask: Ask) -> None:
    cases = ask("inception.train", run=LOOP, complex_model=COMPLEX.replace("Dense(10)", "Dense(10, activation='relu')"))
    assert failing(cases) == {"logits"}
    cases = ask("inception.train", run=LOOP.replace("0.01 * g", "0.1 * g"))
    assert failing(cases) == {"one_step"} and "learning_rate" in told(cases)


def settings(calls: str) -> ast.Module:
    return ast.parse(f"{COMPLEX}\n{LOOP}\n{calls}")


@pytest.mark.parametrize(
    "calls",
    [
        "run_model(complex_model(), X, Y, 5, 500, True)",
        "net = complex_model()\nrun_model(net, X, Y, epochs=5, is_training=True)",
        "E, B = 5, 500\nnet = complex_model()\nfor i in range(E):\n    run_model(net, X, Y, 1, B, True)",
        "n = 5\nnet = complex_model()\nprint(run_model(net, X, Y, n, 500, is_training=True))",
        "net = complex_model()\ntrain(net)",
        "net = complex_model()\nnet.fit(X, Y)",
        "def main():\n    run_model(complex_model(), X, Y, 1, 10, True)\nmain()",
        "net = complex_model()\nfor _ in range(1):\n    net = simple_model()\nrun_model(net, X, Y, 1, 10, True)",
        "net = complex_model()\nrun_model(net, X, Y, 2, 500, True)\nrun_model(net, X, Y, 3, 500, True)",
        "net = complex_model()\nrun_model(net, X, Y, **settings)",
        "net = complex_model()\nnet = simple_model()\nrun_model(net, X, Y, 1, 10, True)",
        "for lr in rates:\n    run_model(complex_model(), X, Y, 1, 10, True)",
    ],
)
def test_settings_that_are_right_or_not_to_be_made_out_are_accepted(calls: str) -> None:
    assert passes(settings_case(settings(calls)))


@pytest.mark.parametrize(
    ("calls", "problem", "used"),
    [
        ("net = complex_model()\nrun_model(net, X, Y, 1, 500, True)", "settings", "epochs=1, batch_size=500"),
        ("net = complex_model()\nB = 64\nrun_model(net, X, Y, epochs=5, batch_size=B, is_training=True)", "settings",
         "epochs=5, batch_size=64"),
        ("net = simple_model()\nnet = complex_model()\nx = run_model(net, X, Y, is_training=True)", "settings",
         "epochs=1, batch_size=500"),
        ("", "never_used", None),
    ],
)  # fmt: skip
def test_settings_that_are_surely_others_are_told(calls: str, problem: str, used: str | None) -> None:
    case = settings_case(settings(calls))
    assert not passes(case) and case.problems[0].id == problem
    assert case.problems[0].values.get("used") == used


def test_the_modules_own_notebook_is_read(ask: Ask) -> None:
    assert not failing(ask("inception.train", run=LOOP, calls=notebooks.CALLS))
