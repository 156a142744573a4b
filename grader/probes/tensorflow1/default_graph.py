"""The default graph of TensorFlow 1: a new one to build in, or one that was built before made the default again.

Not with ``as_default``: a student's own ``tf.reset_default_graph()`` may not stand within that.
"""

from __future__ import annotations

from typing import Any


def begin_graph() -> Any:
    """A new default graph, whatever a notebook has left open (an InteractiveSession keeps its graph in place)."""
    import tensorflow as tf

    _stack().reset()
    return tf.get_default_graph()


def return_to(graph: Any) -> None:
    """Make `graph` the default one until another is."""
    stack = _stack()
    stack.reset()
    stack._global_default_graph = graph


def _stack() -> Any:
    from tensorflow.python.framework import ops

    return ops._default_graph_stack
