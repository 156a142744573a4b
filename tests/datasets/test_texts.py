"""Every text that the room asks for is in the catalogue, and every text of the room is asked for."""

from __future__ import annotations

import re
from pathlib import Path

from grader.datasets.data_set import DataKind
from grader.messages import catalogue

ROOM = Path(__file__).resolve().parents[2] / "grader" / "datasets"


def test_texts_named_and_texts_there_are_the_same() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in ROOM.glob("*.py"))
    named = {f"datasets.refused.{key}" for key in re.findall(r'DataRefused\.because\(\s*"(\w+)"', source)}
    named |= {f"datasets.not_a_batch.{key}" for key in re.findall(r'NotABatch\.because\(\s*"(\w+)"', source)}
    named |= {f"datasets.not_labels.{key}" for key in re.findall(r'NotLabels\.because\(\s*"(\w+)"', source)}
    named |= {f"datasets.pickle.{key}" for key in re.findall(r'refusal\.of_pickle\(\s*"(\w+)"', source)}
    named |= {f"datasets.{group}.{kind.value}" for group in ("name", "provenance") for kind in DataKind}
    assert len(named) > 20
    assert {key for key in catalogue().keys() if key.startswith("datasets.")} == named
