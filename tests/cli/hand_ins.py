"""Hand-ins for the command line: the reference's right answer, right but for one function, and broken archives."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

from tests.cli.grade_command import ROOT

NOTEBOOK = "Assignment2-1_Implementing_CNN.ipynb"

#: Definitions of max_pool_forward that go wrong, each in its own way; its other items stay right.
MISBEHAVING = {
    "raises": "def max_pool_forward(x, pool_param):\n    raise ValueError('boom')",
    "exits": "def max_pool_forward(x, pool_param):\n    import os\n    os._exit(0)",
    "loops": "def max_pool_forward(x, pool_param):\n    while True:\n        pass",
    "memory": "def max_pool_forward(x, pool_param):\n    return np.ones(1 << 40), None",
    "floods": (
        "right_pool = max_pool_forward\n"
        "def max_pool_forward(x, pool_param):\n    print('x' * 50_000_000)\n    return right_pool(x, pool_param)"
    ),
    "kills": (
        "def max_pool_forward(x, pool_param):\n    import os, signal\n    os.kill(os.getppid(), signal.SIGKILL)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    ),
    "signature": "def max_pool_forward(x):\n    return x[:, ::2, ::2] + 0.0, None",
    "missing": "del max_pool_forward",
}


def right_files() -> dict[str, bytes]:
    """What a team with the right answer hands in, as `CollectSubmission.sh` packs it."""
    return {
        NOTEBOOK: (ROOT / "reference" / NOTEBOOK).read_bytes(),
        "layer_utils.py": (ROOT / "reference" / "Utils" / "layer_utils.py").read_bytes(),
    }


def files_with(addition: str) -> dict[str, bytes]:
    """The right answer with Python text added at its end."""
    files = right_files()
    files["layer_utils.py"] += f"\n\n{addition}\n".encode()
    return files


def pack(path: Path, files: dict[str, bytes], team: str | None = None) -> Path:
    """Writes `files` below one folder named after the team, as the archive that the suffix of `path` asks for."""
    folder = team or path.name.partition(".")[0]
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(f"{folder}/{name}", content)
        return path
    with tarfile.open(path, "w" if path.suffix == ".tar" else "w:gz") as archive:
        for name, content in files.items():
            archive.addfile(_member(f"{folder}/{name}", content), io.BytesIO(content))
    return path


def pack_with_unsafe_members(path: Path) -> Path:
    """The right answer, and members that lead outside, links and a device."""
    pack(path, right_files())
    kinds = {"../escaped.py": tarfile.REGTYPE, "/absolute.py": tarfile.REGTYPE, "team/link": tarfile.SYMTYPE}
    kinds["team/device"] = tarfile.CHRTYPE
    content = gzip.decompress(path.read_bytes())
    buffer = io.BytesIO(content)
    with tarfile.open(fileobj=buffer, mode="a") as archive:
        for name, kind in kinds.items():
            member = _member(name, b"")
            member.type, member.linkname = kind, "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            archive.addfile(member)
    path.write_bytes(gzip.compress(buffer.getvalue()))
    return path


def pack_bomb(path: Path) -> Path:
    """Much zero in little: unpacks to far more than an honest hand-in of this size."""
    return pack(path, {**right_files(), "zeros.bin": b"\0" * (64 << 20)})


def truncate(path: Path) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    return path


def notebook_of_format_3() -> bytes:
    """The reference's notebook as Jupyter wrote it until 2015."""
    cells = []
    for cell in json.loads(right_files()[NOTEBOOK])["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cells.append(
                {
                    "cell_type": "code",
                    "language": "python",
                    "input": source,
                    "outputs": [],
                    "collapsed": False,
                    "metadata": {},
                }
            )
        else:
            cells.append({"cell_type": "markdown", "source": source, "metadata": {}})
    return json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells, "metadata": {}}]}
    ).encode()


def _member(name: str, content: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mtime = 1_700_000_000
    return member


def unpack(archive: Path, target: Path) -> None:
    """A tarball that is ours, unpacked into the folder `target`, made if need be."""
    with tarfile.open(archive) as file:
        # Set, not passed: the first releases of Python 3.11 know no filter.
        file.extraction_filter = getattr(tarfile, "data_filter", None)
        file.extractall(target)
