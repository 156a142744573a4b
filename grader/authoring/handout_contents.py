"""What students receive: the templates, and of the grader what the self-check needs, without any solution."""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.authoring import template
from grader.authoring.handout_readme import README
from grader.authoring.import_closure import import_closure, is_below, modules_below, texts_in
from grader.engine import packages
from grader.engine.installation import PACKED_TEMPLATE, Installation
from grader.model.errors import UsageError

#: Where the self-check starts. Any other command is offered only where its module is there.
_ROOTS = ("grader.cli.main", "grader.cli.commands.check", "grader.cli.commands.doctor")
#: What no student gets. A module of the self-check may import one of these inside a function alone.
WITHHELD = (
    "grader.authoring",
    *(f"grader.cli.commands.{name}" for name in ("batch", "ci", "demo", "handout", "rescore", "template")),
    # The reference and what is drawn with it: hidden cases, ladders, the packs' making.
    "grader.checks.oracle",
    "grader.checks.layer_cases",
    "grader.checks.conv_cases",
    "grader.checks.pool_cases",
    "grader.checks.growth",
    "grader.checks.ladder",
    "grader.checks.pack_building",
    "grader.checks.misconceptions",
    # In NumPy, what Part 1 asks for; TensorFlow computes it there.
    "grader.checks.network.operations.convolution",
    "grader.checks.network.operations.pooling",
    "grader.checks.network.operations.windows",
    # A whole ascent, as Part 3 asks for it; without it a self-check shows none beside the student's.
    "grader.checks.visualisation.own_ascent",
    "grader.engine.salt",
)
_TOP_FILES = ("grade.py", "LICENSE", "rubrics/assignment2.yaml")
#: Any fixed time will do; zip knows none before 1980.
_ZIP_TIME = (2020, 1, 1, 0, 0, 0)


def contents(installation: Installation) -> dict[str, bytes]:
    """Every file of the hand-out by its path. The same checkout gives the same bytes.

    Raises UsageError where the student template is not what the reference says or a file cannot be read,
    InfrastructureError where a module would be needed that students must not get.
    """
    root = installation.root
    differences = template.differences(installation.reference, installation.student_template)
    if differences:
        raise UsageError(f"{differences[0]}; run 'grade.py template' first")
    try:
        templates = {name: (installation.student_template / name).read_bytes() for name in template.HANDED_OUT}
        return {
            **templates,
            **{name: (root / name).read_bytes() for name in (*_TOP_FILES, *_grader_files(root / "grader"))},
            PACKED_TEMPLATE: _zipped(templates),
            "requirements.txt": requirements((root / "pyproject.toml").read_text(encoding="utf-8")).encode(),
            "README.md": README.encode(),
        }
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be read ({error.strerror}); students are to receive it") from error


def requirements(project: str) -> str:
    """The text of `requirements.txt`: what the assignment and its self-check need, in the ranges of pyproject's text."""
    declared = tomllib.loads(project)["project"]
    extras = declared["optional-dependencies"]
    notebooks = {*packages.NOTEBOOKS.values(), "ipykernel"}
    listed = [
        *declared["dependencies"],
        *(line for line in extras["grading"] if _name(line) in notebooks),
        *extras["tf"],
    ]
    return "".join(f"{line}\n" for line in sorted(listed, key=str.casefold))


def _name(requirement: str) -> str:
    end = next((place for place, sign in enumerate(requirement) if sign in "<>=!~; ["), len(requirement))
    return requirement[:end]


def _grader_files(package: Path) -> list[str]:
    """Paths, relative to the project, of the modules that are needed, all messages, and the data files that are named."""
    modules = modules_below(package)
    needed = import_closure(modules, _ROOTS, WITHHELD)
    texts = [text for name in needed for text in texts_in(modules[name].read_text(encoding="utf-8"))]
    files = [*(modules[name] for name in needed), *sorted((package / "messages").rglob("*.yaml"))]
    files += _data_files(package, texts)
    return [file.relative_to(package.parent).as_posix() for file in files]


def _data_files(package: Path, texts: Iterable[str]) -> list[Path]:
    """Packs and page templates that `texts` name, and templates that those templates name."""
    candidates = [*sorted((package / "checks").rglob("*.npz")), *sorted((package / "report" / "templates").iterdir())]
    found: list[Path] = []
    waiting = list(texts)
    while waiting:
        text = waiting.pop()
        for file in [file for file in candidates if file not in found and file.name in text]:
            found.append(file)
            if file.suffix == ".j2":
                waiting.append(file.read_text(encoding="utf-8"))
    return sorted(found)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip archive that depends on names and contents alone. Nothing is compressed: the whole will be."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), files[name])
    return target.getvalue()


def is_withheld(path: str) -> bool:
    """Whether a path of the hand-out names a module that students must not get."""
    return is_below(path.removesuffix(".py").replace("/", "."), WITHHELD)
