"""Rebuilds a work folder from what was handed in: their code, models and notebooks; given files are left to execution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from grader.intake.archive_format import archive_suffix
from grader.intake.candidate import Candidate
from grader.intake.display import displayable_list
from grader.intake.file_tree import drop_files_that_are_folders
from grader.intake.handout import LAYER_UTILS, NOTEBOOK_NAMES, Handout
from grader.intake.hashing import tree_sha256
from grader.intake.layer_utils_choice import choose_layer_utils
from grader.intake.layout import place_of, work_folder_root
from grader.intake.notebook_choice import choose_notebooks
from grader.intake.rejection import rejected
from grader.intake.unpack import Unpacked
from grader.messages import catalogue
from grader.model.limits import IntakeLimits
from grader.model.status import Severity
from grader.model.submission import Flag, Submission

#: The self-check that lies in a student's work folder; ours, and nobody's hand-in.
_SELF_CHECK = ("grade.py", "grader", "rubrics")


def rebuild(
    candidate: Candidate, unpacked: Unpacked, source_sha256: str, handout: Handout, limits: IntakeLimits
) -> Submission:
    """The submission that `unpacked` stands for. Raises SubmissionRejected where nothing of it can be graded."""
    root = work_folder_root([*unpacked.files, *unpacked.left_out])
    notebooks = choose_notebooks(unpacked, root, handout, limits)
    layer_utils = choose_layer_utils(unpacked.files, root, handout)
    if layer_utils.path is None and not notebooks.recognised:
        found = displayable_list([*unpacked.files, *unpacked.left_out]) or catalogue().text("intake.found_nothing")
        raise rejected("nothing_gradable", found=found)
    files, changed = _place_others(unpacked.files, root, layer_utils.path, handout)
    if layer_utils.path is not None:
        files[LAYER_UTILS] = unpacked.files[layer_utils.path]
    files |= {NOTEBOOK_NAMES[part]: content for part, content in notebooks.contents.items()}
    drop_files_that_are_folders(files)
    given_flags = (Flag("given_file_changed", Severity.INFO, {"name": name}) for name in changed)
    return Submission(
        team=candidate.team,
        source=candidate.source,
        source_sha256=source_sha256,
        content_sha256=tree_sha256(files),
        files=files,
        notebooks={part: NOTEBOOK_NAMES[part] for part in notebooks.contents},
        missing_notebooks=notebooks.missing,
        flags=(*candidate.flags, *_unpacking_flags(unpacked), *layer_utils.flags, *notebooks.flags, *given_flags),
    )


def _place_others(
    files: Mapping[str, bytes], root: str, layer_utils: str | None, handout: Handout
) -> tuple[dict[str, bytes], list[str]]:
    """Everything but notebooks, `layer_utils.py` and given files at its place; and the given files that were changed."""
    ranked: dict[str, tuple[int, str]] = {}
    changed: list[str] = []
    for path in sorted(files):
        place = place_of(path, root)
        if place is None or path == layer_utils or _is_left_to_others(place.path):
            continue
        given = next((name for name in (place.path, f"Utils/{place.path}") if handout.is_given(name)), None)
        if given is not None:
            # Grading uses nothing but `Utils/` of what was given; a changed script to pack with is nobody's concern.
            if given.startswith("Utils/") and handout.was_changed(given, files[path]) and given not in changed:
                changed.append(given)
        elif place.path not in ranked or place.rank < ranked[place.path][0]:
            ranked[place.path] = (place.rank, path)
    placed = {target: files[path] for target, (_, path) in ranked.items()}
    if layer_utils is not None and PurePosixPath(layer_utils).parent.name.casefold() != "utils":
        _copy_into_utils(placed)
    return placed, changed


def _is_left_to_others(target: str) -> bool:
    """Whether `target` is chosen elsewhere (notebooks, layer_utils.py), ours, or of no use (an archive in the archive)."""
    folded = target.casefold()
    return (
        folded.endswith(".ipynb")
        or folded in ("layer_utils.py", LAYER_UTILS.casefold())
        or target.split("/")[0] in _SELF_CHECK
        or (bool(archive_suffix(target)) and not folded.startswith("utils/"))
    )


def _copy_into_utils(placed: dict[str, bytes]) -> None:
    """A flat hand-in does not tell where a team's own module or table lay: next to the notebooks, or in ``Utils/``
    beside `layer_utils.py`. It is put in both places, unless there is another file."""
    for path in [path for path in placed if "/" not in path]:
        placed.setdefault(f"Utils/{path}", placed[path])


def _unpacking_flags(unpacked: Unpacked) -> Iterator[Flag]:
    if unpacked.refused:
        yield _names_flag("refused_members", Severity.WARNING, unpacked.refused)
    if unpacked.duplicates:
        yield _names_flag("duplicate_members", Severity.INFO, unpacked.duplicates)
    left_out = [path for path in unpacked.left_out if not path.casefold().endswith(".ipynb")]
    if left_out:
        yield _names_flag("files_left_out", Severity.INFO, left_out)


def _names_flag(flag: str, severity: Severity, names: Sequence[str]) -> Flag:
    return Flag(flag, severity, {"names": displayable_list(names), "count": len(names)})
