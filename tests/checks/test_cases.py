"""Every case class keeps its promise, whatever the seed: credit per class depends on it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks import conv_cases, layer_cases, pool_cases
from grader.checks.cases import generator
from grader.checks.layers import EVERY_TIE, LAYER_CHECKS
from grader.checks.oracle import Oracle
from grader.model.status import Visibility

ORACLE = Oracle.load(Path(__file__).parents[2] / "reference")
SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_convolution_classes_have_their_structure(seed: int) -> None:
    for padding, classes in conv_cases.CLASSES.items():
        for name, kind in classes.items():
            for shape in (kind.smallest, kind.draw(generator(seed, padding, name, 1))):
                left_over = [
                    (shape.h - shape.kernel[0]) % shape.stride[0],
                    (shape.w - shape.kernel[1]) % shape.stride[1],
                ]
                if name == "kernel_below_stride":
                    assert shape.kernel[0] < shape.stride[0] and shape.kernel[1] < shape.stride[1]
                if name == "partial_windows" and padding == "valid":
                    assert all(left_over)
                if name == "strides":
                    assert shape.stride[0] != shape.stride[1] and min(shape.stride) > 1
                    if padding == "valid":
                        assert not any(left_over)
                if name == "channels_and_filters":
                    assert len({shape.n, shape.c, shape.f}) == 3 and shape.c > 3
                if name == "non_square":
                    assert shape.h != shape.w and shape.kernel[0] != shape.kernel[1]
                assert conv_cases.output_extent(shape.h, shape.kernel[0], shape.stride[0], padding) >= 1


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_same_padding_conventions_differ_in_the_strided_class_on_both_axes(seed: int) -> None:
    check = next(c for c in LAYER_CHECKS if c.name == "conv_forward.same")
    question = layer_cases.draw(check, "strides", False, generator(seed, check.name, "strides", 1))
    answers = layer_cases.accepted(check, ORACLE, question)
    assert not np.allclose(answers["tensorflow"]["out"], answers["stride_independent"]["out"])


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_pool_values_are_positive_and_distinct_but_for_their_own_classes(seed: int) -> None:
    check = next(c for c in LAYER_CHECKS if c.name == "max_pool_backward")
    for name, kind in pool_cases.BACKWARD_CLASSES.items():
        question = pool_cases.question(
            kind, kind.draw(generator(seed, "pool", name, 1)), True, generator(seed, "v", name, 1)
        )
        x = question.inputs["x"]
        assert bool((x < 0).all()) == (name == "negative")
        assert (EVERY_TIE in layer_cases.accepted(check, ORACLE, question)) == (name == "ties")


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_overlapping_windows_always_share_a_maximum(seed: int) -> None:
    check = next(c for c in LAYER_CHECKS if c.name == "max_pool_backward")
    question = layer_cases.draw(check, "overlapping", False, generator(seed, check.name, "overlapping", 1))
    winners = [
        np.argwhere(question.inputs["x"][0, rows, columns, 0] == question.inputs["x"][0, rows, columns, 0].max())[0]
        + (rows.start, columns.start)
        for _, _, rows, columns in pool_cases.windows(question)
    ]
    assert len({tuple(winner) for winner in winners}) < len(winners)


def test_hidden_cases_depend_on_the_seed_and_on_nothing_else() -> None:
    check = LAYER_CHECKS[0]
    one, again, other = (layer_cases.hidden_cases(check, ORACLE, seed, 2) for seed in (5, 5, 6))
    assert [c.id for c in one] == [c.id for c in again]
    assert all(np.array_equal(a.question.inputs["x"], b.question.inputs["x"]) for a, b in zip(one, again, strict=True))
    assert not all(
        np.array_equal(a.question.inputs["w"], b.question.inputs["w"]) for a, b in zip(one, other, strict=True)
    )
    assert {c.visibility for c in one} == {Visibility.HIDDEN} and len(one) == 2 * len(check.groups)


@pytest.mark.parametrize("check", LAYER_CHECKS, ids=lambda check: check.name)
def test_no_misconception_equals_an_accepted_answer(check) -> None:  # noqa: ANN001
    from grader.checks.comparison import equals

    for case in layer_cases.public_cases(check, ORACLE) + layer_cases.hidden_cases(check, ORACLE, 11, 2):
        for name, answer in case.misconceptions.items():
            assert not any(equals(right, answer) for right in case.answers.values()), (case.id, name)


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_hidden_cases_keep_which_axis_is_longer_and_what_is_left_over(seed: int) -> None:
    """Somebody who takes height for width must not pass or fail a class by the luck of the seed."""

    def order(sizes: tuple[int, int]) -> int:
        return (sizes[0] > sizes[1]) - (sizes[0] < sizes[1])

    for check in LAYER_CHECKS:
        for group in check.groups:
            asked = [
                layer_cases.public_question(check, group),
                layer_cases.draw(check, group, False, generator(seed, check.name, group, 1)),
            ]
            extents = [q.inputs["x"].shape[1:3] for q in asked]
            if check.backward:
                positions = [q.inputs["dout"].shape[1:3] for q in asked]
            else:
                positions = [
                    next(iter(layer_cases.accepted(check, ORACLE, q).values()))["out"].shape[1:3] for q in asked
                ]
            stride = asked[0].parameters["stride"]
            assert order(extents[0]) == order(extents[1]), (check.name, group)
            assert order(positions[0]) == order(positions[1]), (check.name, group)
            for axis in (0, 1):
                assert (extents[1][axis] - extents[0][axis]) % stride[axis] == 0, (check.name, group)


def test_some_class_is_higher_than_wide_and_one_has_the_larger_stride_down() -> None:
    for check in LAYER_CHECKS:
        questions = [layer_cases.public_question(check, group) for group in check.groups]
        assert any(q.inputs["x"].shape[1] > q.inputs["x"].shape[2] for q in questions), check.name
        assert any(q.parameters["stride"][0] > q.parameters["stride"][1] for q in questions), check.name


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_rounding_to_float32_is_far_below_the_tolerance(seed: int) -> None:
    """Also for `db`, whose terms may cancel."""
    for padding, classes in conv_cases.CLASSES.items():
        for name, kind in classes.items():
            random = generator(seed, padding, name, 1)
            dout = conv_cases.question(kind.draw(random), "list", padding, True, random).inputs["dout"]
            exact, rounded = dout.sum(axis=(0, 1, 2)), dout.astype(np.float32).sum(axis=(0, 1, 2))
            assert np.max(np.abs(exact - rounded)) < 5e-6 * np.max(np.abs(exact))


def test_every_check_names_the_classes_that_are_drawn_for_it() -> None:
    drawn = {
        f"conv_{way}.{padding}": classes
        for way in ("forward", "backward")
        for padding, classes in conv_cases.CLASSES.items()
    }
    drawn |= {"max_pool_forward": pool_cases.CLASSES, "max_pool_backward": pool_cases.BACKWARD_CLASSES}
    assert {check.name: check.groups for check in LAYER_CHECKS} == {
        name: tuple(classes) for name, classes in drawn.items()
    }
