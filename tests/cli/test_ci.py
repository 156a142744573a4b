"""`ci`: one real hand-in, what it tells other programs, and its exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli import hand_ins
from tests.cli.conftest import write_rubric
from tests.cli.grade_command import Checkout, refusal

OUTPUTS = {"--junit": "junit.xml", "--sarif": "results.sarif", "--gradescope": "results.json", "--json": "result.json"}

INJECTION = (
    "def max_pool_forward(x, pool_param):\n"
    "    raise ValueError('\\n::error::first\\n  ::add-mask::second %0A::third ##[error]fourth')"
)


class Ci:
    """Runs `ci` with the quick rubric; its files go to `folder`."""

    def __init__(self, checkout: Checkout, rubric: Path, folder: Path):
        self.checkout, self.rubric, self.folder = checkout, rubric, folder

    def run(
        self, path: Path, *more: object, environment: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        files = [argument for option, name in OUTPUTS.items() for argument in (option, self.folder / name)]
        # The tests themselves may run on GitHub.
        variables = {"GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": "", "GITHUB_WORKSPACE": "", **(environment or {})}
        command = ("ci", path, "--rubric", self.rubric, *files, *more)
        return self.checkout.run(*command, environment=variables, cwd=cwd)

    def junit(self) -> ElementTree.Element:
        return ElementTree.parse(self.folder / "junit.xml").getroot()

    def json(self, name: str) -> dict:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def written(self) -> set[str]:
        return {entry.name for entry in self.folder.iterdir()}


@pytest.fixture
def ci(checkout: Checkout, quick_rubric: Path, tmp_path: Path) -> Ci:
    folder = tmp_path / "results"
    folder.mkdir()
    return Ci(checkout, quick_rubric, folder)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A hand-in that loses the points of max_pool_forward alone."""
    return hand_ins.pack(tmp_path / "team_7.tar.gz", hand_ins.files_with(hand_ins.MISBEHAVING["raises"]))


def test_right_hand_in_passes_with_hidden_cases_and_its_notebook_run(checkout: Checkout, tmp_path: Path) -> None:
    archive = hand_ins.pack(tmp_path / "team_7.tar.gz", hand_ins.right_files())
    ended = Ci(checkout, checkout.path / "rubrics" / "assignment2.yaml", tmp_path).run(
        archive, "--html", tmp_path / "report.html"
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout + ended.stderr
    assert "30 of 30 points" in ended.stdout and "public checks" not in ended.stdout
    assert "::" not in ended.stdout
    result = json.loads((tmp_path / "result.json").read_text())
    assert (result["team"], result["score"]) == ("team_7", 30)
    assert result["isolation"]["level"] in ("namespaces", "landlock")
    assert not [flag for flag in result["flags"] if flag["severity"] == "warning"]
    assert json.loads((tmp_path / "results.json").read_text())["score"] == 30
    assert "team_7" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_lost_points_are_told_everywhere(ci: Ci, wrong: Path) -> None:
    ended = ci.run(wrong)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "25 of 30 points" in ended.stdout and "boom" in ended.stdout
    assert int(ci.junit().get("errors", "0")) > 0 and ci.junit().get("failures") == "0"
    places = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
              for result in ci.json("results.sarif")["runs"][0]["results"]}  # fmt: skip
    assert places == {"Utils/layer_utils.py"}
    scores = [test["score"] for test in ci.json("results.json")["tests"] if "score" in test]
    assert ci.json("results.json")["score"] == sum(scores) == ci.json("result.json")["score"] == 25
    assert ci.written() == set(OUTPUTS.values())


def test_same_hand_in_gets_the_seed_that_batch_gives_it(ci: Ci, wrong: Path, tmp_path: Path) -> None:
    ci.run(wrong, "-q")
    ended = ci.checkout.run("batch", wrong, "-o", tmp_path / "OUT", "--rubric", ci.rubric, "-q")
    assert ended.returncode == 0, ended.stderr
    graded = json.loads((tmp_path / "OUT" / "teams" / "team_7" / "result.json").read_text())
    one, other = ({key: tree[key] for key in ("seed", "score", "items")} for tree in (ci.json("result.json"), graded))
    assert one == other


@pytest.mark.parametrize(("least", "code"), [("25", 0), ("25.5", 1), ("0", 0)])
def test_with_a_least_score_the_score_decides(ci: Ci, wrong: Path, least: str, code: int) -> None:
    ended = ci.run(wrong, "--min-score", least)
    assert ended.returncode == code
    assert ("below the 25.5 points asked for" in ended.stdout) == (code == 1)


@pytest.mark.parametrize("least", ["31", "-1", "nan", "many"])
def test_least_score_that_makes_no_sense_is_refused(ci: Ci, wrong: Path, least: str) -> None:
    assert "--min-score" in refusal(ci.run(wrong, "--min-score", least))
    assert ci.written() == set()


def test_rejected_hand_in_has_exit_code_2_and_its_reason_everywhere(ci: Ci, tmp_path: Path) -> None:
    archive = hand_ins.truncate(hand_ins.pack(tmp_path / "team_7.tar.gz", hand_ins.right_files()))
    line = refusal(ci.run(archive, "--min-score", "0"))
    assert str(archive) in line and "truncated" in line
    assert ci.junit().get("errors") == "1"
    assert ci.json("results.json")["score"] == 0 and "truncated" in ci.json("results.json")["output"]
    assert ci.json("result.json")["status"] == "rejected"
    assert "truncated" in ci.json("results.sarif")["runs"][0]["results"][0]["message"]["text"]


def test_folder_of_an_upload_without_work_is_rejected_for_gradescope(ci: Ci, tmp_path: Path) -> None:
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "essay.docx").write_bytes(b"words")
    assert "nothing to grade" in refusal(ci.run(tmp_path / "submission"))
    assert ci.json("results.json")["score"] == 0


def test_path_that_is_not_there_is_refused_and_writes_nothing(ci: Ci, tmp_path: Path) -> None:
    assert "no such file" in refusal(ci.run(tmp_path / "gone.tar.gz"))
    assert ci.written() == set()


@pytest.mark.parametrize("option", ["--junit", "--sarif", "--gradescope"])
def test_file_that_cannot_be_written_is_refused_before_anything_runs(
    checkout: Checkout, tmp_path: Path, option: str
) -> None:
    target = tmp_path / "no such folder" / "file"
    assert str(target) in refusal(checkout.run("ci", tmp_path / "would be refused later", option, target))


def test_fault_of_the_grader_gives_no_points_anywhere(ci: Ci, wrong: Path, tmp_path: Path) -> None:
    broken = Checkout.copied(tmp_path / "broken" / "checkout")
    layers = broken.path / "reference" / "Utils" / "layer_utils.py"
    layers.write_text("raise RuntimeError('broken on purpose')\n")
    ended = Ci(broken, ci.rubric, ci.folder).run(wrong, environment={"TMPDIR": str(tmp_path)})
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert len(ended.stderr.splitlines()) == 1 and "not your code" in ended.stderr
    assert "score" not in ci.json("results.json") and "tests" not in ci.json("results.json")
    assert ci.json("result.json")["status"] == "grader_error" and ci.json("result.json")["score"] is None
    assert ci.junit().get("errors") == "1"
    assert ci.json("results.sarif")["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_without_a_reference_the_public_cases_are_asked_and_it_says_so(ci: Ci, wrong: Path, tmp_path: Path) -> None:
    public = Checkout.copied(tmp_path / "public" / "checkout", without=["reference"])
    ended = Ci(public, ci.rubric, ci.folder).run(wrong)
    assert ended.returncode == 1, ended.stderr
    assert "on the public checks" in ended.stdout
    assert "hidden ones" in ci.json("results.json")["output"]


def obeyed(output: str) -> list[str]:
    """The workflow commands that GitHub obeys in `output`: none between stop-commands and its own word."""
    commands = []
    word = None
    for line in output.splitlines():
        stripped = line.lstrip()
        if word is not None:
            word = None if stripped == f"::{word}::" else word
            continue
        stop = re.fullmatch(r"::stop-commands::(\w+)", stripped)
        if stop:
            word = stop[1]
        elif stripped.startswith("::") or "##[" in line:
            commands.append(stripped)
    assert word is None, "commands stay stopped"
    return commands


def github(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GRADER_SALT": "s", **more}


def test_github_gets_annotations_at_the_lines_of_the_checkout(ci: Ci, wrong: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "repository"
    hand_ins.unpack(wrong, checkout)
    (tmp_path / "summary.md").write_text("# before\n")
    ended = ci.run(Path("team_7"), environment=github(tmp_path, GITHUB_WORKSPACE=str(checkout)), cwd=checkout)
    assert (ended.returncode, ended.stderr) == (1, "")
    (line,) = obeyed(ended.stdout)
    line_of_raise = (checkout / "team_7" / "layer_utils.py").read_text().splitlines().index(
        "    raise ValueError('boom')"
    ) + 1  # fmt: skip
    assert line.startswith(f"::error file=team_7/layer_utils.py,line={line_of_raise},title=")
    assert "boom" in line
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("# before\n") and "25 of 30 points" in summary
    uris = re.findall(r'"uri": "([^"]*)"', (ci.folder / "results.sarif").read_text())
    assert set(uris) == {"team_7/layer_utils.py"}


def test_hand_in_cannot_give_github_commands(ci: Ci, tmp_path: Path) -> None:
    archive = hand_ins.pack(tmp_path / "team_7.tar.gz", hand_ins.files_with(INJECTION))
    ended = ci.run(archive, "-v", environment=github(tmp_path))
    assert ended.returncode == 1 and "::add-mask::second" in ended.stdout
    commands = obeyed(ended.stdout)
    assert commands and all(re.match(r"::(error|warning)[ :]", command) for command in commands)
    assert not [command for command in commands if "##[" in command]
    assert all(command.count("\n") == 0 for command in commands) and obeyed(ended.stderr) == []
    assert "##[" not in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert not re.search(r"^\s*::", (tmp_path / "summary.md").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_name_of_a_file_in_a_rejected_hand_in_is_no_command_either(ci: Ci, tmp_path: Path) -> None:
    archive = hand_ins.pack(tmp_path / "team_7.tar.gz", {"##[error]a.txt": b"x", "::error::b.txt": b"y"})
    ended = ci.run(archive, environment=github(tmp_path))
    assert ended.returncode == 2 and "error" in ended.stderr
    assert obeyed(ended.stderr) == [] and len(obeyed(ended.stdout)) == 1
    assert "##[" not in ended.stdout


def test_summary_that_cannot_be_written_fails_nothing(ci: Ci, wrong: Path, tmp_path: Path) -> None:
    ended = ci.run(wrong, "-q", "--min-score", "1", environment=github(tmp_path, GITHUB_STEP_SUMMARY=str(tmp_path)))
    assert ended.returncode == 0
    assert "summary" in ended.stderr


def test_missing_salt_is_told_on_github(ci: Ci, wrong: Path, tmp_path: Path) -> None:
    without = github(tmp_path, GRADER_SALT="", XDG_CONFIG_HOME=str(tmp_path / "fresh machine"))
    assert [c for c in obeyed(ci.run(wrong, "-q", environment=without).stdout) if "GRADER_SALT" in c]
    assert not [c for c in obeyed(ci.run(wrong, "-q", environment=github(tmp_path)).stdout) if "GRADER_SALT" in c]


def test_salt_decides_the_hidden_cases_and_the_child_never_has_it(ci: Ci, tmp_path: Path) -> None:
    told = "def max_pool_forward(x, pool_param):\n    import os\n    raise ValueError(sorted(os.environ))"
    archive = hand_ins.pack(tmp_path / "team_7.tar.gz", hand_ins.files_with(told))
    seeds = []
    for salt in ("one", "two", "one"):
        ci.run(archive, "-q", environment={"GRADER_SALT": salt})
        assert "GRADER_SALT" not in (ci.folder / "junit.xml").read_text()
        seeds.append(ci.json("result.json")["seed"])
    assert seeds[0] == seeds[2] != seeds[1]


def test_reader_that_goes_away_changes_no_exit_code(ci: Ci, wrong: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = ci.checkout.environment(github(tmp_path))
    command = ci.checkout.command("ci", wrong, "--rubric", ci.rubric)
    ended = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE, timeout=100)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_points_lost_by_a_slip_alone_are_a_failure(ci: Ci, wrong: Path, tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path / "strict.yaml", slips={"input_changed": 0.5})
    changing = "right = max_pool_forward\ndef max_pool_forward(x, p):\n    out = right(x.copy(), p)\n    x[:] = 0\n    return out"
    archive = hand_ins.pack(tmp_path / "team_8.tar.gz", hand_ins.files_with(changing))
    ended = Ci(ci.checkout, rubric, ci.folder).run(archive, "-q")
    assert ended.returncode == 1
    assert ci.junit().get("failures") == "1" and ci.json("result.json")["score"] == 27.5
