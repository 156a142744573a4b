"""The commands and their options."""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import NoReturn

import grader
from grader.cli.commands import check
from grader.messages import catalogue
from grader.model.errors import UsageError

PROGRAM = "grade.py"

#: In the order in which the help lists them. Students have only some of them: what is not there is not offered.
_COMMANDS = ("check", "batch", "rescore", "ci", "demo", "template", "handout", "doctor")


class OneLineParser(argparse.ArgumentParser):
    """Reports bad usage as one line."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError instead of printing the usage and exiting."""
        raise UsageError(catalogue().text("cli.bad_usage", problem=message, program=self.prog))


def build_parser() -> argparse.ArgumentParser:
    """The whole command line. Each command's namespace carries its function `run(arguments) -> exit code`."""
    text = catalogue().text
    parser = OneLineParser(
        prog=PROGRAM,
        description=text("cli.description"),
        epilog=text("cli.epilog"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"cnn-grader {grader.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _present():
        command.declare(commands)
    return parser


def _present() -> Iterator[ModuleType]:
    for name in _COMMANDS:
        module = f"{check.__package__}.{name}"
        if find_spec(module) is not None:
            yield import_module(module)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parses a command line; one that starts with no command's name is a self-check of the path it names."""
    parser = build_parser()
    names = next(action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    if not arguments or arguments[0] not in {*names, "-h", "--help", "--version"}:
        _refuse_typing_error(arguments[:1], list(names))
        arguments = [check.NAME, *arguments]
    return parser.parse_args(arguments)


def _refuse_typing_error(first: list[str], names: list[str]) -> None:
    """A word that is nearly a command's name, and no path that exists, was not meant as a path."""
    for word in first:
        close = difflib.get_close_matches(word, names, n=1, cutoff=0.7)
        if close and not os.path.exists(word):
            raise UsageError(catalogue().text("cli.unknown_command", found=word, close=close[0]))
