"""Under which path the reader of a report has the files of a hand-in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.checks.layer_check import LayerCheck
from grader.checks.table import CHECKS
from grader.checks.training.training_check import TRAINING_CHECKS, TrainingCheck
from grader.checks.visualisation.visualisation_check import VISUALISATION_CHECKS, VisualisationCheck
from grader.engine.notebook_paths import notebook_source
from grader.engine.single import Graded
from grader.intake.inbox_tree import disk_tree
from grader.model.rubric import Rubric
from grader.report.source_place import Sources


def sources_of(graded: Graded, path: Path, rubric: Rubric, base: Path) -> Sources:
    """What reports need to point at lines of the hand-in at `path`; paths are relative to `base` where they lie below.

    For an archive, whose files the reader does not have, paths are those of the work folder.
    """
    functions = {}
    for item in rubric.items:
        module, check = rubric.parts[item.part].module, CHECKS[item.check]
        if isinstance(check, LayerCheck):
            if module is not None:
                functions[item.id] = (module.replace(".", "/") + ".py", check.function)
        else:
            functions[item.id] = ("", judged_function(check))
    path, base = path.resolve(), base.resolve()
    files = {name: graded.files[name] for name, _ in functions.values() if name in graded.files}
    notebooks = {
        part: notebook_source(name, graded.files[name], path, base)
        for part, name in graded.notebooks.items()
        if name in graded.files and part in rubric.parts and rubric.parts[part].module is None
    }
    return Sources(files, functions, _shown(files, path, base), notebooks)


def judged_function(check: TrainingCheck | VisualisationCheck) -> str:
    """The function of the notebook that `check` is about: of those it needs the first that no check before it is about."""
    about: list[str] = []
    for other in (*TRAINING_CHECKS, *VISUALISATION_CHECKS):
        last = other.functions[-1] if other.functions else ""
        about.append(next((name for name in other.functions if name not in about), last))
        if other == check:
            break
    return about[-1]


def _shown(files: Mapping[str, bytes], path: Path, base: Path) -> dict[str, str]:
    """Where each of `files` lies in the folder `path`, relative to `base` (or to `path`): the first of that content."""
    if not path.is_dir():
        return {}
    below = base if path.is_relative_to(base) else path
    shown: dict[str, str] = {}
    wanted = {Path(name).name: name for name in files}
    for node in disk_tree(path).files():
        name = wanted.get(node.path.name)
        if name is not None and name not in shown and _same(node.path, files[name]):
            shown[name] = node.path.relative_to(below).as_posix()
    return shown


def _same(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False
