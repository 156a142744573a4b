"""Probe `inception` for hand-ins of TensorFlow 1: `Inception_module` on a placeholder of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.model.observation import Value
from grader.probes.inception import FUNCTION, PARAMETERS
from grader.probes.lookup import FunctionMissing
from grader.probes.namespace import namespace, notebook_function
from grader.probes.networks import NotANetwork, one_tensor
from grader.probes.tensorflow1.default_graph import begin_graph
from grader.probes.tensorflow1.network_probes import told
from grader.probes.tensorflow1.networks import adopt, keep


def inception(arguments: Mapping[str, Value]) -> Value:
    """Arguments and answer as `grader.probes.inception`'s.

    A method of that name, of a class of the notebook, will do where there is no such function. Raises FunctionMissing,
    NotANetwork, NotOneTensor, or what the student's code raises.
    """
    import tensorflow as tf

    module = _module()
    numbers = [int(arguments["arguments"][name]) for name in PARAMETERS]
    shape = [int(extent) for extent in arguments["shape"]]
    begin_graph()
    image = tf.placeholder(tf.float32, [None, *shape])
    made = module(image, *numbers)
    if made is None:
        raise NotANetwork(FUNCTION, None)
    network = adopt(module, FUNCTION, image.graph, shape, output=one_tensor(made))
    keep(arguments["handle"], network)
    return told(network)


def _module() -> Callable[..., Any]:
    try:
        return notebook_function(FUNCTION)
    except FunctionMissing:
        for value in namespace().values():
            if isinstance(value, type) and callable(getattr(value, FUNCTION, None)):
                return getattr(object.__new__(value), FUNCTION)
        raise
