"""`grade.py [PATH]`: the self-check."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from grader.cli import exit_codes, options, output_files
from grader.cli.console import make_console
from grader.cli.dependencies import require_for_notebooks
from grader.cli.watch import watch
from grader.messages import catalogue

if TYPE_CHECKING:
    from grader.engine.settings import RunSettings

NAME = "check"


def declare(commands: options.Commands) -> None:
    text = catalogue().text
    parser = options.add_command(commands, NAME, run)
    parser.add_argument("path", nargs="?", type=Path, default=Path("."), help=text("cli.check.path"))
    parser.add_argument("--watch", action="store_true", help=text("cli.check.watch"))
    options.add_grading(parser)
    options.add_files(parser)
    options.add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    # What only other commands need stays unloaded: a student's machine may not have it.
    from grader.engine import run_setup
    from grader.engine.installation import Installation

    output_files.check_writable(arguments.json, arguments.html)
    if arguments.profile is not None:
        require_for_notebooks(arguments.runner)
    settings = run_setup.for_self_check(Installation.here(), options.asked(arguments), os.environ)
    console = make_console()
    if arguments.watch:
        return watch(arguments.path, lambda: _check(arguments, settings, console), console)
    return _check(arguments, settings, console)


def _check(arguments: argparse.Namespace, settings: RunSettings, console: Console) -> int:
    from grader.engine.selfcheck import self_check
    from grader.report import html_report, result_json, terminal

    checked = self_check(arguments.path, settings)
    terminal.print_scorecard(
        checked.card,
        console,
        options.verbosity(arguments),
        notebooks_run=settings.run_notebooks,
        arrays=checked.arrays,
    )
    if arguments.json:
        output_files.write(arguments.json, result_json.as_text(checked.card))
    if arguments.html:
        output_files.write(arguments.html, html_report.render(checked.card, checked.arrays))
    return exit_codes.ALL_PASSED if checked.all_passed else exit_codes.LOST_POINTS
