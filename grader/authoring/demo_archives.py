"""Packs a work folder the ways that teams do. The same content always gives the same bytes."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import PurePosixPath

from grader.intake.handout import CHECKPOINT_FOLDER, LAYER_UTILS

#: 2 May 2024, noon: when every member was last changed.
_MTIME = 1714651200
_ZIP_TIME = (2024, 5, 2, 12, 0, 0)

Files = Mapping[str, bytes]


class Packing(StrEnum):
    """`FLAT` is what CollectSubmission.sh does: notebooks, `layer_utils.py` and `model_checkpoints/` side by side.

    `WHOLE` is the folder as it was, `Utils/`, junk of editors and all; `NESTED` the same, one folder deeper.
    """

    FLAT_TAR_GZ = "flat.tar.gz"
    FLAT_TAR = "flat.tar"
    WHOLE_ZIP = "whole.zip"
    NESTED_ZIP = "nested.zip"
    TRUNCATED_TAR_GZ = "truncated.tar.gz"

    @property
    def suffix(self) -> str:
        """How the archive's name ends, with the dot."""
        return "." + self.value.partition(".")[2]


def packed(team: str, files: Files, packing: Packing, crafted: Sequence[tarfile.TarInfo] = ()) -> bytes:
    """The archive of a work folder, `files` by their paths in it. `crafted` are further tar members without content."""
    if packing is Packing.WHOLE_ZIP:
        return _zip({f"{team}/{path}": content for path, content in {**files, **_junk(files)}.items()})
    if packing is Packing.NESTED_ZIP:
        return _zip({f"{team}/assignment2/{path}": content for path, content in files.items()})
    flat = {f"{team}/{_flattened(path)}": content for path, content in files.items() if _collected(path)}
    tar = _tar(flat, crafted)
    if packing is Packing.FLAT_TAR:
        return tar
    compressed = gzip.compress(tar, mtime=0)
    return compressed[: len(compressed) * 2 // 3] if packing is Packing.TRUNCATED_TAR_GZ else compressed


def _collected(path: str) -> bool:
    return path.endswith(".ipynb") or path == LAYER_UTILS or path.startswith(f"{CHECKPOINT_FOLDER}/")


def _flattened(path: str) -> str:
    return path.removeprefix("Utils/")


def _junk(files: Files) -> dict[str, bytes]:
    """What editors and interpreters leave behind."""
    notebooks = {path: content for path, content in files.items() if path.endswith(".ipynb")}
    checkpoints = {
        f".ipynb_checkpoints/{PurePosixPath(path).stem}-checkpoint.ipynb": content
        for path, content in notebooks.items()
    }
    return {
        **checkpoints,
        "Utils/__pycache__/layer_utils.cpython-311.pyc": b"\x00" * 16,
        ".DS_Store": b"\x00\x00\x00\x01Bud1",
    }


def _tar(files: Files, crafted: Sequence[tarfile.TarInfo]) -> bytes:
    packed_bytes = io.BytesIO()
    with tarfile.open(fileobj=packed_bytes, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(files):
            member = tarfile.TarInfo(path)
            member.size, member.mtime, member.mode = len(files[path]), _MTIME, 0o644
            archive.addfile(member, io.BytesIO(files[path]))
        for member in crafted:
            member.mtime = _MTIME
            archive.addfile(member, io.BytesIO(b"") if member.isreg() else None)
    return packed_bytes.getvalue()


def _zip(files: Files) -> bytes:
    packed_bytes = io.BytesIO()
    with zipfile.ZipFile(packed_bytes, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            member = zipfile.ZipInfo(path, _ZIP_TIME)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(member, files[path])
    return packed_bytes.getvalue()
