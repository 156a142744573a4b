"""`grade.py rescore OUT`: scores stored evidence again, executing nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli import exit_codes, options
from grader.cli.console import make_console, say
from grader.messages import catalogue

NAME = "rescore"


def declare(commands: options.Commands) -> None:
    parser = options.add_command(commands, NAME, run)
    parser.add_argument("out", type=Path, metavar="OUT", help=catalogue().text("cli.rescore.out"))
    options.add_rubric(parser)


def run(arguments: argparse.Namespace) -> int:
    from grader.engine import run_setup
    from grader.engine.installation import Installation
    from grader.engine.rescore import rescore

    text = catalogue().text
    rubric = run_setup.load_rubric(Installation.here(), arguments.rubric)
    summary = rescore(arguments.out, rubric)
    console = make_console()
    verbosity = options.verbosity(arguments)
    for change in summary.changes:
        if change.changed or verbosity > 0:
            before = "-" if change.before is None else f"{change.before:g}"
            after = "-" if change.after is None else f"{change.after:g}"
            say(console, text("cli.rescore.team", team=change.team, before=before, after=after, by=change.difference))
    for team in summary.unfinished:
        say(console, text("cli.rescore.unfinished", team=team))
    if verbosity >= 0:
        changed = sum(change.changed for change in summary.changes)
        say(console, text("cli.rescore.totals", count=len(summary.changes), changed=changed, rubric=rubric.name))
    return exit_codes.GRADER_FAULT if summary.grader_errors else exit_codes.ALL_PASSED
