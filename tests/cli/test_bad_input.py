"""Every kind of bad input gives what the user is promised, in a real batch over real archives."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.cli import hand_ins
from tests.cli.conftest import Graded, write_rubric
from tests.cli.grade_command import Checkout, refusal

MAX_POOL = "p1.max_pool_forward"
MISBEHAVIOUR = {
    "raises": "error",
    "exits": "error",
    "loops": "timeout",
    "memory": "memory",
    "kills": "error",
    "signature": "error",
    "missing": "missing",
}
REJECTED = ("truncated", "bomb", "garbage")


def test_batch_with_bad_hand_ins_ends_well(graded: Graded) -> None:
    assert graded.ended.returncode == 0, graded.ended.stderr
    assert graded.ended.stderr == ""
    assert "who is who.txt" in graded.ended.stdout


@pytest.mark.parametrize(("team", "status"), MISBEHAVIOUR.items())
def test_misbehaving_function_costs_its_own_item_alone(graded: Graded, team: str, status: str) -> None:
    result = graded.result(team)
    assert result["status"] == "graded"
    statuses = {item["id"]: item["status"] for item in result["items"]}
    assert statuses.pop(MAX_POOL) == status
    assert set(statuses.values()) == {"passed"}, statuses


def test_flood_of_output_costs_nothing_and_is_cut(graded: Graded) -> None:
    result = graded.result("floods")
    assert result["score"] == result["max_score"]
    evidence = graded.out / "teams" / "floods" / "evidence"
    assert sum(file.stat().st_size for file in evidence.rglob("*") if file.is_file()) < 5_000_000


def test_traceback_shows_the_students_own_frames_only(graded: Graded) -> None:
    report = (graded.out / "teams" / "raises" / "report.html").read_text(encoding="utf-8")
    assert "boom" in report
    assert "grader/" not in report


@pytest.mark.parametrize("team", REJECTED)
def test_broken_archive_is_rejected_with_its_reason_everywhere(graded: Graded, team: str) -> None:
    result = graded.result(team)
    assert result["status"] == "rejected"
    reason = result["reason"]
    assert reason
    assert reason.split(":")[0] in (graded.out / "index.html").read_text(encoding="utf-8")
    assert reason.split(":")[0] in (graded.out / "teams" / team / "report.html").read_text(encoding="utf-8")
    with open(graded.out / "gradebook.csv", encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["team"] == team)
    assert (row["status"], row["reason"]) == ("rejected", reason)


def test_unsafe_members_are_named_and_the_rest_is_graded(graded: Graded) -> None:
    result = graded.result("outside")
    assert result["score"] == result["max_score"]
    told = " ".join(flag["message"] for flag in result["flags"])
    assert all(name in told for name in ("escaped.py", "absolute.py", "link", "device")), told


def test_notebook_that_is_no_json_is_told_and_the_functions_are_graded(graded: Graded) -> None:
    result = graded.result("bad_notebook")
    assert result["score"] == result["max_score"]
    assert "notebook_missing" in {flag["id"] for flag in result["flags"]}


def test_old_notebook_is_upgraded(graded: Graded) -> None:
    result = graded.result("old_notebook")
    assert result["score"] == result["max_score"]
    assert "notebook_missing" not in {flag["id"] for flag in result["flags"]}


@pytest.mark.parametrize("command", ["check", "batch"])
def test_path_that_is_not_there_is_refused(checkout: Checkout, tmp_path: Path, command: str) -> None:
    extra = ["-o", tmp_path / "OUT"] if command == "batch" else []
    assert "no_such_place" in refusal(checkout.run(command, tmp_path / "no_such_place", *extra))
    assert list(tmp_path.iterdir()) == []


def test_inbox_without_a_hand_in_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    assert "inbox" in refusal(checkout.run("batch", tmp_path / "inbox", "-o", tmp_path / "OUT"))
    (tmp_path / "inbox" / "notes.txt").write_text("no hand-in")
    assert "notes.txt" in refusal(checkout.run("batch", tmp_path / "inbox", "-o", tmp_path / "OUT"))


def test_file_or_folder_that_is_no_hand_in_is_refused_by_the_self_check(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no hand-in")
    assert "notes.txt" in refusal(checkout.run(tmp_path / "notes.txt"))
    assert str(tmp_path) in refusal(checkout.run(tmp_path))


def test_broken_archive_is_refused_by_the_self_check(checkout: Checkout, tmp_path: Path) -> None:
    archive = hand_ins.truncate(hand_ins.pack(tmp_path / "team_1.tar.gz", hand_ins.right_files()))
    assert "truncated" in refusal(checkout.run(archive))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (r"check: conv_forward\b", "check: conv_sideways", ["check", "conv_sideways", "max_pool_forward"]),
        (r"total: 30\b", "total: thirty", ["total", "thirty"]),
        (r"total: 30\b", "total: 31", ["total", "31", "30"]),
        (r"run_notebook: true", "run_notebok: true", ["run_notebok"]),
    ],
)
def test_rubric_that_does_not_hold_is_refused_with_its_line(
    checkout: Checkout, tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    text = (checkout.path / "rubrics" / "assignment2.yaml").read_text(encoding="utf-8")
    changed, count = re.subn(old, new, text, count=1)
    assert count == 1, "the rubric has changed; adapt this test"
    (tmp_path / "mine.yaml").write_text(changed, encoding="utf-8")
    line = refusal(checkout.run(checkout.path / "reference", "--rubric", tmp_path / "mine.yaml"))
    assert re.search(r"mine\.yaml:\d+: ", line), line
    assert all(word in line for word in expected), line


def test_rubric_that_is_not_there_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    assert "none.yaml" in refusal(checkout.run(checkout.path / "reference", "--rubric", tmp_path / "none.yaml"))


def test_out_that_cannot_be_written_is_refused_before_anything_runs(
    checkout: Checkout, graded: Graded, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "OUT"
    assert str(out) in refusal(checkout.run("batch", graded.inbox, "-o", out, "--rubric", graded.rubric))


def test_out_that_is_the_inbox_is_refused(checkout: Checkout, graded: Graded) -> None:
    before = sorted(graded.inbox.iterdir())
    assert "inbox" in refusal(checkout.run("batch", graded.inbox, "-o", graded.inbox))
    assert sorted(graded.inbox.iterdir()) == before


def test_grader_fault_is_retried_once_and_never_costs_points(
    checkout: Checkout, graded: Graded, tmp_path: Path
) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "OUT"
    inbox.mkdir()
    hand_ins.pack(inbox / "blocked.tar.gz", hand_ins.right_files())
    hand_ins.truncate(hand_ins.pack(inbox / "other.tar.gz", hand_ins.right_files()))
    (out / "teams" / "blocked" / "report.html").mkdir(parents=True)  # a report cannot take the place of a folder
    ended = checkout.run("batch", inbox, "-o", out, "--rubric", graded.rubric)
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert ended.stdout.count("blocked: the grader failed, trying once more") == 1
    assert "blocked: the grader failed, no points given or taken" in ended.stdout
    assert (out / "teams" / "other" / "result.json").is_file()
    (out / "teams" / "blocked" / "report.html").rmdir()
    ended = checkout.run("batch", inbox, "-o", out, "--rubric", graded.rubric)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 to grade, 1 unchanged" in ended.stdout


def test_changed_points_are_scored_again_and_changed_cases_observed_again(
    checkout: Checkout, graded: Graded, tmp_path: Path
) -> None:
    out = graded.copied(tmp_path / "OUT")
    teams = ["--only", "right", "--only", "raises", "--only", "truncated"]
    evidence = (out / "teams" / "right" / "evidence" / "evidence.json").read_bytes()
    strict = write_rubric(tmp_path / "strict.yaml", tolerance={"float64": 1e-9, "float32": 1e-6})
    ended = checkout.run("batch", graded.inbox, "-o", out, "--rubric", strict, *teams)
    assert "rubric changed: 3 scored again, 0 observed again" in ended.stdout, ended.stdout
    assert (out / "teams" / "right" / "evidence" / "evidence.json").read_bytes() == evidence
    more = write_rubric(tmp_path / "more.yaml", hidden_cases={"per_class": 2, "tell": "class"})
    ended = checkout.run("batch", graded.inbox, "-o", out, "--rubric", more, *teams)
    assert "rubric changed: 1 scored again, 2 observed again" in ended.stdout, ended.stdout
