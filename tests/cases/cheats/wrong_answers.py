"""What a cheat is added to: two wrong answers, and the places where a cheat takes hold."""

import numpy as np


def attack():
    """Called before every answer."""


def lie(array):
    """What is returned in the place of a wrong array."""
    return array


def take_over(source):
    """Uses right answers that were found somewhere."""
    exec(source, globals())


def max_pool_forward(x, pool_param):
    attack()
    _, SH, SW, _ = pool_param["stride"]
    rows = (x.shape[1] - pool_param["pool_height"]) // SH + 1
    columns = (x.shape[2] - pool_param["pool_width"]) // SW + 1
    return lie(np.full((len(x), rows, columns, x.shape[3]), 700.0)), (x, pool_param)


def max_pool_backward(dout, cache):
    attack()
    return lie(np.full(cache[0].shape, 7.0))
