"""Small data sets in the form of the published one, and the table of checksums that fits them."""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.datasets.published import PublishedFiles

BATCH_SIZE = 20
PYTHON_NAMES = tuple(f"data_batch_{i}" for i in range(1, 6)) + ("test_batch",)
BINARY_NAMES = tuple(f"{name}.bin" for name in PYTHON_NAMES)


@dataclass(frozen=True)
class FakeCifar10:
    """values: for each of the six batches ``(20, 3072)`` uint8; labels ``(20,)``; the same in both versions' files."""

    values: tuple[np.ndarray, ...]
    labels: tuple[np.ndarray, ...]
    python: dict[str, bytes]
    binary: dict[str, bytes]

    @property
    def published(self) -> PublishedFiles:
        return PublishedFiles(
            {name: md5(content) for name, content in self.python.items()},
            {name: md5(content) for name, content in self.binary.items()},
            {"cifar-10-python.tar.gz": "0" * 32},
            BATCH_SIZE,
        )


def make_fake(seed: int = 0) -> FakeCifar10:
    generator = np.random.default_rng(seed)
    values = tuple(generator.integers(0, 256, (BATCH_SIZE, 3072), dtype=np.uint8) for _ in PYTHON_NAMES)
    labels = tuple(generator.permutation(np.arange(BATCH_SIZE) % 10) for _ in PYTHON_NAMES)
    python = {name: python2_batch(v, y) for name, v, y in zip(PYTHON_NAMES, values, labels, strict=True)}
    binary = {name: binary_batch(v, y) for name, v, y in zip(BINARY_NAMES, values, labels, strict=True)}
    return FakeCifar10(values, labels, python, binary)


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def binary_batch(values: np.ndarray, labels: np.ndarray) -> bytes:
    return np.concatenate([labels[:, None].astype(np.uint8), values], axis=1).tobytes()


def python2_batch(values: np.ndarray, labels: np.ndarray) -> bytes:
    """Instruction by instruction what cPickle of Python 2 wrote, with protocol 2, as the published files were made."""
    out = io.BytesIO()
    remembered = 0

    def remember() -> bytes:
        nonlocal remembered
        remembered += 1
        return b"q" + bytes([remembered]) if remembered < 256 else b"r" + struct.pack("<i", remembered)

    def text(content: bytes) -> bytes:
        return b"U" + bytes([len(content)]) + content + remember()

    def number(value: int) -> bytes:
        return b"K" + bytes([value]) if value < 256 else b"M" + struct.pack("<H", value)

    def name(module: bytes, attribute: bytes) -> bytes:
        return b"c" + module + b"\n" + attribute + b"\n" + remember()

    out.write(b"\x80\x02}" + remember() + b"(")
    out.write(text(b"batch_label") + text(b"training batch 1 of 5"))
    out.write(text(b"labels") + b"]" + remember() + b"(" + b"".join(number(int(y)) for y in labels) + b"e")
    out.write(text(b"data") + name(b"numpy.core.multiarray", b"_reconstruct") + name(b"numpy", b"ndarray"))
    out.write(b"K\x00\x85" + text(b"b") + b"\x87R" + remember())
    out.write(b"(K\x01" + number(values.shape[0]) + number(values.shape[1]) + b"\x86" + remember())
    out.write(name(b"numpy", b"dtype") + text(b"u1") + b"K\x00K\x01\x87R" + remember())
    out.write(b"(K\x03" + text(b"|") + b"NNN" + 2 * (b"J" + struct.pack("<i", -1)) + b"K\x00tb")
    out.write(b"\x89T" + struct.pack("<i", values.nbytes) + values.tobytes() + b"tb")
    out.write(text(b"filenames") + b"]" + remember() + b"(")
    out.write(b"".join(text(f"picture_s_{i:06}.png".encode()) for i in range(len(labels))) + b"eu.")
    return out.getvalue()


def write_folder(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def write_tar(path: Path, files: dict[str, bytes], mode: str = "w:gz", inner: str = "cifar-10-batches-py") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as archive:
        for name, content in {"readme.html": b"hello", **files}.items():
            entry = tarfile.TarInfo(f"{inner}/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"somewhere/{name}", content)
    return path
