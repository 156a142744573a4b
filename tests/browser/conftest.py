"""A real browser that may open our files and nothing else, and notes everything that goes wrong in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.browser.pages import write_pages

#: Names under which Linux distributions install it. Playwright's own download is not used.
_NAMES = ("chromium", "chromium-browser", "google-chrome")

_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")


@dataclass
class Visit:
    """An open page, and what it did that it should not: requests to elsewhere, errors, dialogs."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def harmed(self) -> bool:
        return self.page.evaluate("window.harmed !== undefined")

    @property
    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_pages(tmp_path_factory.mktemp("site"))


# By module, not by session: while it lives, it keeps an event loop running in this thread, which other tests cannot bear.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: install Debian's package `chromium`, or name one by CHROMIUM=/path/to/it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(_FLAGS))
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Opens a file in a fresh profile; options are those of `Browser.new_context`. Every request is held up and looked at."""
    contexts = []

    def opened(file: Path, **options: object) -> Visit:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        seen = Visit(page)
        root = next(parent for parent in file.parents if (parent / "index.html").exists()).as_uri()

        def held_up(route: Route) -> None:
            if route.request.url.startswith(f"{root}/"):
                route.continue_()
            else:
                seen.requests.append(route.request.url)
                route.abort()

        context.route("**/*", held_up)
        page.on("console", lambda said: seen.errors.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(file.as_uri())
        return seen

    yield opened
    for context in contexts:
        context.close()
