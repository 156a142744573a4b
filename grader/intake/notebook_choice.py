"""Chooses one notebook for each part among everything that was handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grader.intake.display import displayable, displayable_list
from grader.intake.handout import NOTEBOOK_NAMES, Handout
from grader.intake.notebook_parts import canonical_part, part_by_name, part_of
from grader.intake.notebooks import Notebook, UnreadableNotebook, read_notebook
from grader.intake.unpack import Unpacked
from grader.messages import catalogue
from grader.model.limits import IntakeLimits
from grader.model.status import Severity
from grader.model.submission import Flag


@dataclass(frozen=True, slots=True)
class ChosenNotebooks:
    """`contents` by part (valid nbformat 4), the reason by part where there is none, and what a person should know.

    `recognised` says whether any notebook of the assignment was found, readable or not.
    """

    contents: Mapping[int, bytes]
    missing: Mapping[int, str]
    recognised: bool
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: str
    part: int | None
    notebook: Notebook | None
    reason: str = ""
    modified: float = 0.0


@dataclass(slots=True)
class _Findings:
    contents: dict[int, bytes] = field(default_factory=dict)
    missing: dict[int, str] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)


def choose_notebooks(unpacked: Unpacked, root: str, handout: Handout, limits: IntakeLimits) -> ChosenNotebooks:
    """Choose the notebooks of a hand-in whose work folder is `root` ("" for the archive's own top).

    Of several for one part, a solved one goes before the untouched template, the canonical name before others, the
    work folder before other places, then more changed cells, then the newer one.
    """
    candidates = list(_candidates(unpacked, limits))
    untouched = _template_sources(handout)
    unrecognised = tuple(candidate.path for candidate in candidates if candidate.part is None)
    findings = _Findings()
    for part in NOTEBOOK_NAMES:
        of_part = [candidate for candidate in candidates if candidate.part == part]
        of_part.sort(key=lambda candidate: _preference(candidate, root, untouched.get(part, ())), reverse=True)
        _settle(part, of_part, unrecognised, findings)
    recognised = len(unrecognised) < len(candidates)
    return ChosenNotebooks(findings.contents, findings.missing, recognised, tuple(findings.flags))


def _candidates(unpacked: Unpacked, limits: IntakeLimits) -> Iterator[_Candidate]:
    for path, raw in unpacked.files.items():
        if path.casefold().endswith(".ipynb"):
            modified = unpacked.modified.get(path, 0.0)
            try:
                notebook = read_notebook(raw)
            except UnreadableNotebook as error:
                yield _Candidate(path, canonical_part(path) or part_by_name(path), None, str(error), modified)
            else:
                yield _Candidate(path, part_of(path, notebook), notebook, modified=modified)
    for path in unpacked.left_out:
        if path.casefold().endswith(".ipynb"):
            reason = catalogue().text("intake.notebook_too_large", limit=limits.notebook_bytes)
            yield _Candidate(path, canonical_part(path) or part_by_name(path), None, reason)


def _template_sources(handout: Handout) -> dict[int, tuple[str, ...]]:
    """Stripped code cells of the untouched templates, by part."""
    found: dict[int, tuple[str, ...]] = {}
    for part, name in NOTEBOOK_NAMES.items():
        if name in handout.template:
            sources = read_notebook(handout.template[name]).code_sources
            found[part] = tuple(source.strip() for source in sources)
    return found


def _preference(candidate: _Candidate, root: str, template: tuple[str, ...]) -> tuple[object, ...]:
    notebook = candidate.notebook
    folder = str(PurePosixPath(candidate.path).parent)
    in_root = folder == (root or ".")
    is_canonical = canonical_part(candidate.path) == candidate.part
    if notebook is None:
        return (False, False, is_canonical, in_root, 0, 0, candidate.modified, candidate.path)
    changed = sum(source.strip() not in template for source in notebook.code_sources)
    return (
        True,
        changed > 0,
        is_canonical,
        in_root,
        changed,
        notebook.executed_cells,
        candidate.modified,
        candidate.path,
    )


def _settle(part: int, of_part: list[_Candidate], unrecognised: tuple[str, ...], findings: _Findings) -> None:
    """Write down what `of_part` (best first) means for `part`."""
    texts = catalogue()
    if not of_part:
        key = "intake.no_notebook_unrecognised" if unrecognised else "intake.no_notebook"
        findings.missing[part] = texts.text(key, part=part, names=displayable_list(unrecognised))
        return
    best, *others = of_part
    if best.notebook is None:
        findings.missing[part] = texts.text(
            "intake.unreadable_notebook", name=displayable(best.path), reason=best.reason
        )
        return
    findings.contents[part] = best.notebook.content
    if canonical_part(best.path) != part:
        values = {"found": displayable(best.path), "name": NOTEBOOK_NAMES[part], "part": part}
        findings.flags.append(Flag("notebook_renamed", Severity.INFO, values))
    if others:
        values = {
            "part": part,
            "used": displayable(best.path),
            "others": displayable_list(other.path for other in others),
        }
        findings.flags.append(Flag("several_notebooks", Severity.INFO, values))
