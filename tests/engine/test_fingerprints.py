"""Equal things have equal fingerprints, and nothing else has."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.engine import fingerprints
from grader.engine.installation import Installation
from grader.engine.settings import RunSettings
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel
from grader.scoring import rubric_file

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
