"""Hand-ins made on the spot: file trees, and the archives that students make of them."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from grader.model.submission import Flag, Submission

SOLVED_FUNCTION = "def {name}(x, w, b, conv_param):\n    return sum(x) * {factor}, (x, w, b, conv_param)\n\n"
FUNCTIONS = ("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward")

NOTEBOOK_CODE = {
    1: "from Utils.data_utils import load_images\nfrom Utils.layer_utils import Test_conv_forward",
    2: "from Utils.data_utils import load_CIFAR10\ndef simple_model(): pass",
    3: "def compute_saliency_maps(model, X, Y): pass\ndef generate_adversarial_image(X, target_y, model): pass",
}
NAMES = {
    1: "Assignment2-1_Implementing_CNN.ipynb",
    2: "Assignment2-2_Training_CNN.ipynb",
    3: "Assignment2-3_Visualizing_CNN.ipynb",
}


def layer_utils(factor: int = 1) -> bytes:
    """A solved layer_utils.py; another factor is another solution."""
    return "".join(SOLVED_FUNCTION.format(name=name, factor=factor) for name in FUNCTIONS).encode()


def template_layer_utils() -> bytes:
    return "".join(f"def {name}(x):\n    raise NotImplementedError('{name}')\n\n" for name in FUNCTIONS).encode()


def notebook(*sources: str, executed: bool = True) -> bytes:
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {},
            "execution_count": 1 if executed else None,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["done\n"]}],
        }
        for source in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": cells}).encode()


def part_notebook(part: int, extra: str = "answer = 1") -> bytes:
    return notebook(NOTEBOOK_CODE[part], extra)


def flat_hand_in() -> dict[str, bytes]:
    """What CollectSubmission.sh puts into the team's folder."""
    files = {NAMES[part]: part_notebook(part) for part in NAMES}
    return files | {"layer_utils.py": layer_utils(), "model_checkpoints/my_model_final.keras": b"weights"}


def whole_hand_in() -> dict[str, bytes]:
    """The work folder as it is, `Utils/` kept."""
    files = {NAMES[part]: part_notebook(part) for part in NAMES}
    return files | {
        "Utils/__init__.py": b"",
        "Utils/data_utils.py": b"def load_images(): ...\n",
        "Utils/layer_utils.py": layer_utils(),
        "Utils/model_checkpoints/my_model_final.keras": b"weights",
    }


def below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


def tar_bytes(files: Mapping[str, bytes], *special: tarfile.TarInfo, mode: str = "w:gz") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode, format=tarfile.PAX_FORMAT) as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for entry in special:
            tar.addfile(entry)
    return packed.getvalue()


def zip_bytes(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def gzip_bytes(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def write_tree(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def flags_of(submission: Submission) -> dict[str, Flag]:
    return {flag.id: flag for flag in submission.flags}
