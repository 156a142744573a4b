"""Probe `inception`: the notebook's `Inception_module`, put on an input of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.model.observation import Value
from grader.probes.namespace import notebook_function
from grader.probes.network import told
from grader.probes.networks import Network, adopt, complete, keep, one_tensor

FUNCTION = "Inception_module"
PARAMETERS = ("C1", "C3_R", "C3", "C5_R", "C5", "P3_R")


def inception(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``arguments`` (``{"C1": int, "C3_R": …, "C3": …, "C5_R": …, "C5": …, "P3_R": …}``), ``shape`` ``[H, W, C]``,
    ``handle``.

    Calls ``Inception_module(Input, C1, C3_R, C3, C5_R, C5, P3_R)`` on a Keras input or, where it is made of TensorFlow's
    own operations, on a tensor. Returns what `network` does, for images ``(N, H, W, C)``. Raises FunctionMissing,
    NotOneTensor, NotANetwork, or what the student's code raises.
    """
    module = _positional(notebook_function(FUNCTION))
    numbers = [int(arguments["arguments"][name]) for name in PARAMETERS]
    shape = tuple(int(extent) for extent in arguments["shape"])
    try:
        network = _functional(module, numbers, shape)
    except Exception as symbolic_failed:
        try:
            network = _replayed(module, numbers, shape)
        except Exception as error:
            # What Keras says of its symbolic tensors is of no use to code that was not written for them.
            raise error if "KerasTensor" in str(symbolic_failed) else symbolic_failed from None
    keep(arguments["handle"], network)
    return told(network)


def _positional(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, called as the contract says; a layer whose constructor takes the numbers, built and then called."""
    import keras

    if not (isinstance(function, type) and issubclass(function, keras.layers.Layer)):
        return function
    return lambda image, *numbers: function(*numbers)(image)


def _functional(module: Callable[..., Any], numbers: list[int], shape: tuple[int, ...]) -> Network:
    import keras

    image = keras.Input(shape)
    return adopt(keras.Model(image, _output(module, image, numbers)), FUNCTION, shape)


def _replayed(module: Callable[..., Any], numbers: list[int], shape: tuple[int, ...]) -> Network:
    """The module called on tensors: the variables of the first call serve each later one in the place of new ones."""
    import tensorflow as tf

    variables: list[Any] = []

    def record(create: Callable[..., Any], **settings: Any) -> Any:
        variables.append(create(**settings))
        return variables[-1]

    with tf.variable_creator_scope(record):
        _output(module, tf.zeros((1, *shape)), numbers)

    def run(images: Any, training: bool) -> Any:
        again = iter(variables)

        def replay(create: Callable[..., Any], **settings: Any) -> Any:
            recorded = next(again, None)
            return create(**settings) if recorded is None else recorded

        with tf.variable_creator_scope(replay):
            return _output(module, images, numbers)

    return complete(Network(module, run, shape, list(variables)))


def _output(module: Callable[..., Any], image: Any, numbers: list[int]) -> Any:
    import keras

    output = module(image, *numbers)
    # A layer or model may still have to be put on the input.
    return one_tensor(output(image) if isinstance(output, keras.layers.Layer) else output)
