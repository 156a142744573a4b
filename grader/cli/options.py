"""Options that several commands share, declared once."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from grader.datasets.profile import Profile
from grader.dialects.dialect import Dialect
from grader.engine.settings import RUNNERS
from grader.messages import ENGLISH, LANGUAGES, catalogue
from grader.model.isolation import IsolationLevel

if TYPE_CHECKING:
    from grader.engine.run_setup import Asked

PARTS = (1, 2, 3)
#: The dialect is read from the code.
_AUTO = "auto"

#: What `ArgumentParser.add_subparsers` returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_command(commands: Commands, name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    """A command's parser with what every command has: help, -q and -v; `run` goes into the namespace."""
    text = catalogue().text(f"cli.{name}.help")
    parser = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    parser.set_defaults(run=run)
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help=_help("quiet"))
    loudness.add_argument("-v", "--verbose", action="store_true", help=_help("verbose"))
    return parser


def add_grading(parser: argparse.ArgumentParser) -> None:
    """What decides how code is run and judged."""
    parser.add_argument("--part", type=int, choices=PARTS, action="append", default=[], help=_help("part"))
    add_rubric(parser)
    parser.add_argument("--seed", type=_seed, metavar="N", help=_help("seed"))
    parser.add_argument("--isolation", type=IsolationLevel, choices=list(IsolationLevel), help=_help("isolation"))
    parser.add_argument("--runner", choices=RUNNERS, default=RUNNERS[0], help=_help("runner"))
    parser.add_argument("--dialect", choices=(_AUTO, *map(str, Dialect)), default=_AUTO, help=_help("dialect"))
    parser.add_argument("--profile", type=Profile, choices=list(Profile), help=_help("profile"))
    add_data(parser)
    parser.add_argument("--pretrained", type=Path, metavar="FILE", help=_help("pretrained"))


def asked(arguments: argparse.Namespace) -> Asked:
    """What `add_grading`'s options say."""
    from grader.engine.run_setup import Asked

    return Asked(
        rubric=arguments.rubric,
        parts=arguments.part,
        weakest=arguments.isolation,
        runner=arguments.runner,
        seed=arguments.seed,
        dialect=None if arguments.dialect == _AUTO else Dialect(arguments.dialect),
        profile=arguments.profile,
        data=arguments.data,
        pretrained=arguments.pretrained,
    )


def add_rubric(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rubric", type=Path, metavar="FILE", help=_help("rubric"))


def add_files(parser: argparse.ArgumentParser) -> None:
    """Copies of the result for a script or a browser."""
    parser.add_argument("--json", type=Path, metavar="FILE", help=_help("json"))
    parser.add_argument("--html", type=Path, metavar="FILE", help=_help("html"))


def add_result_files(parser: argparse.ArgumentParser) -> None:
    """What else is written, and how."""
    parser.add_argument("--notebooks", action="store_true", help=_help("notebooks"))
    parser.add_argument("--bom", action="store_true", help=_help("bom"))


def add_language(parser: argparse.ArgumentParser) -> None:
    """Which language reports and the terminal's verdict are written in; `main` speaks it while the command runs."""
    parser.add_argument("--lang", choices=LANGUAGES, default=ENGLISH, help=_help("lang"))


def add_data(parser: argparse.ArgumentParser) -> None:
    """Which images; text, as it may be the word ``stand-in``."""
    parser.add_argument("--data", metavar="PATH|stand-in", help=_help("data"))


def add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jobs", type=_positive, metavar="N", help=_help("jobs"))


def verbosity(arguments: argparse.Namespace) -> int:
    """-1 for --quiet, 1 for --verbose, else 0."""
    return int(arguments.verbose) - int(arguments.quiet)


def _help(option: str) -> str:
    return catalogue().text(f"cli.option.{option}")


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(catalogue().text("cli.not_positive", found=text))
    return number


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) >= 1 << 53:
        raise argparse.ArgumentTypeError(catalogue().text("cli.not_a_seed", found=text))
    return int(text)
