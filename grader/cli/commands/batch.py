"""`grade.py batch INBOX... -o OUT`: grades every hand-in, on several processes, resuming by itself."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from grader.cli import exit_codes, options, output_files
from grader.cli.console import make_console, say
from grader.cli.dependencies import require_for_batch
from grader.cli.interruption import StopOnSignal
from grader.messages import catalogue

NAME = "batch"


def declare(commands: options.Commands) -> None:
    text = catalogue().text
    parser = options.add_command(commands, NAME, run)
    parser.add_argument("inbox", nargs="+", type=Path, metavar="INBOX", help=text("cli.batch.inbox"))
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help=text("cli.batch.out"))
    parser.add_argument("--only", action="append", default=[], metavar="TEAM", help=text("cli.batch.only"))
    parser.add_argument("--force", action="store_true", help=text("cli.batch.force"))
    parser.add_argument("--no-resume", action="store_true", help=text("cli.batch.no_resume"))
    options.add_jobs(parser)
    options.add_grading(parser)
    options.add_files(parser)
    options.add_language(parser)
    options.add_result_files(parser)


def run(arguments: argparse.Namespace) -> int:
    return grade(arguments, tuple(arguments.inbox), again=_again(arguments))


def grade(arguments: argparse.Namespace, inboxes: tuple[Path, ...], again: str) -> int:
    """Grades `inboxes` into `arguments.out` and prints how it went; `again` is the command that would go on."""
    require_for_batch(arguments.runner, arguments.notebooks)
    # What the self-check can do without is loaded only now.
    from grader.cli.progress import progress_listener
    from grader.cli.summary import print_summary
    from grader.engine import overview, run_setup
    from grader.engine.batch import BatchRequest, grade_inbox
    from grader.engine.installation import Installation
    from grader.engine.settings import usable_cores

    output_files.check_writable(arguments.json, arguments.html)
    settings = run_setup.for_batch(Installation.here(), options.asked(arguments), os.environ)
    settings = replace(settings, appendix=arguments.notebooks)
    request = BatchRequest(
        inboxes=inboxes,
        out=arguments.out,
        settings=settings,
        jobs=arguments.jobs or usable_cores(),
        only=tuple(arguments.only),
        force=arguments.force,
        resume=not arguments.no_resume,
        bom=arguments.bom,
    )
    console = make_console()
    verbosity = options.verbosity(arguments)
    with StopOnSignal() as signals, progress_listener(console, verbosity) as listener:
        summary = grade_inbox(request, listener, signals.received)
    if verbosity >= 0:
        print_summary(console, summary, arguments.out)
    if arguments.json:
        output_files.write(arguments.json, overview.as_json(summary.cards))
    if arguments.html:
        output_files.write(arguments.html, overview.class_page_text(arguments.out, arguments.html))
    if signals.received():
        say(console, catalogue().text("cli.batch.interrupted", left=summary.left, again=again))
        return signals.exit_code
    return exit_codes.GRADER_FAULT if summary.grader_errors else exit_codes.ALL_PASSED


def _again(arguments: argparse.Namespace) -> str:
    return f"grade.py batch {' '.join(map(str, arguments.inbox))} -o {arguments.out}"
