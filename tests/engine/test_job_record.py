"""Which stored results still hold."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from grader.engine import job_record
from grader.engine.job_record import JobRecord
from grader.model.status import SubmissionStatus

RECORD = JobRecord(
    team="team_1",
    source="team_1.zip",
    source_sha256="ab",
    status=SubmissionStatus.GRADED,
    inputs={"handin": "1", "grader": "2"},
    observed_rubric="r",
    scored_rubric="r",
)


def test_record_survives_the_disk(tmp_path: Path) -> None:
    job_record.write(tmp_path / "job.json", RECORD)
    assert job_record.read(tmp_path / "job.json") == RECORD


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"schema": 99}', '{"schema": 1}', '{"schema": 1, "status": "odd"}', "\xff"]
)
def test_unreadable_record_counts_as_nothing_done(tmp_path: Path, content: str) -> None:
    (tmp_path / "job.json").write_bytes(content.encode("latin-1"))
    assert job_record.read(tmp_path / "job.json") is None
    assert job_record.read(tmp_path / "absent.json") is None


def test_result_holds_for_the_same_inputs_and_rubric_only() -> None:
    same = {"handin": "1", "grader": "2"}
    assert RECORD.holds_for(same, "r")
    assert not RECORD.holds_for({**same, "handin": "3"}, "r")
    assert not RECORD.holds_for({**same, "more": "3"}, "r")
    assert not RECORD.holds_for(same, "another")


def test_rescored_result_is_observed_again_by_the_next_batch() -> None:
    rescored = dataclasses.replace(RECORD, scored_rubric="new")
    assert not rescored.holds_for(RECORD.inputs, "r")
    assert not rescored.holds_for(RECORD.inputs, "new")


def test_grader_error_never_holds() -> None:
    failed = dataclasses.replace(RECORD, status=SubmissionStatus.GRADER_ERROR)
    assert not failed.holds_for(RECORD.inputs, "r")
