"""Commands and documentation say the same: nothing undocumented, nothing promised that is not there."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ROOT / "docs" / "commands.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return {
        name: sub
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, sub in action.choices.items()
    }


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Every option string of the parser and of its subcommands, but those that the help hides."""
    shown = (action for action in parser._actions if action.help != argparse.SUPPRESS)
    own = {option for action in shown for option in action.option_strings}
    return own.union(*(options(sub) for sub in subparsers(parser).values()))


def undocumented(parser: argparse.ArgumentParser, page: str) -> set[str]:
    """Options that do not stand in `page` as a word, and subcommands that it never shows being called."""
    missing = {option for option in options(parser) if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", page)}
    return missing | {
        name for name in subparsers(parser) if not re.search(rf"grade\.py {re.escape(name)}(?![\w-])", page)
    }


def promised_commands(page: str) -> set[str]:
    """The word after `grade.py` wherever it could be a subcommand: a path or a PLACEHOLDER could not."""
    return set(re.findall(r"grade\.py +([a-z][a-z-]*)(?![\w./-])", page))


def promised_options(page: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page))


def promised_targets(page: str) -> set[str]:
    """The targets of every `make …` written as code: inside backticks or on a line of its own."""
    return set(re.findall(r"(?:`|^ *)make ([a-z][a-z-]*)", page, flags=re.MULTILINE))


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))


def small_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json")
    batch = parser.add_subparsers().add_parser("batch")
    batch.add_argument("-o", "--out")
    batch.add_argument("--internal", help=argparse.SUPPRESS)
    return parser


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    """The command line's own parser; a fixture, so that a broken command line fails these tests and no others."""
    from grader.cli.parser import build_parser

    return build_parser()


def test_undocumented_options_and_commands_are_found_whole_word() -> None:
    assert undocumented(small_parser(), "--jsonl --output `-obj` grade.py batches -h --help") == {
        "--json",
        "--out",
        "-o",
        "batch",
    }
    assert undocumented(small_parser(), "`python grade.py batch INBOX -o/--out OUT`, `--json`, -h, --help") == set()


def test_promises_are_read_from_prose() -> None:
    page = (
        "Run `python grade.py doctor`, `python grade.py team_7.tar.gz`, `python grade.py PATH`, or\n\n    make demo\n"
    )
    assert promised_commands(page) == {"doctor"}
    assert promised_targets(page + "then `make test`; we make it quick") == {"demo", "test"}


def test_every_command_and_option_is_documented(parser: argparse.ArgumentParser) -> None:
    assert undocumented(parser, COMMANDS.read_text(encoding="utf-8")) == set()


def test_command_page_describes_no_option_that_does_not_exist(parser: argparse.ArgumentParser) -> None:
    assert promised_options(COMMANDS.read_text(encoding="utf-8")) - options(parser) == set()


def test_pages_show_no_command_that_does_not_exist(parser: argparse.ArgumentParser) -> None:
    known = set(subparsers(parser))
    assert known
    assert {
        f"{page.name}: {name}" for page in PAGES for name in promised_commands(page.read_text(encoding="utf-8")) - known
    } == set()


def test_pages_and_targets_of_make_agree() -> None:
    promised = set().union(*(promised_targets(page.read_text(encoding="utf-8")) for page in PAGES))
    assert promised <= make_targets()
    assert make_targets() <= promised


def test_links_between_pages_lead_somewhere() -> None:
    links = [
        (page, link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    ]
    assert links
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []
