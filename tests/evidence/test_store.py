"""Evidence on disk: whole or not at all, and never believed when damaged."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.evidence import store
from grader.model.errors import InfrastructureError
from tests.scoring.evidence_builder import case, evidence, item

SEEN = evidence({"p1.max_pool_forward": item("max_pool_forward", case("strides", {"contract": 0.25}))})
ARRAYS = {"p1.max_pool_forward/strides.public0/got/out": np.arange(6.0).reshape(2, 3)}


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    store.save(tmp_path / "evidence", SEEN, ARRAYS, {"a.ipynb": {"cells": []}})
    assert store.load(tmp_path / "evidence") == SEEN
    arrays = store.load_arrays(tmp_path / "evidence", "p1.max_pool_forward/strides.public0/")
    np.testing.assert_array_equal(arrays["got/out"], ARRAYS["p1.max_pool_forward/strides.public0/got/out"])
    assert json.loads((tmp_path / "evidence/notebooks/a.ipynb").read_text()) == {"cells": []}


def test_nothing_stored_is_none(tmp_path: Path) -> None:
    assert store.load(tmp_path / "evidence") is None
    assert store.load_arrays(tmp_path / "evidence") == {}


def test_arrays_of_items_taken_over_are_kept_and_others_dropped(tmp_path: Path) -> None:
    gone = {"p1.gone/x/got/out": np.zeros(2)}
    store.save(tmp_path / "evidence", SEEN, {**ARRAYS, **gone}, {})
    more = replace(SEEN, items={**SEEN.items, "p1.new": item("max_pool_forward")})
    store.save(tmp_path / "evidence", more, {"p1.new/strides.public0/got/out": np.ones(1)}, {})
    assert set(store.load_arrays(tmp_path / "evidence")) == {*ARRAYS, "p1.new/strides.public0/got/out"}


def test_a_failed_save_leaves_the_old_evidence_and_no_litter(tmp_path: Path) -> None:
    store.save(tmp_path / "evidence", SEEN, ARRAYS, {})
    with pytest.raises(ValueError, match="dtype"):
        store.save(tmp_path / "evidence", SEEN, {"p1.max_pool_forward/x": np.array([object()])}, {})
    assert store.load(tmp_path / "evidence") == SEEN
    assert [entry.name for entry in tmp_path.iterdir()] == ["evidence"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"schema": 99}', '{"schema": 1}'])
def test_damaged_or_foreign_evidence_is_named_and_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/evidence.json").write_text(content)
    with pytest.raises(InfrastructureError, match="evidence.json"):
        store.load(tmp_path / "evidence")


def test_stored_arrays_need_no_pickle(tmp_path: Path) -> None:
    store.save(tmp_path / "evidence", SEEN, ARRAYS, {})
    with np.load(tmp_path / "evidence/arrays.npz", allow_pickle=False) as entries:
        assert set(entries.files) == {"index", "data"}


def test_a_disk_that_refuses_is_the_graders_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InfrastructureError, match="cannot be stored"):
        store.save(tmp_path / "file" / "evidence", SEEN, ARRAYS, {})
