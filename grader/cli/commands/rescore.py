"""`grade.py rescore OUT`: scores stored evidence again, executing nothing."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli import exit_codes, options
from grader.cli.console import make_console, say
from grader.messages import catalogue

if TYPE_CHECKING:
    from grader.engine.score_change import ItemChange, ScoreChange

NAME = "rescore"


def declare(commands: options.Commands) -> None:
    parser = options.add_command(commands, NAME, run)
    parser.add_argument("out", type=Path, metavar="OUT", help=catalogue().text("cli.rescore.out"))
    options.add_rubric(parser)
    options.add_language(parser)


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
        if change.changed or (verbosity > 0 and not change.refused):
            say(console, text("cli.rescore.team", team=change.team, **_values(change)))
            for item in change.items:
                say(console, text("cli.rescore.item", item=item.item, why="; ".join(item.why), **_values(item)))
        if change.refused:
            say(console, text("cli.rescore.refused", team=change.team, reason=change.refused))
    for team in summary.unfinished:
        say(console, text("cli.rescore.unfinished", team=team))
    if verbosity >= 0:
        changed = sum(change.changed for change in summary.changes)
        count = sum(not change.refused for change in summary.changes)
        say(console, text("cli.rescore.totals", count=count, changed=changed, rubric=rubric.name))
        say(console, text("cli.rescore.where", file=arguments.out / "rescore.csv"))
    return exit_codes.GRADER_FAULT if summary.grader_errors else exit_codes.ALL_PASSED


def _values(change: ScoreChange | ItemChange) -> dict[str, str]:
    from grader.engine.score_change import points_text

    return {"before": points_text(change.before), "after": points_text(change.after), "by": change.difference}
