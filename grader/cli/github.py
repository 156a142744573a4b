"""What GitHub gets from a command that it runs: workflow commands on stdout and a page for the job."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.cli.streams import GITHUB, complain, write_line
from grader.messages import catalogue

if TYPE_CHECKING:
    from grader.engine.single import Graded
    from grader.report.source_place import Sources

#: Variables that GitHub sets: the root of the checked-out repository, and the file for the job's page.
WORKSPACE = "GITHUB_WORKSPACE"
_SUMMARY = "GITHUB_STEP_SUMMARY"


def runs_this(environ: Mapping[str, str]) -> bool:
    return bool(environ.get(GITHUB))


def has_salt(environ: MutableMapping[str, str]) -> bool:
    """Whether the same hand-in gets the same hidden cases in the next run too."""
    from grader.engine import salt

    try:
        return bool(environ.get(salt.VARIABLE)) or salt.salt_path(environ).exists()
    except (OSError, RuntimeError):  # no home folder to look into
        return False


@contextmanager
def commands_stopped(by_github: bool) -> Iterator[None]:
    """While entered, GitHub obeys nothing that is printed: texts of a hand-in cannot steer it.

    The word that ends this is drawn when all code of the hand-in has long ended, so nothing could have guessed it.
    """
    if not by_github:
        yield
        return
    token = secrets.token_hex(16)
    write_line(f"::stop-commands::{token}")
    try:
        yield
    finally:
        write_line(f"::{token}::")


def tell(graded: Graded, sources: Sources, environ: Mapping[str, str], *, public_only: bool, salted: bool) -> None:
    """Prints annotations and adds to the job's page; that page missing is told and is no reason to fail."""
    from grader.report import github_annotations, github_summary

    text = catalogue().text
    for line in github_annotations.annotations(graded.card, sources, graded.arrays):
        write_line(line)
    if not (salted or public_only):
        from grader.engine import salt

        told = text("ci.no_salt", variable=salt.VARIABLE)
        write_line(github_annotations.command("warning", told, title=text("ci.no_salt_title")))
    summary = environ.get(_SUMMARY)
    if not summary:
        return
    try:
        with open(os.fspath(summary), "a", encoding="utf-8") as file:
            file.write(github_summary.render(graded.card, graded.arrays, public_only=public_only) + "\n")
    except OSError as error:
        complain(text("ci.no_summary", reason=error.strerror or error))
