"""Added to a right answer whose `max_pool_forward` then does what the case's file says."""

right_pool = max_pool_forward


def attack():
    """Called before every answer."""


def lie(out):
    """What is returned in the place of a right array."""
    return out


def max_pool_forward(x, pool_param):
    attack()
    out, cache = right_pool(x, pool_param)
    return lie(out), cache
