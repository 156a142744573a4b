"""`--lang` reaches everything that a student reads, also through worker processes, and changes no verdict."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.conftest import Graded
from tests.cli.grade_command import Checkout, refusal


def test_self_check_speaks_korean(checkout: Checkout, tmp_path: Path) -> None:
    work = tmp_path / "team_7"
    shutil.copytree(checkout.path / "student_template", work)
    ended = checkout.run(work, "--lang", "ko", "--html", tmp_path / "report.html")
    assert ended.returncode == 1, ended.stderr
    assert "아직 작성되지 않았습니다" in ended.stdout and "not written" not in ended.stdout
    assert '<html lang="ko">' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_batch_in_another_language_writes_reports_anew_and_executes_nothing(
    checkout: Checkout, graded: Graded, tmp_path: Path
) -> None:
    out = graded.copied(tmp_path / "OUT")
    command = ("batch", graded.inbox, "-o", out, "--rubric", graded.rubric, "--only", "right")
    ended = checkout.run(*command, "--lang", "ko")
    assert ended.returncode == 0, ended.stderr
    assert "nothing executed" in ended.stdout
    report = out / "teams" / "right" / "report.html"
    assert '<html lang="ko">' in report.read_text(encoding="utf-8")
    assert checkout.run(*command).returncode == 0
    assert '<html lang="en">' in report.read_text(encoding="utf-8")


def test_rescore_in_another_language_changes_words_and_no_points(
    checkout: Checkout, graded: Graded, tmp_path: Path
) -> None:
    out = graded.copied(tmp_path / "OUT")
    ended = checkout.run("rescore", out, "--rubric", graded.rubric, "--lang", "ko")
    assert ended.returncode == 0, ended.stderr
    assert " 0 changed" in ended.stdout
    assert '<html lang="ko">' in (out / "teams" / "right" / "report.html").read_text(encoding="utf-8")


def test_unknown_language_is_refused_with_the_known_ones(checkout: Checkout) -> None:
    line = refusal(checkout.run(".", "--lang", "tlh"))
    assert "tlh" in line and "en, ko" in line.replace("'", "")
