"""Hostile hand-ins of Part 1, all in one batch as a class hands them in: nobody earns what is not theirs.

A case is a file in `cheats/` and its line in `cheats/cheats.yaml`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.model.isolation import IsolationLevel
from grader.sandbox import survey
from tests.cases import cheat_corpus, hostile_batch
from tests.cases.cheat_corpus import RIGHT, Cheat
from tests.cases.hostile_batch import SALT, Ended
from tests.cases.tutor import tutor
from tests.cli import rubrics
from tests.cli.grade_command import Checkout

CHEATS = cheat_corpus.cheats()
REAL = {name: cheat for name, cheat in CHEATS.items() if cheat.unwalled is not None}
WALLED = (IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK)
#: Escape, bell and other control characters; C1; bidirectional overrides.
STEERS_A_TERMINAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class ActiveContent(HTMLParser):
    """Collects what a browser would act on, or ask a server for; our own scripts carry the page's one nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("iframe", "object", "embed", "base", "applet", "foreignobject", "link"):
            self.found.append(tag)
        for name, value in attrs:
            text = (value or "").strip().lower()
            if (
                name.startswith("on")
                or name in ("action", "formaction", "srcdoc")
                or text.startswith(("javascript:", "vbscript:", "data:text"))
            ):
                self.found.append(f"{tag} {name}={text}")
            if name in ("src", "href", "data", "poster") and re.match(r"(https?:)?//", text):
                self.found.append(f"{tag} {name}={text}")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and "alert(" in data:
            self.found.append(data)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout.copied(tmp_path_factory.mktemp("hostile") / "checkout")


@pytest.fixture(scope="module")
def answers() -> str:
    return cheat_corpus.known_answers()


@pytest.fixture(scope="module")
def batches(
    checkout: Checkout, answers: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[IsolationLevel, Ended]]:
    """Batches by level, each run when it is first asked for."""
    yield _Batches(checkout, answers, tmp_path_factory)


class _Batches(dict):
    def __init__(self, checkout: Checkout, answers: str, folders: pytest.TempPathFactory):
        super().__init__()
        self._checkout, self._answers, self._folders = checkout, answers, folders

    def __missing__(self, level: IsolationLevel) -> Ended:
        finding = next(finding for finding in survey().findings if finding.level is level)
        if not finding.works:
            pytest.skip(f"level {level.value} does not work here: {finding.detail}")
        self[level] = _graded(self._checkout, self._folders.mktemp(level.value), level, self._answers)
        return self[level]


def _graded(checkout: Checkout, folder: Path, level: IsolationLevel, answers: str) -> Ended:
    """All cheats, or where nothing stops them those that need no stopping; beside them a right hand-in."""
    inbox = folder / "inbox"
    inbox.mkdir()
    folder.chmod(0o755)
    right = RIGHT.read_bytes()
    cheat_corpus.write_archive(inbox / "right.tar.gz", "right", {"layer_utils.py": right})
    with tutor(folder, right) as found:
        places = {**found, **hostile_batch.places(folder, checkout), "ANSWERS": answers}
        for name, cheat in (CHEATS if level in WALLED else REAL).items():
            content = cheat.content({**places, "TEAM": name})
            cheat_corpus.write_archive(inbox / f"{name}.tar.gz", cheat.team or name, content)
        rubric = _quick_rubric(folder / "rubric.yaml")
        ended = hostile_batch.run(checkout, folder, inbox, rubric, level, "--notebooks", jobs=2)
    assert not (folder / "mark").exists(), "something of a hand-in was run by the grader itself"
    return ended


def _quick_rubric(path: Path) -> Path:
    content = rubrics.part_1()
    content["parts"][1]["limits"] |= {"call_wall_s": 3, "item_wall_s": 3, "memory_bytes": 768 << 20}
    return rubrics.write(path, content)


def folder_of(ended: Ended, cheat: Cheat) -> str:
    """The name of the team's folder, which is not always the team's."""
    results = (path.parent for path in ended.out.glob("teams/*/result.json"))
    source = f"{cheat.name}.tar.gz"
    return next(found.name for found in results if ended.result(found.name)["submission"]["source"] == source)


every_walled_level = pytest.mark.parametrize("level", WALLED, ids=str)


@every_walled_level
@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_earns_what_is_its_own(name: str, level: IsolationLevel, batches: dict[IsolationLevel, Ended]) -> None:
    cheat, ended = CHEATS[name], batches[level]
    result = ended.result(folder_of(ended, cheat))
    assert (result["status"], result["score"]) == ("graded", cheat.points)
    told = {item["id"]: (item["status"], item["feedback"]) for item in result["items"]}
    statuses = {status for status, _ in told.values()}
    # Half of the functions are not written, which costs nothing to find out.
    assert statuses & set(cheat.statuses) and statuses <= {*cheat.statuses, "missing"}, told
    assert set(cheat.flags) <= {flag["id"] for flag in result["flags"]}
    assert ("answers_stored" in {flag["id"] for flag in result["flags"]}) == ("answers_stored" in cheat.flags)


@pytest.mark.parametrize("name", REAL)
def test_it_would_earn_more_where_nothing_is_isolated(name: str, batches: dict[IsolationLevel, Ended]) -> None:
    assert batches[IsolationLevel.NONE].result(name)["score"] == REAL[name].unwalled


@every_walled_level
def test_nobody_else_is_harmed(level: IsolationLevel, batches: dict[IsolationLevel, Ended]) -> None:
    ended = batches[level]
    assert (ended.said.returncode, ended.said.stderr) == (0, "")
    assert ended.faults() == []
    assert ended.result("right")["score"] == 30
    assert "Traceback" not in ended.said.stdout
    assert ended.left_behind == ()
    assert not list(ended.out.rglob("forged.json"))
    assert len(list((ended.out / "teams").iterdir())) == len(CHEATS) + 1


@every_walled_level
def test_nothing_of_a_hand_in_acts_on_whoever_reads(
    level: IsolationLevel, batches: dict[IsolationLevel, Ended]
) -> None:
    ended = batches[level]
    pages = list(ended.out.rglob("*.html"))
    assert len(pages) > len(CHEATS)
    for page in pages:
        looking = ActiveContent()
        looking.feed(page.read_text(encoding="utf-8"))
        assert looking.found == [], page
    for file in [*pages, *ended.out.rglob("result.json"), ended.out / "gradebook.csv"]:
        assert not STEERS_A_TERMINAL.search(file.read_text(encoding="utf-8")), file
    assert not STEERS_A_TERMINAL.search(ended.said.stdout)
    with open(ended.out / "gradebook.csv", encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@every_walled_level
def test_no_secret_of_the_grader_reaches_a_hand_in(level: IsolationLevel, batches: dict[IsolationLevel, Ended]) -> None:
    ended = batches[level]
    for name in ("reads_the_environment", "reads_proc", "reads_results"):
        told = (ended.out / "teams" / name / "evidence" / "evidence.json").read_text(encoding="utf-8")
        assert SALT not in told and "GRADER_" not in told and "found" not in told
    # It did look.
    assert "HOME" in json.dumps(ended.evidence("reads_the_environment"))


def test_active_content_is_found_where_there_is_some() -> None:
    looking = ActiveContent()
    looking.feed(
        "<p onclick=x><script>alert(1)</script><img src=//evil.example/x><a href='javascript:x'>x</a><form action=/x>"
    )
    assert len(looking.found) == 5
    assert STEERS_A_TERMINAL.search("\x1b[2J") and not STEERS_A_TERMINAL.search("1\n\t2 é")


@pytest.mark.parametrize("name", CHEATS)
def test_the_page_about_security_lists_it(name: str) -> None:
    assert f"`{name}`" in (cheat_corpus.ROOT / "docs" / "security.md").read_text(encoding="utf-8")
