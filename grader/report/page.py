"""Fills the page templates in. Every text is cleaned and escaped on its way into a page, wherever it came from."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from grader.messages import spoken
from grader.report.clean_text import clean
from grader.report.symbols import SYMBOLS
from grader.report.wording import (
    check_title,
    error_text,
    item_points_text,
    points_text,
    status_meaning,
    status_word,
    write,
)

#: Nothing is loaded and no script runs, whatever a page may come to hold.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class PageScript:
    """A script of ours, and the source expression by which a policy allows it and no other."""

    text: str
    source: str


def render_page(template: str, *, script: PageScript | None = None, **values: object) -> str:
    """The page as HTML text, to be written as UTF-8. Only `script` may run in it."""
    policy = CONTENT_SECURITY_POLICY if script is None else f"{CONTENT_SECURITY_POLICY}; script-src {script.source}"
    return _environment().get_template(template).render(policy=policy, script=script, **values)


@lru_cache
def page_script(name: str) -> PageScript:
    """The script `name` among the templates; it works without any value of a page."""
    text = (resources.files("grader.report") / "templates" / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return PageScript(text, f"'sha256-{digest}'")


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        text=write,
        language=spoken,
        symbol=SYMBOLS,
        status_word=status_word,
        status_meaning=status_meaning,
        points=points_text,
        item_points=item_points_text,
        check_title=check_title,
        error=error_text,
    )
    return environment


def _cleaned(value: object) -> object:
    """Cleans what a template prints; markup that is already safe (a block, a macro's result) is left alone."""
    return value if hasattr(value, "__html__") else clean(value)
