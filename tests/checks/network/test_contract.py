"""Every way of writing what the contract asks for is right, and every slip is a breach in exactly its own group."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import grader.checks.network
from grader.checks.network import complex_structure, inception_structure, simple_structure
from grader.messages import catalogue

SHAPE = (12, 10, 3)
GIVEN = {"C1": 4, "C3_R": 3, "C3": 5, "C5_R": 2, "C5": 6, "P3_R": 7}
KERAS = ("sequential", "functional", "subclassed")


def breaches(groups) -> dict[str, list[str]]:
    """Problem ids by group, for groups that have any; every problem's text can be written."""
    for problems in groups.values():
        for problem in problems:
            assert "{" not in catalogue("en").text(f"problem2.{problem.id}", **problem.values)
    return {group: [problem.id for problem in problems] for group, problems in groups.items() if problems}


@pytest.mark.parametrize(
    ("builder", "options"),
    [
        *(("simple", {"style": style}) for style in KERAS),
        ("simple", {"padding": "same"}),
        ("simple", {"style": "functional", "extra": "dropout"}),
        ("raw_simple", {}),
        *(("raw_simple", {"relu": relu, "flatten": "shape"}) for relu in ("where", "times", "relu")),
        ("raw_simple", {"hand": False, "bias": "bias_add"}),
        ("relu_behind_pooling", {}),
        ("scaled_first", {}),
    ],
)
def test_right_simple_models_have_no_breach(structure_of, builder: str, options: dict) -> None:
    groups = simple_structure.groups(structure_of(builder, **options))
    assert tuple(groups) == simple_structure.GROUPS
    assert breaches(groups) == {}


SIMPLE_SLIPS = (
    ({"kernel": 5}, {"convolution": ["kernel_size"]}),
    ({"filters": 16}, {"convolution": ["filters"]}),
    ({"kernel": 5, "filters": 16}, {"convolution": ["kernel_size", "filters"]}),
    ({"strides": 2}, {"convolution": ["strides"]}),
    ({"dilation": 2}, {"convolution": ["dilation"]}),
    ({"activation": None}, {"convolution": ["activation_missing"]}),
    ({"activation": "tanh"}, {"convolution": ["activation_other"]}),
    ({"without": ("convolution",), "activation": None}, {"convolution": ["layer_missing"]}),
    ({"pool": "average"}, {"pooling": ["pool_kind"]}),
    ({"pool_size": 2}, {"pooling": ["pool_size"]}),
    ({"pool_strides": 2}, {"pooling": ["strides"]}),
    ({"pool_size": 2, "pool_strides": 2}, {"pooling": ["pool_size", "strides"]}),
    ({"without": ("pooling",)}, {"pooling": ["layer_missing"]}),
    ({"swapped": True}, {"pooling": ["order_swapped"]}),
    ({"hidden": 64}, {"hidden": ["units"]}),
    ({"hidden_activation": None}, {"hidden": ["activation_missing"]}),
    ({"hidden_activation": "sigmoid"}, {"hidden": ["activation_other"]}),
    ({"without": ("hidden",)}, {"hidden": ["layer_missing"]}),
    ({"flatten": "after"}, {"hidden": ["dense_before_flatten"]}),
    ({"flatten": "global"}, {"hidden": ["flatten_replaced"]}),
    ({"units": 12}, {"logits": ["units"]}),
    ({"end": "softmax"}, {"logits": ["softmax_at_end"]}),
    ({"end": "relu"}, {"logits": ["activation_unwanted"]}),
    ({"without": ("logits",)}, {"logits": ["layer_missing"]}),
    ({"extra": "dense"}, {"nothing_else": ["layer_extra"]}),
    ({"extra": "normalisation"}, {"nothing_else": ["layer_extra"]}),
)


#: Each slip in one style, the styles in turn: to build a network costs more than to read it.
@pytest.mark.parametrize(
    ("style", "options", "expected"),
    [(KERAS[number % len(KERAS)], *slip) for number, slip in enumerate(SIMPLE_SLIPS)],
    ids=str,
)
def test_a_slip_in_the_simple_model_is_a_breach_in_its_group_alone(structure_of, style, options, expected) -> None:
    assert breaches(simple_structure.groups(structure_of("simple", style=style, **options))) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"relu": "none"}, {"convolution": ["activation_missing"]}),
        ({"relu": "tanh"}, {"convolution": ["activation_other"]}),
        ({"kernel": 7, "end": "softmax"}, {"convolution": ["kernel_size"], "logits": ["softmax_at_end"]}),
    ],
)
def test_slips_in_plain_tensorflow_are_the_same_breaches(structure_of, options, expected) -> None:
    assert breaches(simple_structure.groups(structure_of("raw_simple", **options))) == expected


def test_values_of_a_breach_say_what_was_found_and_expected(structure_of) -> None:
    (problem,) = simple_structure.groups(structure_of("simple", kernel=5))["convolution"]
    assert dict(problem.values) == {"layer": "Conv2D", "found": "5x5", "expected": "9x9"}


@pytest.mark.parametrize(
    ("builder", "options"),
    [("module", {}), ("module", {"order": (3, 1, 0, 2)}), ("raw_module", {}), ("module", {"relu": "both"}),
     ("module", {"relu": "reductions, then after"}), ("nested_module", {})],
)  # fmt: skip
def test_right_modules_have_no_breach(structure_of, builder: str, options: dict) -> None:
    groups = inception_structure.groups(structure_of(builder, SHAPE, **options), GIVEN)
    assert tuple(groups) == inception_structure.GROUPS
    assert breaches(groups) == {}


MODULE_SLIPS = (
    ({"C1": 9}, {"branch_1x1": ["filters"]}),
    ({"C1": 5}, {"branch_1x1": ["filters_swapped"]}),
    ({"kernels": (3, 3, 5)}, {"branch_1x1": ["kernel_size"]}),
    ({"without": ("branch_1x1",)}, {"branch_1x1": ["branch_missing"]}),
    ({"C3_R": 5, "C3": 3}, {"branch_3x3": ["filters_swapped", "filters_swapped"]}),
    ({"without": ("C3_R",)}, {"branch_3x3": ["reduction_missing"]}),
    ({"without": ("C3",)}, {"branch_3x3": ["layer_missing"]}),
    ({"kernels": (1, 5, 5)}, {"branch_3x3": ["kernel_size"]}),
    ({"without": ("branch_3x3",)}, {"branch_3x3": ["branch_missing"]}),
    ({"turned": True}, {"branch_3x3": ["order_swapped"]}),
    ({"without": ("C5_R",)}, {"branch_5x5": ["reduction_missing"]}),
    ({"kernels": (1, 3, 3)}, {"branch_5x5": ["kernel_size"]}),
    ({"kernels": (1, 3, 7)}, {"branch_5x5": ["kernel_size"]}),
    ({"without": ("branch_5x5",)}, {"branch_5x5": ["branch_missing"]}),
    ({"pool": "average"}, {"branch_pool": ["pool_kind"]}),
    ({"pool_size": 5}, {"branch_pool": ["pool_size"]}),
    ({"without": ("pool",)}, {"branch_pool": ["layer_missing"]}),
    ({"without": ("P3_R",)}, {"branch_pool": ["reduction_missing"]}),
    ({"P3_R": 3}, {"branch_pool": ["filters_swapped"]}),
    ({"pool_last": True}, {"branch_pool": ["order_swapped"]}),
    ({"without": ("branch_pool",)}, {"branch_pool": ["branch_missing"]}),
    ({"relu": "after"}, {"activations": ["relu_after_concat_only"]}),
    ({"relu": "none"}, {"activations": ["activation_missing"]}),
    ({"relu": "main"}, {"activations": ["activation_missing"]}),
    ({"relu": "tanh"}, {"activations": ["activation_other"] * 6}),
    ({"relu": "normalised"}, {"activations": ["layer_extra"]}),
    ({"strides": 2, "pool_strides": 1}, {"spatial_size": ["strides"] * 4}),
    ({"through": True}, {"concatenation": ["branch_extra"]}),
    ({"behind": True}, {"concatenation": ["layer_extra"]}),
)
ORDERS = ((0, 1, 2, 3), (2, 3, 1, 0))


@pytest.mark.parametrize(
    ("order", "options", "expected"),
    [(ORDERS[number % 2], *slip) for number, slip in enumerate(MODULE_SLIPS)],
    ids=str,
)
def test_a_slip_in_the_module_is_a_breach_in_its_group_alone(structure_of, order, options, expected) -> None:
    assert (
        breaches(inception_structure.groups(structure_of("module", SHAPE, order=order, **options), GIVEN)) == expected
    )


def test_output_that_is_smaller_than_the_input_is_told(structure_of) -> None:
    """Branches of different sizes must be cropped to be concatenated; that is a layer too many, and no way round."""
    found = breaches(inception_structure.groups(structure_of("module", SHAPE, padding="valid"), GIVEN))
    assert found.pop("spatial_size") == ["padding_valid"] * 3
    assert {problem for problems in found.values() for problem in problems} == {"layer_extra"}


def test_branches_that_are_added_up_are_told(structure_of) -> None:
    same = dict.fromkeys(GIVEN, 7)
    found = breaches(inception_structure.groups(structure_of("module", SHAPE, join="add", **same), same))
    assert found == {"concatenation": ["joined_by_addition"]}


def test_mixed_up_arguments_are_named(structure_of) -> None:
    groups = inception_structure.groups(structure_of("module", SHAPE, C3=2, C5_R=5), GIVEN)
    (first,), (second,) = groups["branch_3x3"], groups["branch_5x5"]
    assert dict(first.values) == {"layer": "C3", "found": 2, "expected": 5, "used": "C5_R"}
    assert dict(second.values) == {"layer": "C5_R", "found": 5, "expected": 2, "used": "C3"}


def test_convolutions_without_relu_are_named(structure_of) -> None:
    (problem,) = inception_structure.groups(structure_of("module", SHAPE, relu="main"), GIVEN)["activations"]
    assert problem.values["layer"] == "C3_R, C5_R"


def test_concatenation_on_another_axis_is_told(structure_of) -> None:
    same = dict.fromkeys(GIVEN, 4)
    found = breaches(inception_structure.groups(structure_of("module", SHAPE, axis=1, **same), same))
    assert found["concatenation"] == ["concatenation_axis"]
    assert not any(found.get(group) for group in inception_structure.GROUPS[:5])


def test_network_without_branches_is_told(structure_of) -> None:
    found = breaches(inception_structure.groups(structure_of("simple"), GIVEN))
    assert found["concatenation"] == ["concatenation_missing"]
    assert ["branch_missing"] in found.values()


@pytest.mark.parametrize(("builder", "options"), [("complex_", {}), ("complex_", {"order": (3, 0, 2, 1)})])
def test_right_complex_models_have_no_breach(structure_of, builder: str, options: dict) -> None:
    groups = complex_structure.groups(structure_of(builder, **options))
    assert tuple(groups) == complex_structure.GROUPS
    assert breaches(groups) == {}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"P3_R": 8}, {"module": ["filters"]}),
        ({"C3_R": 4}, {"module": ["filters"]}),
        ({"relu": "after"}, {"module": ["relu_after_concat_only"]}),
        ({"without": ("branch_5x5",)}, {"module": ["branch_missing"]}),
        ({"flatten": "after"}, {"flatten": ["dense_before_flatten"]}),
        ({"flatten": "global"}, {"flatten": ["flatten_replaced"]}),
        ({"units": 8}, {"logits": ["units"]}),
        ({"end": "softmax"}, {"logits": ["softmax_at_end"]}),
        ({"extra": "dense"}, {"nothing_else": ["layer_extra"]}),
    ],
    ids=str,
)
def test_a_slip_in_the_complex_model_is_a_breach_in_its_group_alone(structure_of, options, expected) -> None:
    assert breaches(complex_structure.groups(structure_of("complex_", **options))) == expected


def test_simple_model_is_no_complex_one(structure_of) -> None:
    found = breaches(complex_structure.groups(structure_of("simple")))
    assert "module" in found


def test_every_problem_has_a_text_and_every_text_a_problem() -> None:
    folder = Path(grader.checks.network.__file__).parent
    sources = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    named = set(re.findall(r'(?:Problem|_differs)\(\s*"(\w+)"', sources))
    texts = {key.partition(".")[2] for key in catalogue("en").keys() if key.startswith("problem2.")}
    assert named and named <= texts
    # Errors of reading become problems where they are caught; other checks may have texts of their own here.
    assert {"graph_unreadable", "unknown_operation"} <= texts
    fields = {
        name for key in named for _, name, _, _ in string.Formatter().parse(catalogue("en")._texts[f"problem2.{key}"])
    }
    assert fields - {None} <= {"layer", "layers", "found", "expected", "used"}
