"""The pretrained network of TensorFlow 1 in a graph and a session of their own, made anew for every use.

What a function adds to a graph stays in it, and makes every later run of it slower: so no two calls share one.
"""

from __future__ import annotations

import builtins
import gc
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import CodeType
from typing import Any

from grader.probes.lookup import student_function
from grader.probes.plain_function import plain_function

MODULE, CONSTRUCTOR = "Utils.model_utils", "SqueezeNet"
#: By what the assignment calls them, and what a name that a function reads of its notebook has in it.
SESSION, MODEL = "sess", "model"
_OF_SESSIONS, _OF_MODELS = ("sess",), ("model", "net")


@dataclass(frozen=True, slots=True)
class PretrainedSession:
    """An open session, and the network in its graph: ``inputs``, ``targets`` and ``outputs`` are tensors."""

    session: Any
    model: Any


@contextmanager
def new_session() -> Iterator[PretrainedSession]:
    """A session with the network, in a new default graph. Both are gone when the context is left.

    Raises ModuleNotImported, FunctionMissing, or what making the network raises.
    """
    import tensorflow as tf

    constructor = student_function(MODULE, CONSTRUCTOR)
    with ExitStack() as stack:
        try:
            tf.reset_default_graph()
        except AssertionError:  # an interactive session of the notebook's has put its own graph above it
            stack.enter_context(tf.Graph().as_default())
        session = tf.Session()
        stack.callback(_let_go, session)
        model = constructor(session)
        stack.enter_context(session.as_default())
        yield PretrainedSession(session, model)


def own_session(names: MutableMapping[str, Any]) -> PretrainedSession | None:
    """The session and the network that the notebook has itself, if it has any that go together."""
    import tensorflow as tf

    models = [value for value in list(names.values()) if type(value) is student_function(MODULE, CONSTRUCTOR)]
    for session in list(names.values()):
        if isinstance(session, tf.Session | tf.InteractiveSession) and not getattr(session, "_closed", True):
            for model in models:
                if getattr(model.outputs, "graph", None) is session.graph:
                    return PretrainedSession(session, model)
    return None


@contextmanager
def known_by(names: MutableMapping[str, Any], function: Any, pretrained: PretrainedSession) -> Iterator[None]:
    """While the context lasts, the notebook's `names` for a session and for the network mean those of `pretrained`.

    These are the assignment's, those that the notebook has for its own, and those that `function` reads and nothing has.
    """
    put = _names_for(names, function, pretrained)
    before = {name: names[name] for name in put if name in names}
    names.update(put)
    try:
        yield
    finally:
        for name in put:
            if name in before:
                names[name] = before[name]
            else:
                names.pop(name, None)


def _names_for(names: MutableMapping[str, Any], function: Any, pretrained: PretrainedSession) -> dict[str, Any]:
    import tensorflow as tf

    session, model = pretrained.session, pretrained.model
    put: dict[str, Any] = {}
    for name in _read_and_missing(function, names):
        if any(part in name.lower() for part in _OF_SESSIONS):
            put[name] = session
        elif any(part in name.lower() for part in _OF_MODELS):
            put[name] = model
    put |= {SESSION: session, MODEL: model}
    for name, value in list(names.items()):
        if isinstance(value, tf.Session | tf.InteractiveSession):
            put[name] = session
        elif type(value) is type(model):
            put[name] = model
    return put


def _read_and_missing(function: Any, names: MutableMapping[str, Any]) -> list[str]:
    plain = plain_function(function)
    if plain is None:
        return []
    waiting, read = [plain.written.__code__], set[str]()
    while waiting:
        code = waiting.pop()
        read.update(code.co_names)
        waiting += [inner for inner in code.co_consts if isinstance(inner, CodeType)]
    return [name for name in sorted(read) if name not in names and not hasattr(builtins, name)]


def _let_go(session: Any) -> None:
    """Close `session`, and free its graph, which holds itself, before another is made."""
    import tensorflow as tf

    session.close()
    try:
        tf.reset_default_graph()
    except AssertionError:
        pass
    gc.collect()
