"""Batches of a notebook's images are told apart by split, wherever in it their images are."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

from grader.execute.known_images import KnownImages


@pytest.fixture
def names() -> dict[str, Any]:
    images = np.random.default_rng(0).normal(size=(60, 8, 8, 3)).astype(np.float32)
    return {"X_train": images[:40].copy(), "X_val": images[40:50].copy(), "X_test": images[50:].copy()}


def test_rows_are_known_whatever_their_number_type_and_form(names) -> None:
    known = KnownImages()
    for name, kind in (("X_train", "train"), ("X_val", "validation"), ("X_test", "test")):
        images = names[name]
        for batch in (
            images,
            images[3:5],
            images[[4]],
            images[[7, 2, 5]].astype(np.float64),
            images[[1, 6]].reshape(2, -1),
            list(images[[8, 3]]),
        ):
            assert known.whose(batch, names) == kind
        assert known.whose(images[[1, 2]] + 1, names) == "other"
        assert known.whose(images[[1, 2], ::2], names) == "other"


def test_an_image_that_is_in_two_splits_does_not_make_a_batch_one_of_the_other(names) -> None:
    names["X_train"][7] = names["X_test"][3]
    known = KnownImages()
    assert known.whose(names["X_train"][[7, 2, 9]], names) == "train"
    assert known.whose(names["X_train"][[2, 9, 7]], names) == "train"
    assert known.whose(names["X_test"][[3, 5]], names) == "test"


def test_images_without_anything_to_know_them_by_are_nobodys(names) -> None:
    names["X_test"][:] = 0
    assert KnownImages().whose(np.zeros((3, 8, 8, 3), np.float32), names) == "other"


def test_arrays_under_other_names_and_changed_ones_are_looked_at_anew(names) -> None:
    known = KnownImages()
    batch = names["X_test"][[4, 2]]
    assert known.whose(batch, names) == "test"
    assert known.whose(batch, {**names, "X_val": names["X_test"], "X_test": names["X_val"]}) == "validation"
    names["X_test"] -= 1
    assert known.whose(batch, {}) == "other"
    known.forget()
    assert known.whose(batch - 1, names) == "test" and known.whose(batch, names) == "other"


def test_arrays_are_not_kept_alive(names) -> None:
    known = KnownImages()
    known.whose(names["X_test"][[1, 2]], names)
    gone = weakref.ref(names.pop("X_test"))
    gc.collect()
    assert gone() is None
