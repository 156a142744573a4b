"""Saves and loads the evidence of one submission.

evidence/
    evidence.json       `Evidence`
    arrays.npz          inputs, accepted answers and returned arrays of every case (no pickle)
    notebooks/*.ipynb   the notebooks as they were run
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from grader.evidence import migrations
from grader.model import array_file
from grader.model.errors import InfrastructureError
from grader.model.evidence import Evidence

EVIDENCE_FILE = "evidence.json"
ARRAYS_FILE = "arrays.npz"
NOTEBOOKS_FOLDER = "notebooks"


@lru_cache
def _adapter() -> TypeAdapter[Evidence | None]:
    # Losses may be NaN: JSON has a word for it only as text. Settings are not taken for a dataclass alone, hence the None.
    return TypeAdapter(Evidence | None, config=ConfigDict(ser_json_inf_nan="strings"))


def save(
    folder: Path,
    evidence: Evidence,
    arrays: Mapping[str, np.ndarray],
    executed: Mapping[str, Mapping[str, Any]],
) -> None:
    """Puts the evidence into `folder`, replacing what was there; whoever reads meanwhile sees the old or the new.

    Arrays and notebooks of the old evidence are kept for items and notebooks that the new evidence took over.
    Raises InfrastructureError where the disk refuses.
    """
    kept = {
        name: array
        for name, array in (_arrays_if_any(folder)).items()
        if name.partition("/")[0] in evidence.items and not any(new.startswith(_item(name)) for new in arrays)
    }
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            if (folder / NOTEBOOKS_FOLDER).is_dir():
                shutil.copytree(folder / NOTEBOOKS_FOLDER, fresh / NOTEBOOKS_FOLDER)
            for name, notebook in executed.items():
                target = fresh / NOTEBOOKS_FOLDER / Path(name).name
                target.parent.mkdir(exist_ok=True)
                target.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            (fresh / ARRAYS_FILE).write_bytes(array_file.dumps({**kept, **arrays}))
            (fresh / EVIDENCE_FILE).write_bytes(_adapter().dump_json(evidence))
            _replace(fresh, folder)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
    except OSError as error:
        raise InfrastructureError(f"{folder}: evidence cannot be stored: {error.strerror or error}") from error


def _item(name: str) -> str:
    return name.partition("/")[0] + "/"


def _arrays_if_any(folder: Path) -> dict[str, np.ndarray]:
    stored = folder / ARRAYS_FILE
    try:
        return array_file.loads(stored.read_bytes()) if stored.is_file() else {}
    except InfrastructureError:  # damaged: whoever took evidence over from there has looked at them before
        return {}


def _replace(fresh: Path, folder: Path) -> None:
    fresh.chmod(0o755)
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
        os.rename(folder, old / "old")
        os.rename(fresh, folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.rename(fresh, folder)


def load(folder: Path) -> Evidence | None:
    """The stored evidence, or None where there is none.

    Evidence of an older schema is migrated, in memory. Raises InfrastructureError naming the file where it is damaged or
    of a schema that cannot be read.
    """
    file = folder / EVIDENCE_FILE
    if not file.is_file():
        return None
    try:
        content = file.read_bytes()
        told = json.loads(content)
        if b"\\u" in content:
            # Half a character, which a damaged file may hold, could be written nowhere: UnicodeEncodeError is a ValueError.
            json.dumps(told, ensure_ascii=False).encode()
        return _adapter().validate_python(migrations.to_current(told))
    except migrations.UnknownSchema as error:
        raise InfrastructureError(f"{file}: {error}") from error
    except (ValueError, ValidationError) as error:
        raise InfrastructureError(f"{file}: evidence cannot be read: {str(error).splitlines()[0]}") from error


def load_arrays(folder: Path, prefix: str = "") -> dict[str, np.ndarray]:
    """The stored arrays whose names start with `prefix`, under their names without it; not to be written to.

    The file that was read last is kept: a report asks for one case after the other.
    """
    file = folder / ARRAYS_FILE
    try:
        told = file.stat()
    except OSError:
        return {}
    arrays = _arrays(file, (told.st_ino, told.st_mtime_ns, told.st_size))
    return {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}


@lru_cache(maxsize=1)
def _arrays(file: Path, version: tuple[int, int, int]) -> Mapping[str, np.ndarray]:
    """All arrays in `file`; `version` only keeps the cache from going stale."""
    return array_file.loads(file.read_bytes())
