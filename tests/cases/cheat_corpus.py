"""The corpus of cheats as hand-ins: reads `cheats/cheats.yaml`, packs each as the archive that a team would send."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from grader.checks import layer_cases, pack
from grader.checks.cases import Case
from grader.checks.oracle import Oracle
from grader.checks.table import LAYER_CHECKS_BY_NAME
from tests.cases.percent_notebook import notebook

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).with_name("cheats")
NOTEBOOK = "Assignment2-1_Implementing_CNN.ipynb"
RIGHT = Path(__file__).with_name("part1") / "loops.py"
#: A guess would be one of 2**53; these are the first that anybody would try.
GUESSED_SEEDS = 4
_BASES = {"right": RIGHT, "wrong_answers": HERE / "wrong_answers.py"}


@dataclass(frozen=True, slots=True)
class Cheat:
    """One case; what its fields mean stands at the top of `cheats.yaml`."""

    name: str
    base: str = "wrong_answers"
    points: float = 0.0
    statuses: tuple[str, ...] = ("failed",)
    flags: tuple[str, ...] = ()
    unwalled: float | None = None
    notebook: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    printed: str = ""
    team: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    def content(self, places: Mapping[str, str]) -> dict[str, bytes]:
        """The files of the hand-in; ``@NAME@`` in them becomes what `places` says."""
        text = (HERE / f"{self.name}.py").read_text(encoding="utf-8")
        layers = "" if self.base == "nothing" else _BASES[self.base].read_text(encoding="utf-8") + "\n\n"
        files = {"layer_utils.py": layers if self.notebook else layers + text, **self.files}
        if self.notebook:
            files[NOTEBOOK] = json.dumps(self._notebook(filled(text, places)))
        return {path: filled(content, places).encode() for path, content in files.items()}

    def _notebook(self, text: str) -> dict[str, Any]:
        made = notebook(text)
        made["metadata"] |= self.metadata
        for cell in made["cells"]:
            cell["metadata"] = dict(self.metadata)
            if cell["cell_type"] == "code" and self.printed:
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": self.printed}]
        return made


def cheats() -> dict[str, Cheat]:
    """All cases by name. Raises TypeError for a key that there is not."""
    return {name: Cheat(name, **expected) for name, expected in listed(HERE / "cheats.yaml").items()}


def listed(file: Path) -> dict[str, dict[str, Any]]:
    """What a file of cases says of each, by name; its lists as tuples."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        name: {key: tuple(value) if isinstance(value, list) else value for key, value in expected.items()}
        for name, expected in content.items()
    }


def filled(text: str, places: Mapping[str, str]) -> str:
    for name, value in places.items():
        text = text.replace(f"@{name}@", value)
    return text


def write_archive(path: Path, team: str, files: Mapping[str, bytes]) -> None:
    """A ``.tar.gz`` with everything below a folder named after the team; the same content gives the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{team}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def known_answers() -> str:
    """What somebody could know by heart, as text for a file: the public cases' answers, and those of hidden cases of
    the seeds that one would guess first."""
    oracle = Oracle.load(ROOT / "reference")
    arrays: dict[str, np.ndarray] = {}
    for name, check in LAYER_CHECKS_BY_NAME.items():
        guessed = [case for seed in range(GUESSED_SEEDS) for case in layer_cases.hidden_cases(check, oracle, seed, 1)]
        for case in [*pack.public_cases()[name], *guessed]:
            arrays.update(_answers(case))
    stored = io.BytesIO()
    np.savez(stored, **arrays)
    return base64.b64encode(zlib.compress(stored.getvalue())).decode()


def _answers(case: Case) -> dict[str, np.ndarray]:
    inputs = [np.ascontiguousarray(array).tobytes() for array in case.question.inputs.values()]
    answer = next(iter(case.answers.values()))
    return {f"{zlib.crc32(b''.join(inputs))}/{number}": array for number, array in enumerate(answer.values())}
