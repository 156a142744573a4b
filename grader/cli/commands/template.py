"""`grade.py template`: derives the students' folder from the reference."""

from __future__ import annotations

import argparse

from grader.cli import exit_codes, options
from grader.cli.console import make_console, say
from grader.messages import catalogue

NAME = "template"


def declare(commands: options.Commands) -> None:
    parser = options.add_command(commands, NAME, run)
    parser.add_argument("--check", action="store_true", help=catalogue().text("cli.template.check"))


def run(arguments: argparse.Namespace) -> int:
    from grader.authoring import derived_files, template
    from grader.engine.installation import Installation

    text = catalogue().text
    installation = Installation.here()
    target = installation.student_template
    console = make_console()
    if not arguments.check:
        template.write(installation.reference, target)
        derived_files.write(installation.root)
        if options.verbosity(arguments) >= 0:
            say(console, text("cli.template.written", target=target))
        return exit_codes.ALL_PASSED
    differences = template.differences(installation.reference, target) + derived_files.differences(installation.root)
    for difference in differences:
        say(console, difference)
    if options.verbosity(arguments) >= 0:
        outcome = "differs" if differences else "agrees"
        say(console, text(f"cli.template.{outcome}", target=target, count=len(differences)))
    return exit_codes.LOST_POINTS if differences else exit_codes.ALL_PASSED
