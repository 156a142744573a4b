"""`grade.py doctor`: what this machine has, and what to do about what is missing."""

from __future__ import annotations

import argparse
import os

from rich.text import Text

from grader.cli import exit_codes, options
from grader.cli.console import make_console, say
from grader.messages import catalogue

NAME = "doctor"


def declare(commands: options.Commands) -> None:
    options.add_data(options.add_command(commands, NAME, run))


def run(arguments: argparse.Namespace) -> int:
    from grader.engine.doctor import examine
    from grader.engine.installation import Installation

    text = catalogue().text
    console = make_console()
    findings = examine(Installation.here(), os.environ, arguments.data)
    width = max(len(finding.name) for finding in findings)
    lacking = [finding for finding in findings if finding.needed and not finding.there]
    for finding in findings:
        if options.verbosity(arguments) < 0 and finding not in lacking:
            continue
        word, style = ("yes", "green") if finding.there else ("NO", "red") if finding.needed else ("no", "yellow")
        line = Text.assemble((f"{word:<3}", style), f" {finding.name:<{width}}  {finding.detail}")
        console.print(line, soft_wrap=True)
        if finding.advice:
            say(console, f"    {'':<{width}}  -> {finding.advice}")
    if options.verbosity(arguments) >= 0:
        say(console, text("cli.doctor.lacking" if lacking else "cli.doctor.ready", count=len(lacking)))
    return exit_codes.LOST_POINTS if lacking else exit_codes.ALL_PASSED
