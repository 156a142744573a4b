"""Evidence on disk: whole or not at all, and never believed when damaged."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.evidence import store
from grader.model.errors import InfrastructureError
from grader.model.evidence import AccuracyEvidence, DataUsed, Measured, NotebookEvidence, Problem, WriteupEvidence
from grader.model.observation import EpochSeen, TrainingRun
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


def test_names_of_classes_are_stored_as_text(tmp_path: Path) -> None:
    names = np.array(["star", "crescent", "별"])
    store.save(tmp_path / "evidence", SEEN, {"item/samples/class_names": names}, {})
    loaded = store.load_arrays(tmp_path / "evidence", "item/samples/")["class_names"]
    assert loaded.tolist() == names.tolist() and loaded.dtype == names.dtype


def test_stored_arrays_need_no_pickle(tmp_path: Path) -> None:
    store.save(tmp_path / "evidence", SEEN, ARRAYS, {})
    with np.load(tmp_path / "evidence/arrays.npz", allow_pickle=False) as entries:
        assert set(entries.files) == {"index", "data"}


def test_a_disk_that_refuses_is_the_graders_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InfrastructureError, match="cannot be stored"):
        store.save(tmp_path / "file" / "evidence", SEEN, ARRAYS, {})


def test_evidence_of_trained_networks_comes_back(tmp_path: Path) -> None:
    seen = AccuracyEvidence(
        "submitted", Measured("test", 10_000, 7100), Measured("validation", 10_000, 7203), 88_538,
        Problem("other_network", {"saved": [32, 32]}), 0.72, 0.71, True,
    )  # fmt: skip
    items = {
        "p2.better.accuracy": item("better.accuracy", accuracy=seen),
        "p2.better.writeup": item("better.writeup", writeup=WriteupEvidence("written", ("# Design", "가나다"))),
        "p2.simple.train": item("simple.train", implementation="not_asked", not_asked="no_tensorflow"),
    }
    run = TrainingRun(4, "fit", "train", 4000, 50, 80, 20, (EpochSeen(1, 2.5, {"loss": 1.9, "val_accuracy": 0.4}),))
    notebook = NotebookEvidence("key", "timeout", 360.0, training=(run, TrainingRun(5, "steps")))
    whole = evidence(
        items, {2: notebook}, DataUsed("stand_in", "stand-in", "drawn", "0" * 64, "quick", asked_for=False)
    )
    store.save(tmp_path / "evidence", whole, {"p2.better.accuracy/predictions": np.zeros(3, np.int8)}, {})
    assert store.load(tmp_path / "evidence") == whole
    assert store.load_arrays(tmp_path / "evidence", "p2.better.accuracy/")["predictions"].dtype == np.int8


def test_evidence_from_before_there_were_networks_is_read(tmp_path: Path) -> None:
    notebook = NotebookEvidence("key", "completed")
    store.save(tmp_path / "evidence", evidence(SEEN.items, {1: notebook}), {}, {})
    file = tmp_path / "evidence" / "evidence.json"
    older = json.loads(file.read_text())
    del older["data"], older["notebooks"]["1"]["training"]
    for observed in older["items"].values():
        del observed["not_asked"], observed["accuracy"], observed["writeup"]
    file.write_text(json.dumps(older))
    assert store.load(tmp_path / "evidence") == evidence(SEEN.items, {1: notebook})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_does_not_make_evidence_unreadable(tmp_path: Path, value: float) -> None:
    run = TrainingRun(4, "fit", epochs=(EpochSeen(1, 2.5, {"loss": value}),))
    store.save(tmp_path / "evidence", evidence({}, {2: NotebookEvidence("key", "completed", training=(run,))}), {}, {})
    loaded = store.load(tmp_path / "evidence")
    assert loaded is not None
    assert str(loaded.notebooks[2].training[0].epochs[0].values["loss"]) == str(value)
