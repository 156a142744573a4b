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

_WIDTH, _HEIGHT = 900, 760


def class_page(page: Page, demo: Path) -> None:
    page.goto((demo / "index.html").resolve().as_uri())
    page.screenshot(path=TARGET / "class-page.png")


def report(page: Page, demo: Path) -> None:
    page.goto((demo / "teams" / TEAM / "report.html").resolve().as_uri())
    page.locator("article.item", has_text=ITEM).screenshot(path=TARGET / "report.png")


def main() -> int:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if len(sys.argv) != 2 or chromium is None:
        print("screenshots: need the demo's folder and Chromium (on the PATH, or named by CHROMIUM)", file=sys.stderr)
        return 2
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="light")
        for picture in (class_page, report):
            picture(page, Path(sys.argv[1]))
        browser.close()
    print(f"screenshots: wrote {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
