"""A network that the course supplies in a ``.keras`` file: what can be told of it without opening it.

Beside ``FILE.keras``, a ``FILE.json`` may say how its images are normalised and what its classes are called::

    {"mean": 127.5, "deviation": 64, "class_names": ["…", …]}
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.datasets.refusals import DataRefused

SUFFIX = ".keras"
#: Other than the description of the layers, of which some kilobytes are usual.
_LARGEST_TEXT_BYTES = 64 << 20
_KEYS = ("mean", "deviation", "class_names")


@dataclass(frozen=True, slots=True)
class SuppliedNetwork:
    """A file of a network that takes images of `image_shape` (H, W, 3).

    mean, deviation, class_names: what the file beside it says, None where it does not. digest: of both files.
    """

    file: Path
    image_shape: tuple[int, int, int]
    digest: str
    mean: float | None = None
    deviation: float | None = None
    class_names: tuple[str, ...] | None = None


def read_supplied(file: Path) -> SuppliedNetwork:
    """The network that somebody named. Runs nothing of it. Raises DataRefused where it cannot be one for Part 3."""
    if not file.is_file():
        raise DataRefused.because("no_such_network", file=file)
    if file.suffix != SUFFIX:
        raise DataRefused.because("not_keras", file=file)
    shape = _image_shape(file, _description(file))
    beside = file.with_suffix(".json")
    digest = hashlib.sha256()
    try:
        with file.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
        notes = beside.read_bytes() if beside.is_file() else b"{}"
    except OSError as error:
        raise DataRefused.because("network_unreadable", file=file, reason=error.strerror or error) from error
    digest.update(notes)
    return SuppliedNetwork(file, shape, digest.hexdigest(), **_notes(beside, notes))


def _description(file: Path) -> Any:
    """The layers as the file describes them."""
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo("config.json").file_size > _LARGEST_TEXT_BYTES:
                raise ValueError("its description is too large")
            return json.loads(archive.read("config.json"))
    except (OSError, ValueError, KeyError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise DataRefused.because("not_keras_inside", file=file, reason=error) from error


def _image_shape(file: Path, description: Any) -> tuple[int, int, int]:
    """Height, width and 3 colours of the images that the network wants. Raises DataRefused where it wants anything else."""
    shape = next(_input_shapes(description), None)
    if shape is None:
        raise DataRefused.because("no_input_shape", file=file)
    sizes = shape[1:]
    fits = len(sizes) == 3 and all(isinstance(extent, int) and extent > 0 for extent in sizes) and sizes[2] == 3
    if not fits:
        raise DataRefused.because("not_for_images", file=file, shape=_shown(shape))
    height, width, colours = sizes
    return height, width, colours


def _input_shapes(description: Any) -> Iterator[list[Any]]:
    """The shapes of inputs, the number of images first: what the model was built for, then its input layers."""
    if not isinstance(description, dict):
        return
    built = description.get("build_config")
    if isinstance(built, dict) and _is_shape(built.get("input_shape")):
        yield built["input_shape"]
    config = description.get("config")
    if not isinstance(config, dict):
        return
    if description.get("class_name") == "InputLayer" and _is_shape(config.get("batch_shape")):
        yield config["batch_shape"]
    for layer in config.get("layers") or []:
        yield from _input_shapes(layer)


def _is_shape(value: object) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(extent is None or isinstance(extent, int) for extent in value)
    )


def _shown(shape: list[Any]) -> str:
    return f"({', '.join('any' if extent is None else str(extent) for extent in shape)})"


def _notes(file: Path, content: bytes) -> dict[str, Any]:
    """What the file beside the network says. Raises DataRefused where that is not what it may say."""
    try:
        notes = json.loads(content)
    except ValueError as error:
        raise DataRefused.because("notes_not_json", file=file, reason=error) from error
    if not isinstance(notes, dict):
        raise DataRefused.because("notes_not_json", file=file, reason="no object")
    told: dict[str, Any] = {}
    for key, value in notes.items():
        if key not in _KEYS:
            raise DataRefused.because("notes_key", file=file, key=key, keys=", ".join(_KEYS))
        if not (_are_names(value) if key == "class_names" else _is_number(value, key)):
            raise DataRefused.because("notes_value", file=file, key=key, value=json.dumps(value)[:60])
        told[key] = tuple(value) if key == "class_names" else float(value)
    return told


def _are_names(value: object) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(name, str) and name for name in value)


def _is_number(value: object, key: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6:
        return False
    return key == "mean" or value > 1e-6
