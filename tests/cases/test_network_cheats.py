"""Hostile hand-ins of Parts 2 and 3, all in one batch as a class hands them in: nobody earns what is not theirs.

A case is a file in `network_cheats/` and its line in `network_cheats/network_cheats.yaml`.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from grader.model.isolation import IsolationLevel
from grader.sandbox import survey
from tests.cases import cheat_corpus, hostile_batch, network_cheat_corpus
from tests.cases.hostile_batch import SALT, Ended
from tests.cases.network_cheat_corpus import NetworkCheat
from tests.cases.test_cheats import STEERS_A_TERMINAL, ActiveContent
from tests.cli import rubrics
from tests.cli.grade_command import Checkout

CHEATS = network_cheat_corpus.network_cheats()
QUICK = [cheat for cheat in CHEATS.values() if cheat.quick]
REAL = [cheat for cheat in CHEATS.values() if cheat.unwalled is not None]
NOTHING = "nothing_added"
#: Seconds; an idle machine takes a third of it for all cases.
PATIENCE_S = 1500.0


def graded(folder: Path, cheats: Collection[NetworkCheat], level: IsolationLevel) -> Ended:
    """`cheats` and the hand-in that they are made of, in one batch. Skips where `level` does not work."""
    finding = next(finding for finding in survey().findings if finding.level is level)
    if not finding.works:
        pytest.skip(f"level {level.value} does not work here: {finding.detail}")
    checkout = Checkout.copied(folder / "checkout")
    inbox = folder / "inbox"
    inbox.mkdir()
    folder.chmod(0o755)
    places = hostile_batch.places(folder, checkout)
    cheat_corpus.write_archive(inbox / f"{NOTHING}.tar.gz", NOTHING, network_cheat_corpus.nothing_added())
    for cheat in cheats:
        cheat_corpus.write_archive(inbox / f"{cheat.name}.tar.gz", cheat.name, cheat.content(places))
    rubric = rubrics.write(folder / "rubric.yaml", network_cheat_corpus.rubric())
    options = ("--data", "stand-in", "--profile", "quick")
    ended = hostile_batch.run(checkout, folder, inbox, rubric, level, *options, jobs=2, patience_s=PATIENCE_S)
    assert level is IsolationLevel.NONE or not (folder / "mark").exists()
    return ended


def check(ended: Ended, cheats: Collection[NetworkCheat]) -> None:
    """Nobody earns what is not theirs, nobody is harmed, and nothing acts on whoever reads."""
    assert (ended.said.returncode, ended.said.stderr) == (0, "")
    assert ended.faults() == [] and ended.left_behind == () and "Traceback" not in ended.said.stdout
    assert ended.result(NOTHING)["score"] == 0
    wrong = {cheat.name: told for cheat in cheats if (told := complaint(ended, cheat))}
    assert wrong == {}
    assert not STEERS_A_TERMINAL.search(ended.said.stdout)
    for file in [*ended.out.rglob("*.html"), *ended.out.rglob("result.json")]:
        text = file.read_text(encoding="utf-8")
        assert not STEERS_A_TERMINAL.search(text), file
        assert SALT not in text and "GRADER_SALT" not in text
        if file.suffix == ".html":
            looking = ActiveContent()
            looking.feed(text)
            assert looking.found == [], file


def complaint(ended: Ended, cheat: NetworkCheat) -> str:
    """What is not as the case expects; empty where all is."""
    result = ended.result(cheat.name)
    earned = {item["id"]: item["points"] for item in result["items"] if item["points"]}
    flags = {flag["id"] for flag in result["flags"]}
    if (result["status"], result["score"]) != ("graded", cheat.points) or not set(cheat.flags) <= flags:
        return f"{result['status']}: {result['score']} points, {earned}, {sorted(flags)}"
    return ""


def test_what_a_hand_in_does_to_tensorflow_earns_nothing(tmp_path: Path) -> None:
    check(graded(tmp_path, QUICK, IsolationLevel.NAMESPACES), QUICK)


@pytest.mark.soak
@pytest.mark.timeout(PATIENCE_S + 60)
@pytest.mark.parametrize("level", [IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK], ids=str)
def test_whatever_a_hand_in_does_to_tensorflow_earns_nothing(level: IsolationLevel, tmp_path: Path) -> None:
    check(graded(tmp_path, CHEATS.values(), level), CHEATS.values())


@pytest.mark.soak
@pytest.mark.timeout(PATIENCE_S + 60)
def test_it_would_earn_more_where_nothing_is_isolated(tmp_path: Path) -> None:
    ended = graded(tmp_path, REAL, IsolationLevel.NONE)
    for cheat in REAL:
        assert ended.result(cheat.name)["score"] >= (cheat.unwalled or 0) > cheat.points


@pytest.mark.parametrize("name", CHEATS)
def test_the_page_about_security_lists_it(name: str) -> None:
    assert f"`{name}`" in (cheat_corpus.ROOT / "docs" / "security.md").read_text(encoding="utf-8")
