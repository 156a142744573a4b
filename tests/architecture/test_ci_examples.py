"""The action and the examples of docs/ci.md are whole: they parse, and every command, option and input in them exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.cli.parser import parse
from grader.model.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+(?: [=!]= '\w*')?)\s*\}\}")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def workflows() -> list[dict[str, Any]]:
    return [tree for tree in map(yaml.safe_load, blocks("yaml")) if "jobs" in tree]


def command_lines(script: str) -> list[list[str]]:
    """What stands after `grade.py` in a shell script, as arguments; shell variables stay as they are."""
    joined = script.replace("\\\n", " ")
    return [shlex.split(line) for line in re.findall(r"grade\.py\"? +([^\n#]*)", joined)]


def steps_of(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_detector_reads_continued_and_quoted_commands() -> None:
    script = 'python "$X/grade.py" ci "$HAND IN" \\\n  --junit "$R/j.xml"\necho done\n'
    assert command_lines(script) == [["ci", "$HAND IN", "--junit", "$R/j.xml"]]
    with pytest.raises(UsageError):
        parse(["ci", "x", "--no-such-option"])


def test_every_yaml_example_parses_and_there_are_some_of_each() -> None:
    trees = [yaml.safe_load(block) for block in blocks("yaml")]
    assert len(trees) >= 3 and all(isinstance(tree, dict) for tree in trees)
    assert len(workflows()) == 2
    # YAML takes a bare `on` for true.
    assert all(True in workflow and workflow["jobs"] for workflow in workflows())


def test_every_command_of_the_page_is_understood() -> None:
    scripts = [*blocks("bash")]
    for tree in map(yaml.safe_load, blocks("yaml")):
        scripts += [step["run"] for step in steps_of(tree) if "run" in step] if "jobs" in tree else []
        scripts += [line for job in tree.values() if isinstance(job, dict) for line in job.get("script", [])]
    commands = [command for script in scripts for command in command_lines(script)]
    assert {command[0] for command in commands} == {"ci", "doctor"} and len(commands) >= 4
    for command in commands:
        parse(command)


def test_action_calls_ci_with_options_that_exist() -> None:
    scripts = "\n".join(step["run"] for step in ACTION["runs"]["steps"] if "run" in step)
    (command,) = command_lines(scripts)
    parse([argument for argument in command if argument != "${options[@]}"])
    added = set(re.findall(r"options\+?=\((--[a-z-]+)", scripts))
    assert added == {"--isolation", "--part", "--rubric", "--min-score", "--profile", "--data"}
    parse(["ci", "x", "--isolation", "limits", "--part", "1", "--rubric", "r.yaml", "--min-score", "1.5"])
    parse(["ci", "x", "--profile", "full", "--data", "stand-in"])


def test_action_installs_from_the_lock_with_hashes() -> None:
    scripts = "\n".join(step.get("run", "") for step in ACTION["runs"]["steps"])
    assert '--require-hashes -r "$GITHUB_ACTION_PATH/requirements.lock"' in scripts
    assert (ROOT / "requirements.lock").is_file()


def test_action_is_a_composite_one_with_a_shell_for_every_script() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in ACTION["runs"]["steps"]:
        assert ("run" in step) != ("uses" in step)
        assert "run" not in step or step["shell"] == "bash"


def test_no_expression_stands_in_a_script() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    scripts += [step["run"] for workflow in workflows() for step in steps_of(workflow) if "run" in step]
    assert scripts and not [script for script in scripts if "${{" in script]


def test_every_input_is_used_and_every_used_one_declared() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"inputs\.([\w-]+)", text))
    assert used == set(ACTION["inputs"])
    assert all("default" in declared and declared["description"] for declared in ACTION["inputs"].values())


def test_every_output_comes_from_a_step_and_a_file_that_is_written() -> None:
    scripts = "\n".join(step.get("run", "") for step in ACTION["runs"]["steps"])
    ids = {step["id"] for step in ACTION["runs"]["steps"] if "id" in step}
    for output in ACTION["outputs"].values():
        source = EXPRESSION.match(output["value"])
        assert source is not None and source[1].split(".")[1] in ids
        assert f'"$RESULTS/{output["value"].rpartition("/")[2]}"' in scripts


def test_what_is_for_staff_only_is_not_uploaded() -> None:
    assert "--json" not in (ROOT / "action.yml").read_text(encoding="utf-8")


def test_workflow_gives_the_action_inputs_that_it_has() -> None:
    calls = [step for workflow in workflows() for step in steps_of(workflow) if "grader@" in step.get("uses", "")]
    assert calls
    for call in calls:
        assert set(call["with"]) <= set(ACTION["inputs"])
        assert call["with"]["salt"] == "${{ secrets.GRADER_SALT }}"


def test_workflow_reads_outputs_that_the_action_has() -> None:
    read = set(re.findall(r"steps\.grade\.outputs\.([\w-]+)", PAGE))
    assert read and read <= set(ACTION["outputs"])
