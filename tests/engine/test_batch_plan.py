"""What is graded, what still holds, and where OUT may lie."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from grader.engine import batch_plan, job_record
from grader.engine.job_record import JobRecord
from grader.engine.out_folder import OutFolder
from grader.engine.sources import fingerprint_of, open_inbox
from grader.intake import Candidate
from grader.model.errors import UsageError
from grader.model.status import Severity, SubmissionStatus
from grader.model.submission import Flag

SHARED = {"grader": "1"}


def candidate(path: Path, team: str = "team_1", flags: tuple[Flag, ...] = ()) -> Candidate:
    return Candidate(team, path.name, path, None, datetime.datetime(2026, 1, 1), flags)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "team_1.tar.gz"
    path.write_bytes(b"as handed in")
    return path


@pytest.fixture
def out(tmp_path: Path) -> OutFolder:
    folder = OutFolder(tmp_path / "OUT")
    folder.prepare()
    return folder


def store(out: OutFolder, of: Candidate, rubric: str = "r", scored: str | None = None) -> None:
    """A finished result of `of`."""
    folder = out.team(of.team)
    folder.prepare()
    folder.result.write_text("{}")
    folder.report.write_text("")
    inputs = {**SHARED, **fingerprint_of(of)}
    record = JobRecord(of.team, of.source, "", SubmissionStatus.GRADED, inputs, rubric, scored or rubric)
    job_record.write(folder.job, record)


def plan(out: OutFolder, of: Candidate, rubric: str = "r", anew: bool = False) -> batch_plan.Plan:
    return batch_plan.make_plan([of], out, SHARED, rubric, anew=anew)


def test_new_hand_in_is_graded(out: OutFolder, archive: Path) -> None:
    made = plan(out, candidate(archive))
    assert [job.candidate.team for job in made.jobs] == ["team_1"] and made.to_observe == 1


def test_finished_result_holds(out: OutFolder, archive: Path) -> None:
    store(out, candidate(archive))
    assert plan(out, candidate(archive)) == batch_plan.Plan((), ("team_1",))


def test_time_stamp_alone_changes_nothing(out: OutFolder, archive: Path) -> None:
    store(out, candidate(archive))
    os.utime(archive, (1, 1))
    assert not plan(out, candidate(archive)).jobs


def test_other_bytes_or_other_flags_are_graded_again(out: OutFolder, archive: Path) -> None:
    store(out, candidate(archive))
    assert plan(out, candidate(archive, flags=(Flag("superseded", Severity.INFO),))).jobs
    archive.write_bytes(b"handed in again")
    assert plan(out, candidate(archive)).to_observe == 1


@pytest.mark.parametrize("missing", ["result.json", "report.html", "job.json"])
def test_result_with_a_file_missing_is_made_again(out: OutFolder, archive: Path, missing: str) -> None:
    store(out, candidate(archive))
    (out.team("team_1").path / missing).unlink()
    assert plan(out, candidate(archive)).jobs


def test_lacking_notebook_pages_are_a_job_that_uses_what_is_stored_where_they_are_wanted(
    out: OutFolder, archive: Path
) -> None:
    store(out, candidate(archive))
    folder = out.team("team_1")
    folder.executed_notebooks.mkdir(parents=True)
    (folder.executed_notebooks / "part1.ipynb").write_text("{}")
    assert not plan(out, candidate(archive)).jobs
    (job,) = batch_plan.make_plan([candidate(archive)], out, SHARED, "r", anew=False, with_appendix=True).jobs
    assert job.reuse


def test_forced_job_uses_nothing_stored(out: OutFolder, archive: Path) -> None:
    store(out, candidate(archive))
    made = plan(out, candidate(archive), anew=True)
    (job,) = made.jobs
    assert not job.reuse and made.to_observe == 1


@pytest.mark.parametrize(("observed", "scored"), [("old", "old"), ("r", "old"), ("old", "r")])
def test_result_of_another_rubric_is_done_again_with_what_is_stored(
    out: OutFolder, archive: Path, observed: str, scored: str
) -> None:
    store(out, candidate(archive), observed, scored)
    made = plan(out, candidate(archive))
    assert made.rubric_changed == {"team_1"}
    assert made.jobs[0].reuse
    assert made.to_observe == 0


def test_unknown_team_is_refused_with_close_names(archive: Path) -> None:
    found = [candidate(archive, team) for team in ("team_1", "team_2")]
    assert batch_plan.only(found, []) == found
    assert batch_plan.only(found, ["team_2"]) == found[1:]
    with pytest.raises(UsageError, match="taem_1.*close: .*team_1"):
        batch_plan.only(found, ["taem_1"])
    with pytest.raises(UsageError, match="zebra"):
        batch_plan.only(found, ["zebra"])


def test_out_inside_the_inbox_is_no_hand_in(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "team_1").mkdir(parents=True)
    (tmp_path / "inbox" / "team_1" / "layer_utils.py").write_text("")
    out = tmp_path / "inbox" / "OUT"
    (out / "teams" / "team_9").mkdir(parents=True)
    (out / "teams" / "team_9" / "layer_utils.py").write_text("")
    assert [found.team for found in open_inbox([tmp_path / "inbox"], out).candidates] == ["team_1"]


def test_out_inside_a_hand_in_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "team_1").mkdir(parents=True)
    (tmp_path / "inbox" / "team_1" / "layer_utils.py").write_text("")
    with pytest.raises(UsageError, match="team_1"):
        open_inbox([tmp_path / "inbox"], tmp_path / "inbox" / "team_1" / "OUT")
