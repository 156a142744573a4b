"""A network of TensorFlow 1 that a class or function of the notebook has built: its graph, a session, what goes in and out.

Every network has a graph of its own, and is kept between requests under a handle. Errors are those of
`grader.probes.networks`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.probes.namespace import notebook_function
from grader.probes.networks import IMAGE_SHAPE, NotANetwork, NotOneTensor, UnknownHandle
from grader.probes.tensorflow1.default_graph import begin_graph, return_to
from grader.probes.tensorflow1.graph_search import needed_by
from grader.probes.tensorflow1.inputs import fed_beside, image_placeholder
from grader.probes.tensorflow1.outputs import find_output

_VARIABLES = frozenset({"VariableV2", "Variable", "VarHandleOp"})


@dataclass(slots=True)
class Network:
    """`images` is the placeholder ``(N, *shape)``, `output` the scores. `weights` are the variables that these depend on,
    in the order in which they were made. `loss` names the loss, as far as it was made out.
    """

    model: Any
    graph: Any
    session: Any
    images: Any
    output: Any
    weights: list[Any]
    shape: tuple[int, ...] = IMAGE_SHAPE
    loss: str | None = None

    @contextmanager
    def as_default(self) -> Iterator[None]:
        """Its graph and session are the default ones, as in a notebook's ``with tf.Session()``."""
        return_to(self.graph)
        with self.session.as_default():
            yield

    def fed(self, training: bool = False) -> dict[Any, Any]:
        """What is fed beside images."""
        return fed_beside(needed_by(self.output), self.images, training)

    def run(self, images: np.ndarray) -> np.ndarray:
        """Scores of `images (N, *shape)` in the pass of inference; all in one batch unless the graph has a size of its own."""
        dtype, size = self.images.dtype.as_numpy_dtype, _batch_size(self.images)
        fed, images = self.fed(), np.asarray(images, dtype)
        if size is None:
            return self.session.run(self.output, {**fed, self.images: images})
        outputs = []
        for start in range(0, len(images), size):
            part = images[start : start + size]
            filled = np.concatenate([part, np.zeros((size - len(part), *part.shape[1:]), dtype)])
            outputs.append(self.session.run(self.output, {**fed, self.images: filled})[: len(part)])
        return np.concatenate(outputs)

    def values(self) -> list[np.ndarray]:
        """The weights' values as they are now."""
        return [np.asarray(value) for value in self.session.run(self.weights)] if self.weights else []

    def assign(self, variables: Sequence[Any], values: Sequence[np.ndarray]) -> None:
        """Give `variables` of the graph other values, without new operations."""
        set_ = [variable.initializer for variable in variables]
        fed = {op.inputs[1]: np.asarray(value) for op, value in zip(set_, values, strict=True)}
        self.session.run(set_, fed)

    def snapshot(self) -> tuple[list[Any], list[np.ndarray]]:
        """All variables that have a value, the optimiser's among them, and these values."""
        import tensorflow as tf

        with self.graph.as_default():
            variables = [*tf.global_variables(), *tf.local_variables()]
        kept, values = [], []
        for variable in variables:
            try:
                value = self.session.run(variable)
            except tf.errors.FailedPreconditionError:  # nobody has initialised it
                continue
            kept.append(variable)
            values.append(value)
        return kept, values


_kept: dict[str, Network] = {}


def keep(handle: str, network: Network) -> None:
    """Keep `network` under `handle`, in the place of what was there."""
    if handle in _kept:
        _kept[handle].session.close()
    _kept[handle] = network


def kept(handle: str) -> Network:
    """The network under `handle`. Raises UnknownHandle."""
    if handle not in _kept:
        raise UnknownHandle(f"no network is kept under {handle!r}")
    return _kept[handle]


def build(name: str) -> Network:
    """What the notebook's class or function `name` builds in a new graph, its variables initialised.

    Raises FunctionMissing, NotANetwork, NotOneTensor, or what the student's code raises.
    """
    function = notebook_function(name)
    import tensorflow as tf

    begin_graph()
    session = tf.Session()
    made = function(*_constructor_arguments(function, session))
    graph = tf.get_default_graph()  # the student may have begun another one
    if made is None:
        raise NotANetwork(name, None)
    return adopt(made, name, graph)


def adopt(model: Any, name: str, graph: Any, shape: Sequence[int] = IMAGE_SHAPE, output: Any = None) -> Network:
    """The network in `graph`, which `name` has built as `model`. Raises NotOneTensor where no scores are made of images."""
    import tensorflow as tf

    images = image_placeholder(graph.get_operations(), shape)
    if images is None:
        expected = ", ".join(map(str, (None, *shape)))
        raise NotOneTensor(f"the graph of {name} has no placeholder of images ({expected})")
    found = find_output(images) if output is None else None
    scores = found.tensor if found is not None else output
    if scores is None:
        raise NotOneTensor(f"the graph of {name} makes no scores of ten classes of its images")
    session = tf.Session(graph=graph)
    with graph.as_default():
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    loss = found.loss if found is not None else None
    return Network(model, graph, session, images, scores, _weights(scores), tuple(shape), loss)


def _weights(output: Any) -> list[Any]:
    import tensorflow as tf

    needed = [operation.name for operation in needed_by(output) if operation.type in _VARIABLES]
    with output.graph.as_default():
        by_name = {variable.op.name: variable for variable in (*tf.global_variables(), *tf.local_variables())}
    return [by_name[name] for name in needed if name in by_name]


def _constructor_arguments(function: Callable[..., Any], session: Any) -> list[Any]:
    """A session where one is asked for, by name; else nothing."""
    try:
        parameters: Mapping[str, inspect.Parameter] = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return []
    first = next(iter(parameters.values()), None)
    wants = first is not None and first.default is first.empty and first.name.lower().startswith("sess")
    return [session] if wants else []


def _batch_size(images: Any) -> int | None:
    return images.shape.as_list()[0] if images.shape.rank else None
