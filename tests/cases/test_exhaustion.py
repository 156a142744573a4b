"""Hand-ins that use up what they can get: each is ended by its limit, and nobody else's verdict changes by it.

A case is a file in `exhaustion/` and its line in `exhaustion/exhaustion.yaml`. The default run has the quick ones, `make soak` all.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from grader.model.isolation import IsolationLevel
from grader.sandbox import survey
from tests.cases import cheat_corpus, hostile_batch
from tests.cases.cheat_corpus import NOTEBOOK, RIGHT
from tests.cases.hostile_batch import Ended
from tests.cases.percent_notebook import notebook_bytes
from tests.cli import rubrics
from tests.cli.grade_command import Checkout

NAMESPACES, LANDLOCK = IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK
HERE = Path(__file__).with_name("exhaustion")
#: The one item that a case is about.
ITEM = "p1.max_pool_forward"


@dataclass(frozen=True, slots=True)
class Exhaustion:
    """One case; what its fields mean stands at the top of `exhaustion.yaml`."""

    ends: Collection[str]
    flags: Collection[str] = ()
    notebook: bool = False
    quick: bool = False


CASES = {
    name: Exhaustion(**expected)
    for name, expected in yaml.safe_load((HERE / "exhaustion.yaml").read_text(encoding="utf-8")).items()
}
QUICK = {name: case for name, case in CASES.items() if case.quick}


def content(name: str, case: Exhaustion) -> dict[str, bytes]:
    text, right = (HERE / f"{name}.py").read_text(encoding="utf-8"), RIGHT.read_bytes()
    if case.notebook:
        return {"layer_utils.py": right, NOTEBOOK: notebook_bytes(text)}
    hook = (HERE / "within_a_right_answer.py").read_bytes()
    return {"layer_utils.py": b"\n\n".join((right, hook, text.encode()))}


def neighbours() -> dict[str, dict[str, bytes]]:
    """Hand-ins that do nothing unusual: one right, one with a mistake in several functions."""
    right = RIGHT.read_text(encoding="utf-8")
    wrong = right.replace("np.sum(window * w[f])", "np.mean(window * w[f])").replace(
        "    return dx\n", "    return -dx\n"
    )
    return {
        "neighbour_right": {"layer_utils.py": right.encode(), NOTEBOOK: notebook_bytes("# %%\nprint(1 + 1)\n")},
        "neighbour_wrong": {"layer_utils.py": wrong.encode()},
    }


def graded(
    checkout: Checkout, folder: Path, hand_ins: Mapping[str, Mapping[str, bytes]], level: IsolationLevel = NAMESPACES
) -> Ended:
    folder.chmod(0o755)
    inbox = folder / "inbox"
    inbox.mkdir()
    for name, files in hand_ins.items():
        cheat_corpus.write_archive(inbox / f"{name}.tar.gz", name, files)
    content = rubrics.part_1()
    content["parts"][1]["limits"] |= {
        "call_wall_s": 3,
        "item_wall_s": 3,
        "cell_wall_s": 4,
        "memory_bytes": 320 << 20,
        "disk_bytes": 48 << 20,
        "file_bytes": 32 << 20,
    }
    rubric = rubrics.write(folder / "rubric.yaml", content)
    return hostile_batch.run(checkout, folder, inbox, rubric, level, jobs=2)


def without_times(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: without_times(value) for key, value in tree.items() if key != "seconds"}
    return [without_times(entry) for entry in tree] if isinstance(tree, list) else tree


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    namespaces = next(finding for finding in survey().findings if finding.level is IsolationLevel.NAMESPACES)
    if not namespaces.works:
        pytest.skip(f"a weaker level than namespaces does not limit the disk, for one: {namespaces.detail}")
    return Checkout.copied(tmp_path_factory.mktemp("hostile") / "checkout")


def landlock() -> IsolationLevel:
    finding = next(finding for finding in survey().findings if finding.level is LANDLOCK)
    if not finding.works:
        pytest.skip(f"landlock does not work here: {finding.detail}")
    return LANDLOCK


def check(
    checkout: Checkout,
    folders: pytest.TempPathFactory,
    cases: Mapping[str, Exhaustion],
    level: IsolationLevel = NAMESPACES,
) -> None:
    beside = {name: content(name, case) for name, case in cases.items()}
    alone = graded(checkout, folders.mktemp("alone"), neighbours(), level)
    crowded = graded(checkout, folders.mktemp("crowded"), {**beside, **neighbours()}, level)
    assert alone.left_behind == ()
    check_ended(crowded, cases)
    for name in neighbours():
        assert without_times(crowded.result(name)) == without_times(alone.result(name))
        assert without_times(crowded.evidence(name)) == without_times(alone.evidence(name))
        arrays = [np.load(batch.out / "teams" / name / "evidence" / "arrays.npz") for batch in (alone, crowded)]
        assert set(arrays[0].files) == set(arrays[1].files)
        assert all(np.array_equal(arrays[0][key], arrays[1][key]) for key in arrays[0].files)


def check_ended(ended: Ended, cases: Mapping[str, Exhaustion]) -> None:
    assert (ended.said.returncode, ended.said.stderr, ended.faults(), ended.left_behind) == (0, "", [], ())
    wrong = {name: told for name, case in cases.items() if (told := complaint(ended, name, case))}
    assert wrong == {}


def complaint(ended: Ended, name: str, case: Exhaustion) -> str:
    """What is not as the case expects; empty where all is."""
    result = ended.result(name)
    if result["status"] != "graded":
        return f"{result['status']}: {result['reason']}"
    end = ended.evidence(name)["items"][ITEM]["cases"][0]["outcome"]
    others = {
        item["id"]: item["status"] for item in result["items"] if item["id"] != ITEM and item["status"] != "passed"
    }
    flags = {flag["id"] for flag in result["flags"]}
    if end not in case.ends or others or not set(case.flags) <= flags:
        return json.dumps([end, others, sorted(flags)])
    stored = sum(path.stat().st_size for path in (ended.out / "teams" / name).rglob("*") if path.is_file())
    return f"{stored} bytes stored" if stored > 20 << 20 else ""


def test_what_uses_up_its_limits_harms_nobody(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(checkout, tmp_path_factory, QUICK)


#: Which `landlock` limits whoever the child's user is: the kernel does not count processes of user 0 there.
WITHOUT_FORKS = {name: case for name, case in CASES.items() if name not in ("forks_without_end", "zombies")}


def test_at_landlock_too_what_uses_up_its_limits_harms_nobody(
    checkout: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cases = {name: CASES[name] for name in ("fills_the_disk_with_nothing", "daemons")}
    beside = {name: content(name, case) for name, case in cases.items()}
    ended = graded(checkout, tmp_path_factory.mktemp("landlock"), {**beside, **neighbours()}, landlock())
    check_ended(ended, cases)
    assert ended.result("neighbour_right")["score"] == 30


@pytest.mark.soak
def test_at_landlock_too_whatever_uses_up_its_limits_harms_nobody(
    checkout: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check(checkout, tmp_path_factory, WITHOUT_FORKS, landlock())


@pytest.mark.soak
def test_whatever_uses_up_its_limits_harms_nobody(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(checkout, tmp_path_factory, CASES)
