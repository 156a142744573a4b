"""What is said about a machine, and that a machine that refuses something is told from one that works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from grader.model.isolation import IsolationLevel
from grader.sandbox import sandbox_for, survey
from grader.sandbox.guarantees import ATTACKS, CONDITIONAL_GAPS, KNOWN_GAPS

ROOT = Path(__file__).resolve().parents[2]
NAMESPACES, LANDLOCK = IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK
LIMITS, NONE = IsolationLevel.LIMITS, IsolationLevel.NONE


@cache
def finding(level: IsolationLevel, refusal: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-B", str(Path(__file__).with_name("refusals.py")), level.value, refusal],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def needs(level: IsolationLevel) -> None:
    unrefused = finding(level, "nothing")
    if not unrefused["works"]:
        pytest.skip(f"{level} does not work here: {unrefused['detail']}")


def test_survey_has_every_level_strongest_first() -> None:
    report = survey()
    assert [entry.level for entry in report.findings] == [NAMESPACES, LANDLOCK, LIMITS, NONE]
    assert report.findings[-1].works
    assert report.strongest.level.strength == max(entry.level.strength for entry in report.findings if entry.works)


def test_survey_agrees_with_a_trial_of_each_level() -> None:
    for entry in survey().findings:
        tried = finding(entry.level, "nothing")
        assert (entry.works, entry.detail, list(entry.gaps)) == (tried["works"], tried["detail"], tried["gaps"])


def test_survey_is_made_once() -> None:
    assert survey() is survey()


def test_survey_survives_a_trial_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    report = survey.__wrapped__()
    assert [entry.works for entry in report.findings] == [False, False, False, True]
    assert "/nowhere/python" in report.findings[0].detail


@pytest.mark.parametrize("level", [LIMITS, NONE])
def test_levels_without_walls_say_that_they_do_not_isolate(level: IsolationLevel) -> None:
    assert any("not isolated" in gap for gap in finding(level, "nothing")["gaps"])


def test_gaps_of_landlock_are_in_the_finding() -> None:
    needs(LANDLOCK)
    gaps = "\n".join(finding(LANDLOCK, "nothing")["gaps"])
    for attack, reason in KNOWN_GAPS[LANDLOCK].items():
        assert ATTACKS[attack] in gaps and reason in gaps


@pytest.mark.parametrize(("refusal", "words"), [
    ("unshare", "namespace"), ("mount", "mounting"), ("pivot_root", "pivot_root"),
])  # fmt: skip
def test_refused_namespaces_are_a_finding_in_words(refusal: str, words: str) -> None:
    needs(NAMESPACES)
    refused = finding(NAMESPACES, refusal)
    assert not refused["works"]
    assert words in refused["detail"] and "Operation not permitted" in refused["detail"]


def test_landlock_works_where_namespaces_are_refused() -> None:
    needs(LANDLOCK)
    assert finding(LANDLOCK, "unshare")["works"]


@pytest.mark.parametrize(("refusal", "words"), [
    ("no-landlock", "Function not implemented"), ("landlock-off", "not supported"), ("landlock-2", "version 2"),
])  # fmt: skip
def test_missing_or_old_landlock_is_a_finding_in_words(refusal: str, words: str) -> None:
    needs(LANDLOCK)
    refused = finding(LANDLOCK, refusal)
    assert not refused["works"] and words in refused["detail"]


@pytest.mark.parametrize("version", [3, 4, 5])
def test_older_landlock_works_and_admits_what_it_cannot_scope(version: int) -> None:
    needs(LANDLOCK)
    older, newest = (finding(LANDLOCK, name) for name in (f"landlock-{version}", "nothing"))
    assert older["works"]
    changes_user = os.getuid() == 0 and not any(ATTACKS["become_root"] in gap for gap in newest["gaps"])
    admitted = any(ATTACKS["signal_parent"] in gap for gap in older["gaps"])
    assert admitted is not changes_user


@pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
def test_refused_filter_makes_a_level_unusable(level: IsolationLevel) -> None:
    needs(level)
    refused = finding(level, "no-filter")
    assert not refused["works"] and "filter" in refused["detail"]


def test_unknown_processor_leaves_namespaces_with_gaps_and_no_landlock() -> None:
    needs(NAMESPACES)
    gaps = "\n".join(finding(NAMESPACES, "unknown-processor")["gaps"])
    assert all(ATTACKS[attack] in gaps for attack in CONDITIONAL_GAPS[NAMESPACES])
    assert not finding(LANDLOCK, "unknown-processor")["works"]


@pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
def test_macos_has_no_walls(level: IsolationLevel) -> None:
    found = finding(level, "macos")
    assert not found["works"] and "needs Linux" in found["detail"]


@pytest.mark.parametrize("level", [LIMITS, NONE])
def test_macos_runs_without_a_call_of_linux(level: IsolationLevel) -> None:
    assert finding(level, "macos")["works"]


def test_without_fork_only_no_isolation_is_left() -> None:
    assert [finding(level, "no-fork")["works"] for level in (NAMESPACES, LANDLOCK, LIMITS, NONE)] == [False] * 3 + [
        True
    ]


def test_sandbox_needs_no_library_to_be_imported() -> None:
    program = "import sys, grader.sandbox; print(sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    outside = set(eval(done.stdout)) - set(sys.stdlib_module_names) - {"grader", "__main__"}
    assert outside == set()


@pytest.mark.parametrize("level", IsolationLevel)
def test_each_level_has_a_sandbox_that_knows_its_level(level: IsolationLevel) -> None:
    assert sandbox_for(level).level is level
