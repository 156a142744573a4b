"""Usage: python tools/make_screenshots.py DEMO    (from the repository's root; `make screenshots` calls it)

Takes the pictures of README from the pages that `grade.py demo` wrote to the folder DEMO. Needs Chromium: the one on the
PATH, or the one that the variable CHROMIUM names.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

TARGET = Path("docs/images")

#: A team whose mistake shows in few numbers, and the item that shows it.
TEAM, ITEM = "team_06_overlap_lost", "p1.conv_backward.valid"
#: One whose network is trained quickly.
TRAINED, ACCURACY = "team_08_small_network", "p2.better.accuracy"

#: Width and height of the window for each, in CSS pixels.
_CLASS_WINDOW, _REPORT_WINDOW = (1100, 1010), (900, 800)


def class_page(page: Page, demo: Path) -> None:
    _resize(page, _CLASS_WINDOW)
    page.goto((demo / "index.html").resolve().as_uri())
    page.screenshot(path=TARGET / "class-page.png")


def report(page: Page, demo: Path) -> None:
    _item(page, demo, TEAM, ITEM, "report.png")


def accuracy(page: Page, demo: Path) -> None:
    _item(page, demo, TRAINED, ACCURACY, "accuracy.png")


def _item(page: Page, demo: Path, team: str, item: str, name: str) -> None:
    _resize(page, _REPORT_WINDOW)
    page.goto((demo / "teams" / team / "report.html").resolve().as_uri())
    page.locator("article.item", has_text=item).screenshot(path=TARGET / name)


def shrink(picture: Path) -> None:
    """To a palette: a third of the size, and no eye sees it in text and flat colours."""
    Image.open(picture).convert("RGB").quantize(128).save(picture, optimize=True)


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
        for picture in (class_page, report, accuracy):
            picture(page, Path(sys.argv[1]))
        browser.close()
    for picture in TARGET.glob("*.png"):
        shrink(picture)
    print(f"screenshots: wrote {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
