"""Usage: python tools/make_screenshots.py DEMO    (from the repository's root; `make screenshots` calls it)

Takes the pictures of README from the pages that `grade.py demo` wrote to the folder DEMO. Needs Chromium: the one on the
PATH, or the one that the variable CHROMIUM names.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

TARGET = Path("docs/images")

#: A team whose mistake shows in few numbers, and the item that shows it.
TEAM, ITEM = "team_06_overlap_lost", "p1.conv_backward.valid"

#: Width and height of the window for each, in CSS pixels.
_CLASS_WINDOW, _REPORT_WINDOW = (1100, 1010), (900, 800)


def class_page(page: Page, demo: Path) -> None:
    _resize(page, _CLASS_WINDOW)
    page.goto((demo / "index.html").resolve().as_uri())
    page.screenshot(path=TARGET / "class-page.png")


def report(page: Page, demo: Path) -> None:
    _resize(page, _REPORT_WINDOW)
    page.goto((demo / "teams" / TEAM / "report.html").resolve().as_uri())
    page.locator("article.item", has_text=ITEM).screenshot(path=TARGET / "report.png")


def _resize(page: Page, window: tuple[int, int]) -> None:
    page.set_viewport_size({"width": window[0], "height": window[1]})


def main() -> int:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if len(sys.argv) != 2 or chromium is None:
        print("screenshots: need the demo's folder and Chromium (on the PATH, or named by CHROMIUM)", file=sys.stderr)
        return 2
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(color_scheme="light")
        for picture in (class_page, report):
            picture(page, Path(sys.argv[1]))
        browser.close()
    print(f"screenshots: wrote {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
