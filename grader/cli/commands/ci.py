"""`grade.py ci PATH`: one hand-in, told to other programs: JUnit, SARIF, Gradescope, GitHub."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli import exit_codes, github, options, output_files
from grader.cli.console import make_console, say
from grader.cli.dependencies import require_for_batch
from grader.messages import catalogue
from grader.model.errors import UsageError
from grader.model.status import SubmissionStatus

if TYPE_CHECKING:
    from grader.engine.settings import RunSettings
    from grader.engine.single import Graded
    from grader.report.source_place import Sources

NAME = "ci"


def declare(commands: options.Commands) -> None:
    text = catalogue().text
    parser = options.add_command(commands, NAME, run)
    parser.add_argument("path", type=Path, metavar="PATH", help=text("cli.ci.path"))
    for name in ("junit", "sarif", "gradescope"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=text(f"cli.ci.{name}"))
    parser.add_argument("--min-score", type=_points, metavar="N", help=text("cli.ci.min_score"))
    options.add_grading(parser)
    options.add_files(parser)
    options.add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    require_for_batch(arguments.runner)
    from grader.engine import run_setup
    from grader.engine.installation import Installation
    from grader.engine.single import grade_hand_in
    from grader.engine.source_paths import sources_of

    output_files.check_writable(arguments.junit, arguments.sarif, arguments.gradescope, arguments.json, arguments.html)
    by_github = github.runs_this(os.environ)
    salted = github.has_salt(os.environ) or arguments.seed is not None
    settings = run_setup.for_batch(Installation.here(), options.asked(arguments), os.environ)
    _require_reachable(arguments.min_score, settings)
    graded = grade_hand_in(arguments.path, settings)
    base = Path(os.environ.get(github.WORKSPACE) or os.getcwd())
    sources = sources_of(graded, arguments.path, settings.rubric, base)
    public_only = not settings.installation.has_reference
    _write_files(arguments, graded, sources, public_only)
    with github.commands_stopped(by_github):
        _print(arguments, graded, public_only)
    if by_github:
        github.tell(graded, sources, os.environ, public_only=public_only, salted=salted)
    return _exit_code(arguments, graded)


def _write_files(arguments: argparse.Namespace, graded: Graded, sources: Sources, public_only: bool) -> None:
    from grader.engine import team_result
    from grader.report import gradescope, html_report, junit, sarif

    wanted = (
        (arguments.junit, lambda: junit.render(graded.card, graded.arrays)),
        (arguments.sarif, lambda: sarif.render(graded.card, sources, graded.arrays)),
        (arguments.gradescope, lambda: gradescope.render(graded.card, graded.arrays, public_only=public_only)),
        (arguments.json, lambda: team_result.as_json(graded.card)),
        (arguments.html, lambda: html_report.render(graded.card, graded.arrays)),
    )
    for target, text in wanted:
        if target is not None:
            output_files.write(target, text())


def _print(arguments: argparse.Namespace, graded: Graded, public_only: bool) -> None:
    """The verdict for people. Why a hand-in was not graded stands on stderr, as for every command."""
    from grader.report import terminal

    if graded.card.status is not SubmissionStatus.GRADED:
        return
    console = make_console()
    verbosity = options.verbosity(arguments)
    terminal.print_scorecard(graded.card, console, verbosity, public_only=public_only, arrays=graded.arrays)
    if _is_below(arguments.min_score, graded):
        say(console, catalogue().text("ci.below", asked=f"{arguments.min_score:g}"))


def _exit_code(arguments: argparse.Namespace, graded: Graded) -> int:
    """Raises what the grader failed with, and UsageError for a hand-in with nothing to grade."""
    if graded.fault is not None:
        raise graded.fault
    if graded.card.status is SubmissionStatus.REJECTED:
        raise UsageError(catalogue().text("ci.rejected", path=arguments.path, reason=graded.card.reason))
    passed = graded.all_passed if arguments.min_score is None else not _is_below(arguments.min_score, graded)
    return exit_codes.ALL_PASSED if passed else exit_codes.LOST_POINTS


def _is_below(asked: float | None, graded: Graded) -> bool:
    return asked is not None and graded.card.score < asked - 1e-9


def _require_reachable(asked: float | None, settings: RunSettings) -> None:
    """A demand that nobody can meet is a mistake of whoever made it, and no student's."""
    reachable = sum(item.points for item in settings.rubric.items if item.part in settings.parts)
    if asked is not None and asked > reachable + 1e-9:
        text = catalogue().text("ci.min_score", asked=f"{asked:g}", reachable=f"{reachable:g}")
        raise UsageError(text)


def _points(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise argparse.ArgumentTypeError(catalogue().text("ci.not_points", found=text))
    return number
