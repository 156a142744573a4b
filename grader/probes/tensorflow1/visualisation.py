"""Probe `visualisation` where student code finds TensorFlow 1: the functions take a session, or read the global one."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, cast

import numpy as np

from grader.dialects.tf1.graph_seeds import reseed_graphs
from grader.model.observation import Value
from grader.probes.local_constants import other_constants
from grader.probes.namespace import namespace, notebook_function
from grader.probes.plain_function import signature_of, takes_by_name
from grader.probes.returned_arrays import joined
from grader.probes.tensorflow1.pretrained_session import PretrainedSession, known_by, new_session, own_session
from grader.probes.visualisation import bounded, same_array, way

#: In the order of that time; the one that starts from an image reads the notebook's session.
_ORDERS = (("sess", "model", "X", "Y"), ("sess", "model", "target_y"), ("X", "target_y", "model"))
_SESSION, _MODEL = "sess", "model"
#: What TensorFlow says where a tensor of the notebook's own meets another graph, or another session, than its own.
_OTHER_GRAPH = ("not an element of this graph", "from the same graph", "cannot be interpreted as a tensor")
_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def visualisation(arguments: Mapping[str, Value]) -> Value:
    """Arguments and what is returned as of the probe `visualisation` for TensorFlow 2.

    The network is made anew for each call, in a graph and a session that are the notebook's ``sess`` and ``model`` while
    it lasts. A function that uses tensors which the notebook made elsewhere is called once more with the notebook's own.
    Its weights are constants, which nothing changes. An assertion of a function whose constants are exchanged is not held
    against it. Raises ModuleNotImported, FunctionMissing, or what the student's code raises.
    """
    function = notebook_function(arguments["function"])
    names = cast(MutableMapping[str, Any], namespace())
    if (seed := arguments.get("seed")) is not None:
        reseed_graphs(seed)
    with new_session() as made:
        own: PretrainedSession | None = None
        try:
            return _called(function, names, made, arguments)
        except Exception as raised:
            if any(words in str(raised) for words in _OTHER_GRAPH):
                own = own_session(names)
            if own is None:
                raise
    with own.session.graph.as_default(), own.session.as_default():
        return _called(function, names, own, arguments)


def _called(
    function: Callable[..., Any],
    names: MutableMapping[str, Any],
    pretrained: PretrainedSession,
    arguments: Mapping[str, Value],
) -> Value:
    settings = dict(arguments.get("settings", {}))
    given = {
        name: value.copy() if isinstance(value, np.ndarray) else value for name, value in arguments["arguments"].items()
    }
    before = {name: value.copy() for name, value in given.items() if isinstance(value, np.ndarray)}
    by_keyword = {name: value for name, value in settings.items() if takes_by_name(function, name)}
    seed = arguments.get("seed")
    with known_by(names, function, pretrained), other_constants(function, settings) as (called, constants):
        positional, named = passed(function, given, pretrained)
        if seed is not None:
            random.seed(seed)
            np.random.seed(seed)
        returned = called(*positional, **named, **by_keyword)
    return {
        "returned": bounded(joined(returned)),
        "type": type(returned).__name__,
        "settings": {name: way(name, by_keyword, constants) for name in settings},
        "changed": [name for name, value in before.items() if not same_array(value, given[name])],
        "weights_changed": False,
    }


def passed(
    function: Callable[..., Any], given: Mapping[str, Any], pretrained: PretrainedSession
) -> tuple[list[Any], dict[str, Any]]:
    """What is passed by place and what by name: ``sess`` only where the function has room for it, at its place."""
    values = {**given, _MODEL: pretrained.model, _SESSION: pretrained.session}
    order = next(names for names in _ORDERS if set(names) - {_SESSION, _MODEL} == set(given))
    signature = signature_of(function)
    if signature is None:
        return [values[name] for name in order], {}
    parameters = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.kind in _BY_PLACE and parameter.default is inspect.Parameter.empty
    ]
    session = next((name for name in signature.parameters if _SESSION in name.lower()), None)
    if all(takes_by_name(function, name) for name in (*given, _MODEL)):
        named = {name: values[name] for name in (*given, _MODEL)}
        return [], named | ({session: pretrained.session} if session is not None else {})
    others = [name for name in order if name != _SESSION]
    if len(parameters) == len(others) + 1:
        others.insert(parameters.index(session) if session in parameters else 0, _SESSION)
    return [values[name] for name in others], {}
