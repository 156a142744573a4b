"""`grade.py demo`: makes sample hand-ins and grades them."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli import options
from grader.cli.commands import batch
from grader.cli.console import make_console, say
from grader.datasets.places import STAND_IN
from grader.messages import catalogue
from grader.model.errors import UsageError

if TYPE_CHECKING:
    from grader.authoring.demo_submissions import DemoSubmission

NAME = "demo"

#: Stands in a folder whose inbox the demo made, and may make anew.
_MARK = ".demo"


def declare(commands: options.Commands) -> None:
    parser = options.add_command(commands, NAME, run)
    text = catalogue().text
    parser.add_argument("-o", "--out", type=Path, default=Path("demo"), metavar="OUT", help=text("cli.demo.out"))
    options.add_jobs(parser)
    options.add_grading(parser)
    options.add_files(parser)
    options.add_language(parser)
    options.add_result_files(parser)
    # What `batch` also has and the demo does not offer. It shows the same on every machine, whatever data there is.
    parser.set_defaults(only=[], force=False, no_resume=False, data=STAND_IN)


def run(arguments: argparse.Namespace) -> int:
    inbox = arguments.out / "inbox"
    samples = _make_inbox(arguments.out, inbox)
    if options.verbosity(arguments) >= 0:
        console = make_console()
        say(console, catalogue().text("cli.demo.made", inbox=inbox))
        for sample in samples:
            say(console, catalogue().text("cli.demo.sample", name=sample.name, shows=sample.shows))
    return batch.grade(arguments, (inbox,), again=f"grade.py demo -o {arguments.out}")


def _make_inbox(out: Path, inbox: Path) -> list[DemoSubmission]:
    from grader.authoring.demo_submissions import make_inbox
    from grader.engine.installation import Installation

    installation = Installation.here()
    if not installation.has_reference:
        raise UsageError(catalogue().text("cli.demo.no_reference", path=installation.reference))
    mark = out / _MARK
    if inbox.exists() and not mark.exists():
        raise UsageError(catalogue().text("cli.demo.not_ours", inbox=inbox))
    try:
        out.mkdir(parents=True, exist_ok=True)
        mark.touch()
        shutil.rmtree(inbox, ignore_errors=True)
        return make_inbox(inbox, installation.student_template, installation.reference)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(catalogue().text("engine.out_not_writable", out=out, reason=reason)) from error
