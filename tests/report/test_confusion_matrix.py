from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis.extra.numpy import arrays

from grader.report.confusion_matrix import confusion_matrix

NAMES = ("cat", "dog", "frog")


def matrix(labels: list[int], predictions: list[int]):
    return confusion_matrix(np.array(labels, np.int8), np.array(predictions, np.int8), NAMES)


def test_rows_are_true_classes_and_columns_predicted_ones():
    found = matrix([0, 0, 0, 1, 2], [0, 1, 1, 1, 0])
    assert found is not None
    assert [[cell.count for cell in row.cells] for row in found.rows] == [[1, 2, 0], [0, 1, 0], [1, 0, 0]]
    assert [(row.images, row.right) for row in found.rows] == [(3, 1 / 3), (1, 1.0), (1, 0.0)]
    assert [row.cells[n].right for n, row in enumerate(found.rows)] == [True] * 3


def test_what_is_mixed_up_most_is_told_by_its_share():
    found = matrix([0] * 10 + [1, 1, 2], [1, 1, 1] + [0] * 7 + [0, 1, 2])
    assert found is not None
    assert [(pair.true, pair.predicted, pair.count) for pair in found.most] == [("dog", "cat", 1), ("cat", "dog", 3)]


def test_shades_grow_with_the_share():
    found = matrix([0] * 100, [0] * 76 + [1] * 20 + [2] * 4)
    assert found is not None
    assert [cell.shade for cell in found.rows[0].cells] == [4, 3, 1]
    assert [cell.shade for cell in found.rows[1].cells] == [0, 0, 0] and found.rows[1].right is None


def test_a_prediction_that_is_no_class_is_counted_apart():
    found = matrix([0, 1, 1], [0, -1, 7])
    assert found is not None and found.without == 2
    assert sum(cell.count for row in found.rows for cell in row.cells) == 1


def test_arrays_that_do_not_go_together_make_no_matrix():
    assert matrix([0, 1], [0]) is None
    assert matrix([], []) is None
    assert confusion_matrix(np.zeros((2, 2), int), np.zeros((2, 2), int), NAMES) is None


@given(arrays(np.int8, 20), arrays(np.int8, 20))
def test_every_image_with_a_label_is_counted_once(labels: np.ndarray, predictions: np.ndarray):
    found = confusion_matrix(labels, predictions, NAMES)
    assert found is not None
    counted = sum(cell.count for row in found.rows for cell in row.cells) + found.without
    assert counted == int(((labels >= 0) & (labels < len(NAMES))).sum()) == sum(row.images for row in found.rows)
    assert all(0 <= cell.shade <= 4 for row in found.rows for cell in row.cells)
