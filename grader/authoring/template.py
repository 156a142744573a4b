"""Derives the students' folder from the reference: the same files without solutions and without outputs."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

from grader.authoring.markers import Language, contains_marker, remove_solutions
from grader.model.errors import UsageError

# What students receive, relative to the reference. A file that is not listed stays with us.
HANDED_OUT = (
    "Assignment2-1_Implementing_CNN.ipynb",
    "Assignment2-2_Training_CNN.ipynb",
    "Assignment2-3_Visualizing_CNN.ipynb",
    "CollectSubmission.sh",
    "Utils/__init__.py",
    "Utils/data_utils.py",
    "Utils/layer_utils.py",
    "Utils/model_checkpoints/README.md",
    "Utils/model_utils.py",
    "Utils/pretrained_cnn.npz",
    "Utils/pretrained_images.npz",
)
EXECUTABLE_SUFFIX = ".sh"
#: Files of numbers: handed out as they are.
_BINARY_SUFFIX = ".npz"

# Left behind by editors and interpreters: neither written nor missed nor removed.
_JUNK = frozenset({"__pycache__", ".ipynb_checkpoints", ".DS_Store", ".ruff_cache"})


def derive(reference: Path) -> dict[str, bytes]:
    """Every file of the students' folder: path relative to it (with slashes) → content.

    Raises:
        UsageError: A file is missing or unreadable, a notebook is not JSON, or a solution marker is wrong.
    """
    return {path: _derived(reference / path) for path in HANDED_OUT}


def write(reference: Path, target: Path) -> None:
    """Makes `target` the students' folder: writes every file of it, removes what does not belong there.

    Raises:
        UsageError: As derive; or `target` is something else than a students' folder, whose files would be lost.
    """
    derived = derive(reference)
    stale = _present(target) - derived.keys()
    if stale and not (target / HANDED_OUT[0]).is_file():
        raise UsageError(
            f"{target}: holds other files and no {HANDED_OUT[0]}; name the students' folder or an empty one"
        )
    try:
        for path, content in derived.items():
            _write_file(target / path, content, 0o755 if path.endswith(EXECUTABLE_SUFFIX) else 0o644)
        for path in sorted(stale):
            (target / path).unlink()
        _remove_empty_folders(target)
    except OSError as error:
        raise UsageError(f"{error.filename or target}: cannot be written ({error.strerror})") from error


def differences(reference: Path, target: Path) -> list[str]:
    """How `target` differs from what the reference says: one line a difference, none where they agree.

    Raises:
        UsageError: As derive.
    """
    derived = derive(reference)
    present = _present(target)
    found = [f"{path}: missing in {target}" for path in sorted(derived.keys() - present)]
    found += [f"{path}: in {target}, but not derived from {reference}" for path in sorted(present - derived.keys())]
    for path in sorted(derived.keys() & present):
        content = (target / path).read_bytes()
        if content != derived[path]:
            found.append(f"{path}:{_first_difference(content, derived[path])}: differs from what {reference} says")
        if path.endswith(EXECUTABLE_SUFFIX) and not (target / path).stat().st_mode & stat.S_IXUSR:
            found.append(f"{path}: is not executable")
    return found


def _derived(source: Path) -> bytes:
    """What students get of one file of the reference."""
    try:
        content = source.read_bytes()
        if source.suffix == _BINARY_SUFFIX:
            return content
        text = content.decode("utf-8")
    except OSError as error:
        raise UsageError(f"{source}: cannot be read ({error.strerror}); students are to receive it") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{source}: is not UTF-8 text (byte {error.start})") from error
    if source.suffix == ".py":
        return remove_solutions(text, Language.PYTHON, str(source)).encode()
    if source.suffix == ".ipynb":
        return _derived_notebook(text, source)
    if contains_marker(text):
        raise UsageError(f"{source}: has a solution marker; only .py and .ipynb files may")
    return content


def _derived_notebook(text: str, source: Path) -> bytes:
    """A notebook without solutions, outputs, execution counts and what editors noted down in its metadata."""
    try:
        notebook = json.loads(text)
        cells = [_derived_cell(cell, f"{source}, cell {cell['id']}") for cell in notebook["cells"]]
        metadata = {"kernelspec": notebook["metadata"]["kernelspec"], "language_info": {"name": "python"}}
        version = {key: notebook[key] for key in ("nbformat", "nbformat_minor")}
    except ValueError as error:
        raise UsageError(f"{source}: is not valid JSON ({error})") from error
    except (KeyError, TypeError) as error:
        raise UsageError(f"{source}: is not a notebook of format 4.5: {error} is missing or wrong") from error
    derived = {"cells": cells, "metadata": metadata, **version}
    # As Jupyter writes it, so that saving the notebook there without a change leaves the file as it is.
    return (json.dumps(derived, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _derived_cell(cell: dict[str, Any], place: str) -> dict[str, Any]:
    language = Language.PYTHON if cell["cell_type"] == "code" else Language.MARKDOWN
    source = remove_solutions("".join(cell["source"]), language, place)
    derived = {
        "cell_type": cell["cell_type"],
        "id": cell["id"],
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    if cell["cell_type"] == "code":
        derived |= {"execution_count": None, "outputs": []}
    return derived


def _present(target: Path) -> set[str]:
    """The files below `target`, relative to it with slashes, without junk."""
    paths = (path.relative_to(target) for path in target.rglob("*") if not path.is_dir())
    return {path.as_posix() for path in paths if _JUNK.isdisjoint(path.parts)}


def _write_file(path: Path, content: bytes, mode: int) -> None:
    """Writes `path` under a temporary name, then renames it: whoever looks sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _remove_empty_folders(target: Path) -> None:
    for folder in sorted((path for path in target.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _first_difference(found: bytes, expected: bytes) -> int:
    """The line, counted from 1, in which two different contents first differ."""
    found_lines, expected_lines = found.splitlines(keepends=True), expected.splitlines(keepends=True)
    pairs = zip(found_lines, expected_lines, strict=False)
    same = next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(found_lines), len(expected_lines)))
    return same + 1
