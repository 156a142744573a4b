"""`grade.py handout -o FILE.tar.gz`: the archive that students receive."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli import exit_codes, options, output_files
from grader.cli.console import make_console, say
from grader.messages import catalogue
from grader.model.errors import UsageError

NAME = "handout"

_SUFFIXES = (".tar.gz", ".tgz")


def declare(commands: options.Commands) -> None:
    parser = options.add_command(commands, NAME, run)
    text = catalogue().text
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE", help=text("cli.handout.out"))


def run(arguments: argparse.Namespace) -> int:
    from grader.authoring import handout
    from grader.engine.installation import Installation

    text, target = catalogue().text, arguments.out
    installation = Installation.here()
    if not target.name.endswith(_SUFFIXES):
        raise UsageError(text("cli.handout.no_archive", path=target))
    if not installation.has_reference:
        raise UsageError(text("cli.handout.no_reference", path=installation.reference))
    output_files.check_writable(target)
    made = handout.build(installation)
    output_files.write(target, made.archive)
    if options.verbosity(arguments) >= 0:
        say(make_console(), text("cli.handout.written", path=target, files=made.files, version=made.version))
    return exit_codes.ALL_PASSED
