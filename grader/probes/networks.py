"""What a student's function gives for a model, made usable in one way, and kept between requests under a handle.

Errors: `NotANetwork` (what came back cannot be called on images), `NotOneTensor` (calling it does not give one tensor),
`UnknownHandle` (nothing is kept there: the process is a fresh one).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.probes.namespace import notebook_function
from grader.probes.op_graph import further_variables

IMAGE_SHAPE = (32, 32, 3)
_FLAGS = ("training", "is_training")


class NotANetwork(Exception):
    """A function that should have given a model gave something else; the text says who and what."""

    def __init__(self, function: str, returned: object):
        what = "None" if returned is None else f"a value of type {type(returned).__name__}"
        super().__init__(f"{function} returned {what}")


class NotOneTensor(Exception):
    """A model's output is not one tensor; the text says what it is."""


class UnknownHandle(Exception):
    """No network is kept under this handle."""


@dataclass(slots=True)
class Network:
    """A model of any making. `run(images, training)` takes a batch ``(N, *shape)`` of `dtype` and gives one tensor.

    `weights` are variables with ``handle`` and ``assign``: the model's own list (trainable and not), then those that
    the inference pass reads beside. `wrapped` where the model came as the first element of a tuple or list. `traced` is
    the inference pass as it was when the network was taken up; it reads the weights as they are whenever it is asked.
    `made` is that tuple or list itself, None where the model came alone.
    """

    model: Any
    run: Callable[[Any, bool], Any]
    shape: tuple[int, ...] = IMAGE_SHAPE
    weights: list[Any] = field(default_factory=list)
    wrapped: bool = False
    dtype: str = "float32"
    traced: Any = None
    made: Any = None

    def inference(self) -> Any:
        """The ConcreteFunction of the inference pass as it is now: traced anew where something but weights may have changed.

        Layers of Keras' own keep their variables and have no other numbers, and tracing takes longer than all else here.
        """
        return self.traced if self.traced is not None and _is_kept_by_keras(self.model, self.weights) else self.trace()

    def trace(self, training: bool = False) -> Any:
        """The ConcreteFunction of ``run`` for any number of images."""
        import tensorflow as tf

        specification = tf.TensorSpec((None, *self.shape), self.dtype, name="images")
        # Without autograph, which would look for source text: a student's own tf.function has it all the same.
        return tf.function(lambda images: self.run(images, training), autograph=False).get_concrete_function(
            specification
        )


_kept: dict[str, Network] = {}


def keep(handle: str, network: Network) -> None:
    """Keep `network` under `handle`, in the place of what was there."""
    _kept[handle] = network


def kept(handle: str) -> Network:
    """The network under `handle`. Raises UnknownHandle."""
    if handle not in _kept:
        raise UnknownHandle(f"no network is kept under {handle!r}")
    return _kept[handle]


def adopt(made: object, function: str, shape: tuple[int, ...] = IMAGE_SHAPE) -> Network:
    """The network in what `function` returned: a Keras model or layer, or a callable with variables.

    An unbuilt one is built by calling it on zeros. Raises NotANetwork, NotOneTensor, or what the student's code raises.
    """
    model, wrapped = made, False
    if isinstance(made, tuple | list) and made and _is_network(made[0]):
        model, wrapped = made[0], True
    if not _is_network(model):
        raise NotANetwork(function, made)
    network = Network(model, _caller(model), shape, _own_weights(model), wrapped, made=made if wrapped else None)
    return complete(network)


def made_by(name: str, *arguments: Any) -> object:
    """What the notebook's function (or class) `name` gives for `arguments`.

    A model itself under that name is taken as it is: ``simple_model = simple_model()``. Raises FunctionMissing, or what
    the student's code raises.
    """
    import keras
    import tensorflow as tf

    function = notebook_function(name)
    return function if isinstance(function, (keras.Model, tf.Module)) else function(*arguments)


def complete(network: Network) -> Network:
    """`network` with its input's dtype, and with all weights that its inference pass reads."""
    try:
        network.traced = _built(network).trace()
    except Exception as error:
        network.dtype = "float64"  # code without Keras may have been written for it
        try:
            network.traced = _built(network).trace()
        except Exception:
            raise error from None
    own = _own_weights(network.model) or network.weights
    network.weights = [*own, *further_variables(network.traced, own)]
    return network


def _built(network: Network) -> Network:
    """`network`, called once on zeros where it may not have its variables yet."""
    import tensorflow as tf

    if not getattr(network.model, "built", False):
        network.run(tf.zeros((1, *network.shape), network.dtype), False)
    return network


def one_tensor(output: Any) -> Any:
    """The tensor in what a model returned, alone or in a list of one. Raises NotOneTensor."""
    if isinstance(output, tuple | list) and len(output) == 1:
        output = output[0]
    if not hasattr(output, "dtype") or not hasattr(output, "shape"):
        raise NotOneTensor(f"calling the model gives a {type(output).__name__}, not one tensor")
    return output


def _is_network(made: object) -> bool:
    import tensorflow as tf

    return callable(made) and not isinstance(made, type) and not tf.is_tensor(made)


def _caller(model: Any) -> Callable[[Any, bool], Any]:
    import keras

    flag = "training" if isinstance(model, keras.layers.Layer) else _flag(model)

    def run(images: Any, training: bool) -> Any:
        return one_tensor(model(images) if flag is None else model(images, **{flag: training}))

    return run


def _flag(model: Any) -> str | None:
    """The name of the parameter that says whether this is training; None where there is none."""
    try:
        parameters = inspect.signature(model).parameters
    except (TypeError, ValueError):
        return None
    return next((name for name in _FLAGS if name in parameters), None)


def _own_weights(model: Any) -> list[Any]:
    """The model's list of variables: ``weights`` of Keras, ``variables`` of a tf.Module; else none."""
    import keras
    import tensorflow as tf

    if isinstance(model, keras.layers.Layer):
        return list(model.weights)
    return list(model.variables) if isinstance(model, tf.Module) else []


def _is_kept_by_keras(model: Any, weights: Sequence[Any]) -> bool:
    """Whether `model` is made of Keras' own classes alone and still has these variables."""
    import keras

    if not isinstance(model, keras.Model) or not all(_is_of_keras(layer) for layer in model._flatten_layers()):
        return False
    own = model.weights
    return len(own) == len(weights) and all(now is then for now, then in zip(own, weights, strict=True))


def _is_of_keras(layer: Any) -> bool:
    return type(layer).__module__.partition(".")[0] == "keras" and "call" not in vars(layer)


def parameters(network: Network) -> int:
    """How many numbers the weights hold."""
    return sum(int(np.prod(tuple(weight.shape), dtype=np.int64)) for weight in network.weights)
