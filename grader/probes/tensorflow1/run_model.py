"""Probe `run_model` for hand-ins of TensorFlow 1, whose function is given a session, in one place or another."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

from grader.model.observation import Value
from grader.probes.namespace import namespace, notebook_function
from grader.probes.tensorflow1.networks import Network, kept

#: In the order in which the assignment's own call passes them.
_ROLES = ("session", "model", "X", "Y", "epochs", "batch_size", "is_training")
_SESSION, _MODEL = "sess", "model"


def run_model(arguments: Mapping[str, Value]) -> Value:
    """Arguments and answer as `grader.probes.run_model`'s.

    Calls ``run_model(session, model, X, Y, epochs, batch_size, is_training)``, by what its parameters are called; what it
    does not take, it finds as the notebook's globals `sess` and `model`. Training returned nothing in that assignment: what
    an evaluation of the same images gives stands for it, and changes no variable. Raises FunctionMissing, UnknownHandle, or
    what the student's code raises.
    """
    function = notebook_function("run_model")
    network = kept(arguments["handle"])
    given = {role: arguments[role] for role in _ROLES[2:]}
    given |= {"session": network.session, "model": network.model}
    with network.as_default(), _globals_of(network):
        returned = _called(function, given)
        if returned is None and given["is_training"]:
            returned = _evaluated(function, network, given)
    return {"returned": returned}


def _evaluated(function: Callable[..., Any], network: Network, given: Mapping[str, Any]) -> Any:
    variables, values = network.snapshot()
    try:
        return _called(function, {**given, "epochs": 1, "is_training": False})
    except Exception:  # of evaluations, which are asked for by themselves
        return None
    finally:
        network.assign(variables, values)


def _called(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    roles = _roles(function)
    if roles is None:
        return function(*(given[role] for role in _ROLES))
    return function(*(given[role] for role in roles))


def _roles(function: Callable[..., Any]) -> list[str] | None:
    """What each parameter is for, in their order; None where that cannot be told."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is not parameter.POSITIONAL_OR_KEYWORD for parameter in parameters):
        return None
    named = [_role(parameter.name.lower()) for parameter in parameters]
    known = [role for role in named if role is not None]
    if len(set(known)) < len(known):
        return list(_ROLES[-len(parameters) :]) if len(parameters) <= len(_ROLES) else None
    left = iter([role for role in _ROLES if role not in known])
    roles: list[str] = []
    for parameter, role in zip(parameters, named, strict=True):
        role = role if role is not None else next(left, None)
        if role is None:
            if parameter.default is parameter.empty:
                return None
            break  # further settings of their own keep their defaults
        roles.append(role)
    return roles


def _role(name: str) -> str | None:
    if name.startswith("sess"):
        return "session"
    if "epoch" in name:
        return "epochs"
    if "batch" in name:
        return "batch_size"
    if "train" in name and not name.startswith(("x", "y")):
        return "is_training"
    if name.startswith(("model", "net")):
        return "model"
    if name.startswith(("x", "image", "input")):
        return "X"
    return "Y" if name.startswith(("y", "label", "target")) else None


@contextmanager
def _globals_of(network: Network) -> Iterator[None]:
    """The network and its session under the names by which the notebook knows such, where its own are closed or others."""
    import tensorflow as tf

    names = namespace()
    if not isinstance(names, MutableMapping):
        yield
        return
    sessions = [name for name, value in names.items() if isinstance(value, (tf.Session, tf.InteractiveSession))]
    instead = {**dict.fromkeys((*sessions, _SESSION), network.session), _MODEL: network.model}
    former = {name: names[name] for name in instead if name in names}
    names.update(instead)
    try:
        yield
    finally:
        for name, value in instead.items():
            if names.get(name) is value:
                names.pop(name)
        names.update({name: value for name, value in former.items() if name not in names})
