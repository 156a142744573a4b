"""The corpus of cheats in Parts 2 and 3 as hand-ins: reads `network_cheats/network_cheats.yaml`, and the rubric for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from grader.intake.handout import NOTEBOOK_NAMES
from tests.cases.cheat_corpus import ROOT, filled, listed
from tests.cases.percent_notebook import notebook_bytes

HERE = Path(__file__).with_name("network_cheats")
_BASES = {2: "wrong_training", 3: "wrong_visualising"}
#: One network, one saved model, two functions of Part 3: what the others ask is asked by the same means.
ITEMS = (
    "p2.simple.define",
    "p2.simple.train",
    "p2.simple.evaluate",
    "p2.better.accuracy",
    "p3.saliency",
    "p3.adversarial",
)
#: A source that is deeper than what reads it may go.
_DEEP = (
    f"DEEP = {'+'.join(['1'] * 3000)}\nDEEP = {'[' * 90}{']' * 90}\nif DEEP == 0:\n    pass\n"
    + "elif DEEP == 1:\n    pass\n" * 300
)


@dataclass(frozen=True, slots=True)
class NetworkCheat:
    """One case; what its fields mean stands at the top of `network_cheats.yaml`."""

    name: str
    points: float = 0.0
    flags: tuple[str, ...] = ()
    unwalled: float | None = None
    quick: bool = False
    files: Mapping[str, str] = field(default_factory=dict)

    def content(self, places: Mapping[str, str]) -> dict[str, bytes]:
        """The files of the hand-in; ``@NAME@`` in them becomes what `places` says."""
        attack = filled((HERE / f"{self.name}.py").read_text(encoding="utf-8"), places).replace('"@DEEP@"', _DEEP)
        notebooks = {NOTEBOOK_NAMES[part]: notebook_bytes(_base(part) + attack) for part in _BASES}
        return {**notebooks, **{path: content.encode() for path, content in self.files.items()}}


def _base(part: int) -> str:
    return (HERE / f"{_BASES[part]}.py").read_text(encoding="utf-8")


def nothing_added() -> dict[str, bytes]:
    """The hand-in that the cases are added to."""
    return {NOTEBOOK_NAMES[part]: notebook_bytes(_base(part)) for part in _BASES}


def network_cheats() -> dict[str, NetworkCheat]:
    """All cases by name. Raises TypeError for a key that there is not."""
    return {name: NetworkCheat(name, **expected) for name, expected in listed(HERE / "network_cheats.yaml").items()}


def rubric() -> dict[str, Any]:
    """The course's rubric with ITEMS alone, and with limits that a hostile hand-in soon meets."""
    content = yaml.safe_load((ROOT / "rubrics" / "assignment2.yaml").read_text(encoding="utf-8"))
    items = [item for item in content["items"] if item["id"] in ITEMS]
    parts = {number: content["parts"][number] for number in _BASES}
    for part in parts.values():
        part["limits"] |= {"call_wall_s": 25, "item_wall_s": 50, "memory_bytes": 3 << 30}
        part["profiles"]["quick"] = {"notebook_wall_s": 90, "cell_wall_s": 60, "cpu_s": 90}
    return {**content, "items": items, "parts": parts, "total": sum(item["points"] for item in items)}
