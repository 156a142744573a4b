"""Which modules a command needs is read from its code."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authoring.import_closure import import_closure, modules_below
from grader.model.errors import InfrastructureError

ROOT = "grader.cli.main"


def closure(tmp_path: Path, files: dict[str, str], withheld: tuple[str, ...] = ()) -> set[str]:
    names = [f"{name}.py" for name in files] + ["__init__.py"]
    for name in names:
        file = tmp_path / "grader" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        for folder in (file.parent, *file.parent.parents):
            if folder != tmp_path and tmp_path in folder.parents:
                (folder / "__init__.py").touch()
        file.write_text(files.get(name.removesuffix(".py"), ""), encoding="utf-8")
    return import_closure(modules_below(tmp_path / "grader"), [ROOT], withheld)


@pytest.mark.parametrize(
    "source",
    [
        "import grader.model.status\n",
        "from grader.model import status\n",
        "from grader.model.status import Status\n",
        "def late():\n    from grader.model import status\n",
        "class Lazy:\n    def __call__(self):\n        import grader.model.status as status\n",
        "BOOT = 'from grader.model.status import main; main()'\n",
        "BOOT = 'from grader.model import status; status.main()'\n",
        "name = 'x'\nBOOT = f'import {name}; import grader.model.status; run()'\n",
    ],
)
def test_module_is_found_however_it_is_imported(tmp_path: Path, source: str) -> None:
    found = closure(tmp_path, {"cli/main": source, "model/status": "", "model/other": ""})
    assert found == {ROOT, "grader", "grader.cli", "grader.model", "grader.model.status"}


def test_what_an_imported_module_imports_is_found_too(tmp_path: Path) -> None:
    files = {"cli/main": "import grader.a\n", "a": "import grader.b\n", "b": "import grader.a\n", "c": ""}
    assert closure(tmp_path, files) == {ROOT, "grader", "grader.cli", "grader.a", "grader.b"}


def test_imports_for_type_checkers_are_left_out(tmp_path: Path) -> None:
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from grader.a import A\n"
    assert "grader.a" not in closure(tmp_path, {"cli/main": source, "a": ""})


def test_withheld_module_may_be_imported_late_and_is_left_out(tmp_path: Path) -> None:
    files = {
        "cli/main": "def late():\n    from grader.secret.answers import all\n",
        "secret/answers": "import grader.a\n",
        "a": "",
    }
    assert closure(tmp_path, files, ("grader.secret",)) == {ROOT, "grader", "grader.cli"}


@pytest.mark.parametrize(
    "source", ["import grader.secret.answers\n", "try:\n    from grader.secret import answers\nfinally:\n    pass\n"]
)
def test_withheld_module_that_is_imported_at_once_is_told(tmp_path: Path, source: str) -> None:
    with pytest.raises(InfrastructureError, match=r"grader\.cli\.main needs grader\.secret"):
        closure(tmp_path, {"cli/main": source, "secret/answers": ""}, ("grader.secret",))


def test_module_whose_name_only_begins_like_a_withheld_one_is_kept(tmp_path: Path) -> None:
    files = {"cli/main": "import grader.secrets\n", "secrets": ""}
    assert "grader.secrets" in closure(tmp_path, files, ("grader.secret",))
