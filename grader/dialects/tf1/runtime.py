"""Makes ``import tensorflow`` give TensorFlow 1: its graphs and sessions, and the packages around it that are gone.

Runs no operation and starts no thread, so that processes can be forked afterwards.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

from grader.dialects.tf1 import batch_normalization, contrib, layer_classes, layers
from grader.dialects.tf1.absent import AbsentModules, PartlyAbsent
from grader.dialects.tf1.graph_seeds import seed_new_graphs
from grader.dialects.tf1.in_use import mark_installed
from grader.dialects.tf1.keras_names import keras_modules
from grader.dialects.tf1.old_modules import OldModules
from grader.dialects.tf1.one_element_arrays import restore_conversions

#: What code asks for that wants to know whether it runs on TensorFlow 1: the last version of it.
VERSION = "1.15.5"
_ABSENT = ("tensorflow.contrib", "tensorflow.keras", "tensorflow.estimator", "tensorflow.examples", "keras")
#: Imported by the first session, optimiser, saver or condition, which nearly every hand-in has.
_AT_FIRST_USE = (
    "tensorflow.python.client.session",
    "tensorflow.python.framework.meta_graph",
    "tensorflow.python.framework.graph_io",
    "tensorflow.python.training.saver",
    "tensorflow.python.training.adam",
)

_LAYERS = {
    "conv2d": layers.conv2d,
    "conv2d_transpose": layers.conv2d_transpose,
    "separable_conv2d": layers.separable_conv2d,
    "dense": layers.dense,
    "max_pooling2d": layers.max_pooling2d,
    "average_pooling2d": layers.average_pooling2d,
    "dropout": layers.dropout,
    "flatten": layers.flatten,
    "batch_normalization": batch_normalization.batch_normalization,
}
_CLASSES = {
    "Conv2D": "conv2d",
    "Conv2DTranspose": "conv2d_transpose",
    "SeparableConv2D": "separable_conv2d",
    "Dense": "dense",
    "MaxPooling2D": "max_pooling2d",
    "AveragePooling2D": "average_pooling2d",
    "Dropout": "dropout",
    "Flatten": "flatten",
    "BatchNormalization": "batch_normalization",
}
_CONTRIB_LAYERS: dict[str, object] = {
    "conv2d": contrib.conv2d,
    "convolution": contrib.conv2d,
    "convolution2d": contrib.conv2d,
    "fully_connected": contrib.fully_connected,
    "relu": contrib.fully_connected,
    "batch_norm": contrib.batch_norm,
    "max_pool2d": contrib.max_pool2d,
    "avg_pool2d": contrib.avg_pool2d,
    "one_hot_encoding": contrib.one_hot_encoding,
    "xavier_initializer": contrib.xavier_initializer,
    "xavier_initializer_conv2d": contrib.xavier_initializer,
    "variance_scaling_initializer": contrib.variance_scaling_initializer,
    "l1_regularizer": contrib.l1_regularizer,
    "l2_regularizer": contrib.l2_regularizer,
    "l1_l2_regularizer": contrib.l1_l2_regularizer,
    "apply_regularization": contrib.apply_regularization,
    "flatten": contrib.flatten,
    "dropout": contrib.dropout,
}


def install() -> None:
    """From now on ``import tensorflow`` gives TensorFlow 1. Imports nothing of it yet."""
    mark_installed()
    restore_conversions()
    sys.meta_path[:0] = [_TensorFlow1(), AbsentModules(_ABSENT), OldModules()]


def preload() -> None:
    """After `install`: import it, and what its first use would import. Raises ImportError."""
    importlib.import_module("tensorflow")
    for module in _AT_FIRST_USE:
        try:
            importlib.import_module(module)
        except ImportError:  # another version has it elsewhere, and will import it at first use
            continue


class _TensorFlow1:
    """Finds ``tensorflow`` once, with its face of version 1 as the module; what lies below is found as ever."""

    def __init__(self) -> None:
        self._done = False

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname != "tensorflow" or self._done:
            return None
        self._done = True
        return ModuleSpec(fullname, self, origin="TensorFlow 1", is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        # Nothing here is written with Keras, whose import takes as long as all the rest.
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
        return _version_1(importlib.import_module("tensorflow"))

    def exec_module(self, module: ModuleType) -> None:
        pass


def _version_1(installed: ModuleType) -> ModuleType:
    from tensorflow.python.framework import ops
    from tensorflow.python.util import deprecation

    # Students are not to be warned of what has been deprecated since.
    deprecation._PRINT_DEPRECATION_WARNINGS = False
    version_1 = installed.compat.v1
    version_1.disable_v2_behavior()
    seed_new_graphs(ops.Graph)
    compat = ModuleType("tensorflow.compat")
    compat.__dict__.update(vars(version_1.compat), v1=version_1, __path__=[])
    version_1.__path__ = [*version_1.__path__, *installed.__path__]
    python = sys.modules["tensorflow.python"]
    made = {"compat": compat, "compat.v1": version_1, "python": python, **_rebuilt(version_1)}
    for name, module in made.items():
        sys.modules[f"tensorflow.{name}"] = module
        if "." not in name:
            setattr(version_1, name, module)
    version_1.__version__ = version_1.VERSION = VERSION
    return version_1


def _rebuilt(tensorflow: ModuleType) -> dict[str, ModuleType]:
    """What TensorFlow 2 has no more, by name below the package."""
    made_layers = dict(_LAYERS) | {
        name: layer_classes.layer_class(name, _LAYERS[function], function) for name, function in _CLASSES.items()
    }
    contrib_layers = PartlyAbsent(
        "tf.contrib.layers", {**_CONTRIB_LAYERS, "softmax": tensorflow.nn.softmax, "linear": contrib.linear}
    )
    contrib_metrics = PartlyAbsent("tf.contrib.metrics", {"accuracy": contrib.accuracy})
    keras = {f"keras.{name}".rstrip("."): module for name, module in keras_modules(tensorflow).items()}
    sys.modules.update(keras)
    return {
        "layers": PartlyAbsent("tf.layers", made_layers),
        "contrib": PartlyAbsent("tf.contrib", {"layers": contrib_layers, "metrics": contrib_metrics}),
        "contrib.layers": contrib_layers,
        "contrib.metrics": contrib_metrics,
        "estimator": PartlyAbsent("tf.estimator"),
        "examples": PartlyAbsent("tf.examples"),
        **keras,
    }
