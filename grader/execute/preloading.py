"""Imports large packages once, in the fork server: a framework takes seconds to import, and a fork of it a few milliseconds.

What a process does at its first use of a package is paid for in every fork, so TensorFlow is asked to do less of it.
"""

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
    if "tensorflow" in packages:
        _run_eager_operations_directly()


def _load(package: object, attribute: str) -> None:
    try:
        dir(getattr(package, attribute))
    except (AttributeError, ImportError):
        pass


def _run_eager_operations_directly() -> None:
    """Have TensorFlow hand an eager operation to its kernel, as functions and sessions do.

    By default it makes a function of one operation for each kind of operation, shape of variable and device, and makes that
    ready for any number of devices, which takes a millisecond each in every process. The kernels, and what they compute,
    are the same. Only where there is nothing but processors: elsewhere the function is what places its inputs.
    """
    try:
        from tensorflow.python import pywrap_tfe

        set_wrapped = pywrap_tfe.TFE_ContextOptionsSetRunEagerOpAsFunction
        list_devices = pywrap_tfe.TF_ListPhysicalDevices
    except (ImportError, AttributeError):  # another version: as slow as it is
        return

    def set_wrapped_for_accelerators(options: object, wrapped: bool) -> None:
        set_wrapped(options, wrapped and any(b":CPU:" not in device for device in list_devices()))

    pywrap_tfe.TFE_ContextOptionsSetRunEagerOpAsFunction = set_wrapped_for_accelerators
