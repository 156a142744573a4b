"""Equal things have equal fingerprints, and nothing else has."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.datasets.profile import Profile
from grader.engine import fingerprints, packages
from grader.engine.installation import Installation
from grader.engine.run_data import RunData
from grader.engine.settings import RunSettings
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel
from grader.scoring import rubric_file
from tests.engine.training_rubric import run_settings

TEXTS = st.lists(st.text(max_size=4), max_size=4)


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_lists_of_texts_are_told_apart(first: list[str], second: list[str]) -> None:
    assert (fingerprints.of_text(*first) == fingerprints.of_text(*second)) == (first == second)


def test_folder_counts_names_and_contents_but_no_caches_and_links(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = fingerprints.of_path(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("compiled")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert fingerprints.of_path(tmp_path) == before
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    renamed = fingerprints.of_path(tmp_path)
    (tmp_path / "b.py").write_text("2")
    assert len({before, renamed, fingerprints.of_path(tmp_path)}) == 3


def test_run_is_known_by_what_can_change_a_result() -> None:
    installation = Installation.here()
    rubric = rubric_file.load(installation.rubric)
    base = RunSettings(installation, rubric, (1,), IsolationUsed(IsolationLevel.NONE), salt=b"salt")
    of_base = fingerprints.of_run(base)
    assert of_base == fingerprints.of_run(dataclasses.replace(base, hidden=(Path("elsewhere"),), scratch=Path("there")))
    isolation = IsolationUsed(IsolationLevel.LIMITS)
    changes = {"salt": b"other", "seed": 7, "runner": "nbclient", "language": "ko", "isolation": isolation}
    for name, value in changes.items():
        assert fingerprints.of_run(dataclasses.replace(base, **{name: value})) != of_base, name
    assert "salt" not in "".join(of_base.values())


def test_run_with_training_is_known_by_its_data_and_profile() -> None:
    data = RunData(Path("a"), Path("b"), Profile.QUICK, "stand-in", True, "1234")
    base = run_settings(1, 2, data=data)
    of_base = fingerprints.of_run(base)
    moved = dataclasses.replace(data, served=Path("elsewhere"))
    assert fingerprints.of_run(dataclasses.replace(base, data=moved, jobs=7)) == of_base
    other = (dataclasses.replace(data, digest="5678"), dataclasses.replace(data, asked_for=False))
    for changed in (*({"data": each} for each in other), {"profile": Profile.FULL}):
        assert fingerprints.of_run(dataclasses.replace(base, **changed)) != of_base, changed


def test_another_tensorflow_is_another_run_where_something_is_trained_only(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {parts: fingerprints.of_run(run_settings(*parts)) for parts in ((1,), (1, 2))}
    monkeypatch.setattr(packages, "training_versions", lambda: {"tensorflow": "99.0"})
    assert fingerprints.of_run(run_settings(1)) == before[1,]
    assert fingerprints.of_run(run_settings(1, 2)) != before[1, 2]
