"""Opens a saved model without running code from the file, and says why where that fails."""

from __future__ import annotations

import inspect
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.probes.namespace import namespace
from grader.probes.networks import NotOneTensor
from grader.probes.saved_files import H5, KERAS, SAVED_MODEL, SavedFile, unpacked_bytes

_LONGEST_DETAIL = 300
_CODE_IS_MISSING = re.compile(
    r"`Lambda` layer|Could not locate (?:class|function)|Unknown (?:layer|object)|custom_object|`get_config\(\)` method,"
)
_DAMAGED = (OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, UnicodeDecodeError, json.JSONDecodeError)


class Damaged(Exception):
    """The file is not what its name says, or only a part of it."""


@dataclass(frozen=True, slots=True)
class SavedModel:
    """A SavedModel's serving signature as a function of one tensor. `loaded` keeps its variables alive."""

    loaded: Any
    function: Any
    input_name: str

    def __call__(self, images: Any) -> Any:
        (output,) = self.function(**{self.input_name: images}).values()
        return output


def ensure_whole(file: SavedFile) -> int:
    """How many bytes `file` holds once unpacked. Raises Damaged where it cannot be a model file at all."""
    import h5py

    try:
        size = unpacked_bytes(file)
    except (zipfile.BadZipFile, OSError) as error:
        raise Damaged(f"{file.path.name}: {error}") from None
    if file.path.suffix in (".h5", ".hdf5") and not h5py.is_hdf5(file.path):
        raise Damaged(f"{file.path.name} is not an HDF5 file")
    return size


def load(file: SavedFile) -> Any:
    """The model in `file`: a Keras model, or a `SavedModel`.

    Classes and functions of the notebook may be part of it, code in the file itself may not. Raises whatever the
    libraries raise; `reason` tells it apart.
    """
    if file.kind == SAVED_MODEL:
        return _signature(file)
    import keras

    return keras.saving.load_model(str(file.path), custom_objects=_custom_objects(), compile=False, safe_mode=True)


def reason(error: Exception, file: SavedFile) -> str:
    """Why `load` has failed: ``needs_code``, ``version``, ``corrupted`` or ``other``."""
    text = str(error)
    own_classes = [name for name, value in _custom_objects().items() if isinstance(value, type)]
    if _CODE_IS_MISSING.search(text) or any(f"'class_name': '{name}'" in text for name in own_classes):
        return "needs_code"
    if _version(file) not in (None, _installed_version()):
        return "version"
    if any(f"{name}.__init__()" in text for name in own_classes):
        return "needs_code"
    if isinstance(error, _DAMAGED):
        return "corrupted"
    return "other"


def first_line(error: BaseException) -> str:
    """The type of `error` and the first line of its innermost cause, which Keras puts at the end."""
    innermost = str(error).rpartition("Exception encountered: ")[2].strip()
    line = innermost.splitlines()[0] if innermost else ""
    return f"{type(error).__name__}: {line}"[:_LONGEST_DETAIL]


def _signature(file: SavedFile) -> Any:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(file.path))
    signatures = dict(loaded.signatures)
    if not signatures:
        raise NotOneTensor(f"{file.path.name} has no serving signature")
    function = signatures.get("serving_default") or next(iter(signatures.values()))
    inputs = list(function.structured_input_signature[1])
    if len(inputs) != 1 or len(function.structured_outputs) != 1:
        raise NotOneTensor(f"the signature of {file.path.name} does not take and give one tensor")

    return SavedModel(loaded, function, inputs[0])


def _custom_objects() -> Mapping[str, Any]:
    """The notebook's functions, and its classes that are Keras', by the names that a file may know them by."""
    import keras

    bases = (
        keras.layers.Layer,
        keras.initializers.Initializer,
        keras.regularizers.Regularizer,
        keras.constraints.Constraint,
    )
    found = [
        value
        for value in namespace().values()
        if inspect.isfunction(value) or (isinstance(value, type) and issubclass(value, bases))
    ]
    return {value.__name__: value for value in found}


def _version(file: SavedFile) -> str | None:
    """The Keras version, its first two numbers, that wrote `file`; None where the file does not say."""
    import h5py

    try:
        if file.kind == KERAS:
            with zipfile.ZipFile(file.path) as archive:
                written = json.loads(archive.read("metadata.json"))["keras_version"]
        elif file.kind == H5:
            with h5py.File(file.path, "r") as content:
                written = content.attrs["keras_version"]
        else:
            return None
    except (*_DAMAGED, TypeError):
        return None
    return _first_two(str(written))


def _installed_version() -> str:
    import keras

    return _first_two(keras.__version__)


def _first_two(version: str) -> str:
    return ".".join(version.split(".")[:2])
