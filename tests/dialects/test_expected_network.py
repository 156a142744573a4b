"""What size of images and how many classes a notebook expects of the pretrained network."""

from __future__ import annotations

import ast

import pytest

from grader.dialects.tf1.expected_network import ExpectedNetwork, expected_network


@pytest.mark.parametrize(
    ("source", "printed", "expected"),
    [
        ("", "", (224, 224, 1000)),
        ("target_y = 76", "Data shape (5, 224, 224, 3)\nLabels shape (5,)", (224, 224, 1000)),
        ("", "Data shape (5, 227, 200, 3)", (227, 200, 1000)),
        ("x = tf.reshape(x, [-1, 64, 48, 3])", "", (64, 48, 1000)),
        ("x = tf.reshape(x, [-1, 64, 48, 3])", "(None, 96, 96, 3)", (96, 96, 1000)),
        ("", "(5, 32, 32, 3)", (32, 32, 10)),
        ("target_y = 76", "(5, 32, 32, 3)", (32, 32, 77)),
        ("y = tf.one_hot(Y, depth=100)", "(5, 32, 32, 3)", (32, 32, 100)),
        ("y = np.eye(200)[Y]", "", (224, 224, 200)),
        ("y = np.eye(200)[Y]\ntarget_y = 366", "", (224, 224, 1000)),
        ("", "(5, 100)", (224, 224, 100)),
        # Too small for the network that stands in, and too large for the memory of a notebook.
        ("", "(5, 8, 8, 3) (5, 4000, 4000, 3)", (224, 224, 1000)),
        ("target_y = 10**30\ntarget_y = 99999999", "", (224, 224, 1000)),
    ],
)
def test_sizes_are_read_from_outputs_then_from_code(source: str, printed: str, expected: tuple[int, int, int]) -> None:
    assert expected_network(ast.parse(source), printed) == ExpectedNetwork(*expected)
