"""The rooms of `grader/` import one way only. The detector itself is tried on small made-up packages first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.import_order import ORDER, violations

ROOT = Path(__file__).resolve().parents[2]


def found_in(tmp_path: Path, files: dict[str, str]) -> list[str]:
    for name, source in files.items():
        file = tmp_path / "grader" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    return violations(tmp_path / "grader")


@pytest.mark.parametrize(
    "source",
    [
        "import grader.scoring\n",
        "import grader.scoring.points as points\n",
        "from grader.scoring import points\n",
        "from grader import scoring\n",
        "from ..scoring import points\n",
        "from .. import scoring\n",
        "def late():\n    from grader.scoring.points import total\n    return total\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from grader.scoring import points\n",
        "import importlib\nimportlib.import_module('grader.scoring')\n",
        "from importlib import import_module\nimport_module('..scoring', 'grader.probes')\n",
        "__import__('grader.scoring')\n",
    ],
)
def test_backwards_import_is_found_however_it_is_spelled(tmp_path: Path, source: str) -> None:
    found = found_in(tmp_path, {"probes/call.py": source})
    assert found
    assert all(line.startswith("grader/probes/call.py:") and "comes after it" in line for line in found)


def test_backwards_import_of_a_package_file_is_found(tmp_path: Path) -> None:
    assert found_in(tmp_path, {"model/__init__.py": "from ..cli import parser\n"})


@pytest.mark.parametrize(
    "source",
    [
        "from grader import __version__\n",
        "from grader.model.status import ItemStatus\n",
        "from grader.scoring import partial\n",
        "from . import partial\n",
        "from .. import model\n",
        "import numpy, json\n",
        "text = 'import grader.cli'\n",
    ],
)
def test_import_along_the_order_is_accepted(tmp_path: Path, source: str) -> None:
    assert found_in(tmp_path, {"scoring/points.py": source}) == []


def test_probes_may_not_import_execute_though_execute_may_import_probes(tmp_path: Path) -> None:
    assert found_in(tmp_path / "right", {"execute/child.py": "from grader.probes import PROBES\n"}) == []
    assert found_in(tmp_path / "wrong", {"probes/call.py": "from grader.execute import wire\n"})


def test_room_missing_from_the_order_is_found(tmp_path: Path) -> None:
    assert found_in(tmp_path / "target", {"cli/main.py": "import grader.attic\n"})
    assert found_in(tmp_path / "source", {"attic/box.py": "import grader.model\n"})


@pytest.mark.parametrize("framework", ["tensorflow", "tensorflow.keras", "keras", "torch.nn", "tf_keras"])
def test_framework_import_is_found_in_framework_free_rooms_only(tmp_path: Path, framework: str) -> None:
    source = f"def start():\n    import {framework}\n"
    assert found_in(tmp_path / "wrong", {"checks/conv.py": source})
    assert found_in(tmp_path / "right", {"execute/zygote.py": source}) == []


@pytest.mark.parametrize(
    "source",
    [
        "import reference\n",
        "from reference.Utils import layer_utils\n",
        "from pathlib import Path\nfolder = Path('reference/Utils')\n",
        "def load(root):\n    return root / 'reference' / 'Utils'\n",
        "open('reference/Utils/layer_utils.py')\n",
    ],
)
def test_reference_is_loaded_by_the_oracle_only(tmp_path: Path, source: str) -> None:
    assert found_in(tmp_path / "right", {"checks/oracle.py": source}) == []
    assert found_in(tmp_path / "wrong", {"checks/conv.py": source})
    assert found_in(tmp_path / "child", {"execute/child.py": source})


def test_authoring_reads_the_reference_by_path_but_does_not_import_it(tmp_path: Path) -> None:
    assert found_in(tmp_path / "right", {"authoring/template.py": "folder = root / 'reference'\n"}) == []
    assert found_in(tmp_path / "wrong", {"authoring/template.py": "import reference.Utils\n"})


def test_installation_knows_where_the_reference_is_but_does_not_import_it(tmp_path: Path) -> None:
    assert found_in(tmp_path / "right", {"engine/installation.py": "folder = root / 'reference'\n"}) == []
    assert found_in(tmp_path / "wrong", {"engine/installation.py": "import reference.Utils\n"})
    assert found_in(tmp_path / "other", {"engine/batch.py": "folder = root / 'reference'\n"})


def test_order_is_the_one_that_the_architecture_page_shows() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `([a-z]+)` \|", page, flags=re.MULTILINE)) == ORDER


def test_every_import_of_the_grader_follows_the_order() -> None:
    assert violations(ROOT / "grader") == []


def test_every_folder_of_the_grader_is_a_room_of_the_order() -> None:
    rooms = {file.relative_to(ROOT / "grader").parts[0] for file in (ROOT / "grader").glob("*/**/*.py")}
    assert rooms
    assert rooms <= set(ORDER)


def test_files_at_the_top_of_the_package_are_its_entry_points_only() -> None:
    assert {file.name for file in (ROOT / "grader").glob("*.py")} <= {"__init__.py"}
