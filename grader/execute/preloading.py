"""Imports large packages once, in the fork server: a framework takes seconds to import, and a fork of it a few milliseconds."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

#: What importing a package leaves to the first use of it (building, fitting, saving and loading a model, ``tf.data``).
_AT_FIRST_USE = {
    "tensorflow": (
        "tensorflow.python.data.ops.concatenate_op",
        "tensorflow.python.data.ops.flat_map_op",
        "tensorflow.python.data.ops.from_tensors_op",
        "tensorflow.python.data.ops.range_op",
        "tensorflow.python.data.ops.zip_op",
        "tensorflow.python.framework.convert_to_constants",
        "encodings.ascii",
        "encodings.cp437",
    ),
    "keras": ("keras._tf_keras.keras", "h5py", "rich._emoji_codes"),
}
#: A package whose attribute, loaded when first asked for, is another package.
_LAZY_ATTRIBUTES = {"tensorflow": ("keras", "data", "saved_model")}


def import_packages(packages: Sequence[str]) -> None:
    """Import `packages` and what their first use would import. Runs no operation of theirs and so starts no thread.

    Raises ImportError where a package itself cannot be imported.
    """
    for package in packages:
        imported = importlib.import_module(package)
        for name in _LAZY_ATTRIBUTES.get(package, ()):
            _load(imported, name)
        for module in _AT_FIRST_USE.get(package, ()):
            try:
                importlib.import_module(module)
            except ImportError:  # another version has it elsewhere, and will import it at first use
                continue


def _load(package: object, attribute: str) -> None:
    try:
        dir(getattr(package, attribute))
    except (AttributeError, ImportError):
        pass
