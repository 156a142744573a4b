"""The case pack that ships with the grader."""

from pathlib import Path

import numpy as np
import pytest

from grader.checks import pack, pack_building
from grader.checks.layers import LAYER_CHECKS
from grader.checks.oracle import Oracle
from grader.model.errors import InfrastructureError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle.load(ROOT / "reference")


def test_shipped_pack_is_what_the_reference_gives(oracle: Oracle) -> None:
    built, shipped = pack.parse(pack_building.build(oracle)), pack.public_cases()
    assert built.keys() == shipped.keys()
    for check, cases in built.items():
        for fresh, stored in zip(cases, shipped[check], strict=True):
            assert fresh.question.parameters == stored.question.parameters
            for name, value in fresh.question.inputs.items():
                np.testing.assert_array_equal(value, stored.question.inputs[name])
            for kind in ("answers", "misconceptions"):
                fresh_answers, stored_answers = getattr(fresh, kind), getattr(stored, kind)
                assert fresh_answers.keys() == stored_answers.keys(), (check, fresh.group)
                for answer, arrays in fresh_answers.items():
                    for name, array in arrays.items():
                        np.testing.assert_allclose(array, stored_answers[answer][name], rtol=0, atol=1e-10)


def test_building_twice_gives_the_same_bytes(oracle: Oracle) -> None:
    assert pack_building.build(oracle) == pack_building.build(oracle)


def test_pack_holds_every_class_of_every_check() -> None:
    for check in LAYER_CHECKS:
        assert tuple(case.group for case in pack.public_cases()[check.name]) == check.groups


def test_stored_gradients_agree_with_central_differences_of_the_stored_layer(oracle: Oracle) -> None:
    """A second witness that shares no formula with the backward passes."""
    for check in LAYER_CHECKS:
        if not check.backward:
            continue
        for case in pack.public_cases()[check.name]:
            for answer, gradients in case.answers.items():
                if answer == "whole_gradient_to_every_tie" or case.group == "ties":
                    continue
                _agrees(oracle, check.forward, case, answer, gradients)


def _agrees(oracle, forward_name, case, answer, gradients) -> None:  # noqa: ANN001
    forward = getattr(oracle, forward_name)
    settings = () if answer == "contract" else (answer,)
    random = np.random.default_rng(3)
    step = 1e-4
    for _ in range(3):
        direction = {name[1:]: random.standard_normal(value.shape) for name, value in gradients.items()}

        def at(sign: float, direction=direction):  # noqa: ANN001, ANN202
            moved = {
                name: value + sign * step * direction[name] if name in direction else value
                for name, value in case.question.inputs.items()
            }
            return forward(type(case.question)(moved, case.question.parameters), *settings)["out"]

        numeric = np.sum(case.question.inputs["dout"] * (at(1) - at(-1))) / (2 * step)
        analytic = sum(np.sum(gradients["d" + name] * value) for name, value in direction.items())
        assert numeric == pytest.approx(analytic, rel=1e-6, abs=1e-6)


def test_a_wrong_gradient_of_the_reference_never_becomes_the_measure(oracle: Oracle) -> None:
    class Slipped(Oracle):
        def conv_backward(self, question, convention="tensorflow"):  # noqa: ANN001, ANN202
            right = super().conv_backward(question, convention)
            return {**right, "db": right["db"] * 1.001}

    with pytest.raises(InfrastructureError, match="conv_backward disagrees with central differences"):
        pack_building.build(Slipped(oracle._layers))


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"not a zip at all"])
def test_damaged_pack_is_the_graders_fault(damage: bytes) -> None:
    with pytest.raises(InfrastructureError, match="cannot be read"):
        pack.parse(damage)
