"""The commands around grading, the pages that a batch leaves, and usage."""

from __future__ import annotations

import ast
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Graded, write_rubric
from tests.cli.grade_command import ROOT, Checkout, refusal


def test_batch_leaves_what_the_interface_promises(graded: Graded) -> None:
    assert (graded.out / "index.html").is_file()
    events = [json.loads(line)["event"] for line in (graded.out / "log.jsonl").read_text().splitlines()]
    assert events[0] == "batch_started" and events[-1] == "batch_finished"
    with open(graded.out / "gradebook.csv", encoding="utf-8", newline="") as file:
        rows = {row["team"]: row for row in csv.DictReader(file)}
    assert set(rows) == {path.name for path in (graded.out / "teams").iterdir()}
    assert rows["right"]["score"] == rows["right"]["max_score"] == "30"
    result = graded.result("right")
    assert result["schema"] == 1 and result["status"] == "graded"
    assert (graded.out / "teams" / "right" / "report.html").is_file()
    assert (graded.out / "teams" / "right" / "evidence" / "evidence.json").is_file()


def test_batch_asks_hidden_cases(graded: Graded) -> None:
    evidence = json.loads((graded.out / "teams" / "right" / "evidence" / "evidence.json").read_text())
    visibilities = {case["visibility"] for item in evidence["items"].values() for case in item["cases"]}
    assert visibilities == {"public", "hidden"}


def test_seed_depends_on_the_hand_in(graded: Graded) -> None:
    assert graded.result("right")["seed"] != graded.result("raises")["seed"]


def test_rescore_tells_who_changed_and_by_how_much(checkout: Checkout, graded: Graded, tmp_path: Path) -> None:
    out = graded.copied(tmp_path / "OUT")
    rubric = yaml.safe_load(graded.rubric.read_text(encoding="utf-8"))
    dearer = [item | {"points": 2 * item["points"]} for item in rubric["items"]]
    changed = write_rubric(tmp_path / "dearer.yaml", items=dearer, total=2 * rubric["total"])
    ended = checkout.run("rescore", out, "--rubric", changed)
    assert ended.returncode == 0, ended.stderr
    assert "right: 30 -> 60 (+30)" in ended.stdout
    assert "raises: 25 -> 50 (+25)" in ended.stdout
    assert "p1.max_pool_forward: 5 -> 10 (+5): points: 5 -> 10" in ended.stdout
    assert "right,,30,60,+30," in (out / "rescore.csv").read_text()
    assert "truncated" not in ended.stdout
    result = json.loads((out / "teams" / "right" / "result.json").read_text())
    assert result["score"] == 60
    assert "right,graded,60,60" in (out / "gradebook.csv").read_text()
    ended = checkout.run("rescore", out, "--rubric", graded.rubric)
    assert json.loads((out / "teams" / "right" / "result.json").read_text()) == graded.result("right")


def test_rescore_of_something_else_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    assert str(tmp_path) in refusal(checkout.run("rescore", tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_unknown_team_is_refused_with_close_names(checkout: Checkout, graded: Graded, tmp_path: Path) -> None:
    line = refusal(checkout.run("batch", graded.inbox, "-o", tmp_path / "OUT", "--only", "rihgt"))
    assert "rihgt" in line and "right" in line
    assert not (tmp_path / "OUT").exists()


def test_batch_also_writes_one_file_for_all(checkout: Checkout, graded: Graded, tmp_path: Path) -> None:
    out = graded.copied(tmp_path / "OUT")
    command = ("batch", graded.inbox, "-o", out, "--rubric", graded.rubric)
    ended = checkout.run(*command, "--json", tmp_path / "all.json", "--html", tmp_path / "all.html", "-q")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    teams = [result["team"] for result in json.loads((tmp_path / "all.json").read_text())["results"]]
    assert sorted(teams) == sorted(path.name for path in (out / "teams").iterdir())
    assert "<html" in (tmp_path / "all.html").read_text()


def test_template_agrees_with_the_reference_until_it_is_changed(checkout: Checkout, tmp_path: Path) -> None:
    own = Checkout.copied(tmp_path / "checkout")
    assert own.run("template", "--check").returncode == 0
    layers = own.path / "student_template" / "Utils" / "layer_utils.py"
    original = layers.read_bytes()
    layers.write_bytes(original + b"# changed\n")
    ended = own.run("template", "--check")
    assert ended.returncode == 1
    assert "Utils/layer_utils.py" in ended.stdout
    assert own.run("template").returncode == 0
    assert layers.read_bytes() == original


def test_doctor_says_what_is_there(checkout: Checkout) -> None:
    ended = checkout.run("doctor")
    assert ended.returncode in (0, 1), ended.stderr
    for subject in ("Python", "namespaces", "landlock", "limits", "TensorFlow", "rubric", "reference", "salt"):
        assert subject in ended.stdout


def test_doctor_fails_where_batch_could_not_run(tmp_path: Path) -> None:
    broken = Checkout.copied(tmp_path / "checkout", without=["rubrics"])
    ended = broken.run("doctor")
    assert ended.returncode == 1
    assert "rubric" in ended.stdout
    assert not broken.configuration.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["batch"],
        ["batch", "x"],
        ["--part", "4"],
        ["--seed", "-1"],
        ["batch", "x", "-o", "y", "--jobs", "0"],
        ["--isolation", "strong"],
        ["--profile", "fast"],
        ["bathc", "x"],
    ],
)
def test_bad_usage_is_one_line(checkout: Checkout, arguments: list[str]) -> None:
    refusal(checkout.run(*arguments))


def test_help_lists_every_command(checkout: Checkout) -> None:
    ended = checkout.run("--help")
    assert ended.returncode == 0
    for command in ("check", "batch", "rescore", "demo", "template", "doctor"):
        assert command in ended.stdout


def test_reader_that_goes_away_is_no_error(checkout: Checkout) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        checkout.command(checkout.path / "reference"),
        env=checkout.environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=100,
    )
    os.close(writing)
    assert ended.stderr == b""
    assert ended.returncode == 0


def test_fault_of_the_grader_is_one_line_and_a_log(tmp_path: Path) -> None:
    broken = Checkout.copied(tmp_path / "checkout")
    (broken.path / "grader" / "engine" / "selfcheck.py").write_text("raise RuntimeError('broken on purpose')\n")
    ended = broken.run(broken.path / "reference", environment={"TMPDIR": str(tmp_path)})
    assert ended.returncode == 3
    (line,) = ended.stderr.splitlines()
    assert "broken on purpose" in line
    log = Path(line.rpartition(" ")[2])
    assert "Traceback" in log.read_text()
    ended = broken.run(broken.path / "reference", "-v")
    assert ended.returncode == 3 and "Traceback" in ended.stderr


def test_old_python_is_told_to_go() -> None:
    source = (ROOT / "grade.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 4))
    pretend = (
        "import runpy, sys\n"
        "sys.version_info = (3, 8, 0, 'final', 0)\n"
        f"runpy.run_path({str(ROOT / 'grade.py')!r}, run_name='__main__')\n"
    )
    ended = subprocess.run([sys.executable, "-c", pretend], text=True, capture_output=True, timeout=60)
    assert "3.11 or newer" in refusal(ended)
