"""What the code imports is declared in pyproject.toml."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.import_order import mentions

ROOT = Path(__file__).resolve().parents[2]
OURS = {"grader", "tests", "reference", "benchmarks", "Utils"}
#: Import names that are not their distribution's name.
DISTRIBUTIONS = {"IPython": "ipython", "yaml": "pyyaml", "zmq": "pyzmq", "_pytest": "pytest", "PIL": "pillow"}


def undeclared(sources: Iterable[tuple[str, str]], declared: set[str]) -> list[str]:
    """Third-party modules imported by the (file name, text) pairs whose distribution is not in `declared`."""
    found = []
    for name, text in sources:
        tops = {mention.target.split(".")[0] for mention in mentions(text, "") if not mention.is_path}
        siblings = {file.stem for file in (ROOT / name).parent.glob("*.py")}
        foreign = tops - OURS - siblings - sys.stdlib_module_names - {""}
        unknown = {top for top in foreign if canonicalize_name(DISTRIBUTIONS.get(top, top)) not in declared}
        found += [f"{name}: {top}" for top in sorted(unknown)]
    return found


def declared_names(*groups: str) -> set[str]:
    """Distributions of the core dependencies and of the named extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    texts = [*project["dependencies"], *(text for group in groups for text in extras[group])]
    return {canonicalize_name(Requirement(text).name) for text in texts}


def sources_below(folder: str) -> list[tuple[str, str]]:
    files = sorted((ROOT / folder).rglob("*.py"))
    return [(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")) for file in files]


def test_undeclared_import_is_found() -> None:
    text = "import json, yaml\ndef late():\n    from unheard_of.part import name\n"
    assert undeclared([("a.py", text)], {"pyyaml"}) == ["a.py: unheard_of"]


def test_grader_imports_only_declared_distributions() -> None:
    sources = sources_below("grader")
    assert sources
    assert undeclared(sources, declared_names("grading", "tf")) == []


def test_tests_import_only_declared_distributions() -> None:
    assert undeclared(sources_below("tests"), declared_names("grading", "tf", "test")) == []
