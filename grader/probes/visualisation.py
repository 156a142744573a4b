"""Probe `visualisation`: one of the notebook's three visualisations, on the pretrained network as it was handed out."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.model.observation import Value
from grader.probes.local_constants import other_constants
from grader.probes.namespace import namespace, notebook_function
from grader.probes.plain_function import takes_by_name
from grader.probes.pretrained_model import PretrainedModel
from grader.probes.returned_arrays import as_one_array

#: In the contract's order; the model comes last where an image to start from is given along with its target.
_ORDERS = (("model", "X", "Y"), ("X", "target_y", "model"), ("model", "target_y"))
#: What is larger travels as float32: 101 images of 224x224 would be more than one answer may hold.
_LARGE_BYTES = 1 << 25

_kept: list[PretrainedModel] = []


def visualisation(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``function``, ``arguments`` (``X`` and ``Y``, ``target_y``, or ``X`` and ``target_y``), and if need be
    ``settings`` (hyperparameters by name), ``seed`` (of the generators of Python and NumPy) and ``frozen`` (whether the
    network's batch normalisation is to keep its averages, and use them, even where it is called with training=True).

    Calls the notebook's function with the pretrained network, all of whose numbers are put back before, and returns::

        {"returned": what it returned, "type": type's name, "settings": {name: "keyword", "constant" or "ignored"},
         "changed": [names of the arrays given that were changed in place], "weights_changed": bool}

    Arguments go by name where the function has parameters of all their names, else by place in the contract's order:
    ``(model, X, Y)``, ``(model, target_y)``, ``(X, target_y, model)``. A setting goes as a keyword where the function
    has a parameter of that name, else in the place of a constant of that name, of the function or of the notebook.
    Tensors come back as arrays, a list of arrays of one shape as one array, what is larger than 32 MiB as float32.
    Raises ModuleNotImported, FunctionMissing, or what the student's code raises.
    """
    function = notebook_function(arguments["function"])
    given, settings = dict(arguments["arguments"]), dict(arguments.get("settings", {}))
    if not _kept:
        _kept.append(PretrainedModel())
    pretrained = _kept[0]
    model = pretrained.restored()
    pretrained.restore_likes(namespace())
    if arguments.get("frozen") is True:
        pretrained.freeze()
    before = {name: value.copy() for name, value in given.items() if isinstance(value, np.ndarray)}
    by_keyword = {name: value for name, value in settings.items() if takes_by_name(function, name)}
    with other_constants(function, settings) as (called, constants):
        positional, named = _passed({**given, "model": model}, function)
        _seed(arguments.get("seed"))
        returned = called(*positional, **named, **by_keyword)
        told = bounded(as_one_array(returned))
    return {
        "returned": told,
        "type": type(returned).__name__,
        "settings": {name: way(name, by_keyword, constants) for name in settings},
        "changed": [name for name, value in before.items() if not same_array(value, given[name])],
        "weights_changed": pretrained.weights_changed(),
    }


def _passed(given: Mapping[str, Any], function: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]]:
    """What is passed by place, and what by name."""
    if all(takes_by_name(function, name) for name in given):
        return [], dict(given)
    order = next(names for names in _ORDERS if set(names) == set(given))
    return [given[name] for name in order], {}


def way(name: str, by_keyword: Mapping[str, Any], constants: frozenset[str]) -> str:
    """How a setting was handed over."""
    if name in by_keyword:
        return "keyword"
    return "constant" if name in constants else "ignored"


def _seed(seed: Value) -> None:
    # Not TensorFlow, which then forgets every kernel made ready so far: what it draws follows from the calls before.
    if seed is not None:
        random.seed(seed)
        np.random.seed(seed)


def bounded(told: Any) -> Any:
    """A large float64 array as float32, anything else as it is."""
    if type(told) is np.ndarray and told.dtype == np.float64 and told.nbytes > _LARGE_BYTES:
        with np.errstate(over="ignore"):
            return told.astype(np.float32)
    return told


def same_array(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether both hold the same, bit by bit."""
    return before.shape == after.shape and before.dtype == after.dtype and before.tobytes() == after.tobytes()
