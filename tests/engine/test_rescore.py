"""Scoring a whole OUT again: who changed, by how much, why; and what cannot be read stays as it was."""

import csv
import json
from pathlib import Path

import pytest

from grader.engine import job_record, kept_rubrics, overview, team_result
from grader.engine.job_record import JobRecord
from grader.engine.out_folder import OutFolder
from grader.engine.rescore import rescore
from grader.engine.score_change import ItemChange, ScoreChange, as_csv
from grader.evidence import store
from grader.model.rubric import Rubric
from grader.model.status import SubmissionStatus
from grader.scoring import rubric_file
from grader.scoring.rubric_file import fingerprint
from grader.scoring.score import score
from tests.scoring.evidence_builder import case, evidence, item

RUBRIC = rubric_file.load(Path(__file__).parents[2] / "rubrics" / "assignment2.yaml")
POOL = "p1.max_pool_forward"
DEARER = RUBRIC.model_copy(
    update={
        "items": tuple(e.model_copy(update={"points": 7.0}) if e.id == POOL else e for e in RUBRIC.items),
        "total": 32.0,
    }
)


def graded(out: OutFolder, team: str, error: float) -> None:
    """A team as `batch` leaves it, whose pooling is `error` away from the right answer."""
    folder = out.team(team)
    folder.prepare()
    seen = evidence({POOL: item("max_pool_forward", case("strides", {"contract": error}))})
    store.save(folder.evidence, seen, {}, {})
    team_result.write(folder, score(seen, RUBRIC), lambda prefix: {})
    sha256 = fingerprint(RUBRIC)
    record = JobRecord(team, f"{team}.zip", "", SubmissionStatus.GRADED, {}, sha256, sha256)
    job_record.write(folder.job, record)


@pytest.fixture
def out(tmp_path: Path) -> OutFolder:
    folder = OutFolder(tmp_path / "OUT")
    folder.prepare()
    graded(folder, "right", 0.0)
    graded(folder, "wrong", 1.0)
    overview.write(folder, ["right", "wrong"], RUBRIC)
    return folder


def rows(out: OutFolder) -> list[dict[str, str]]:
    with out.rescored.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_change_is_told_by_team_and_item_with_its_cause(out: OutFolder) -> None:
    summary = rescore(out.path, DEARER)
    assert [(c.team, c.before, c.after) for c in summary.changes if c.changed] == [("right", 5, 7)]
    assert [(row["team"], row["item"], row["change"], row["why"]) for row in rows(out)] == [
        ("right", "", "+2", ""),
        ("right", POOL, "+2", "points: 5 -> 7"),
    ]
    assert json.loads(out.team("right").result.read_text())["score"] == 7


def test_the_way_back_is_told_as_well(out: OutFolder) -> None:
    rescore(out.path, DEARER)
    rescore(out.path, RUBRIC)
    assert [row["why"] for row in rows(out) if row["item"]] == ["points: 7 -> 5"]


def test_scoring_again_by_the_same_rubric_changes_nothing(out: OutFolder) -> None:
    before = out.team("right").result.read_text(), out.team("right").report.read_text()
    assert not any(change.changed for change in rescore(out.path, RUBRIC).changes)
    assert rows(out) == []
    assert (out.team("right").result.read_text(), out.team("right").report.read_text()) == before


def test_a_rubric_that_was_not_kept_is_said_to_be_missing(out: OutFolder) -> None:
    for kept in out.rubrics.iterdir():
        kept.unlink()
    rescore(out.path, DEARER)
    assert "not kept" in rows(out)[1]["why"]


@pytest.mark.parametrize("schema", [0, 99, "x"])
def test_evidence_of_an_unknown_schema_is_refused_and_the_rest_goes_on(out: OutFolder, schema: object) -> None:
    team = out.team("wrong")
    file = team.evidence / "evidence.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"schema": schema}))
    before = team.result.read_text(), team.report.read_text()
    summary = rescore(out.path, DEARER)
    refused = {change.team: change.refused for change in summary.changes if change.refused}
    assert set(refused) == {"wrong"} and f"schema {schema}" in refused["wrong"] and "\n" not in refused["wrong"]
    assert summary.grader_errors == ("wrong",)
    assert (team.result.read_text(), team.report.read_text()) == before
    assert json.loads(out.team("right").result.read_text())["score"] == 7
    assert "wrong,grader_error,," in out.gradebook.read_text()
    record = job_record.read(team.job)
    assert record is not None and not record.holds_for({}, record.scored_rubric)


def test_a_refused_team_is_scored_once_its_evidence_can_be_read(out: OutFolder) -> None:
    file = out.team("wrong").evidence / "evidence.json"
    readable = file.read_text()
    file.write_text("{")
    assert rescore(out.path, DEARER).grader_errors == ("wrong",)
    file.write_text(readable)
    assert rescore(out.path, DEARER).grader_errors == ()


@pytest.mark.parametrize("name", ["team", "=cmd()"])
def test_rows_hold_no_formula(name: str) -> None:
    change = ScoreChange(name, 5.0, 4.0, (ItemChange(POOL, 5.0, 4.0, ("=1",)),))
    assert not any(cell.startswith("=") for line in as_csv([change]).splitlines() for cell in line.split(","))


def test_kept_rubric_comes_back(tmp_path: Path) -> None:
    kept_rubrics.keep(tmp_path / "rubrics", DEARER)
    found = kept_rubrics.find(tmp_path / "rubrics", fingerprint(DEARER))
    assert isinstance(found, Rubric) and found == DEARER


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"parts": {"x": 1}}'])
def test_a_damaged_kept_rubric_counts_as_absent(tmp_path: Path, content: str) -> None:
    kept_rubrics.keep(tmp_path, DEARER)
    (tmp_path / f"{fingerprint(DEARER)}.json").write_text(content)
    assert kept_rubrics.find(tmp_path, fingerprint(DEARER)) is None
    assert kept_rubrics.find(tmp_path, "../x") is None
