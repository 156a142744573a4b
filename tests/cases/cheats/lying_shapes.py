import itertools

LIES = itertools.cycle(
    [
        lambda a: np.broadcast_to(7.0, (1 << 20, 1 << 20)),
        lambda a: np.lib.stride_tricks.as_strided(a, (1 << 16, 1 << 16), (0, 0)),
        lambda a: np.zeros((0, *a.shape)),
        lambda a: np.zeros((1,) * 32),
        lambda a: a.reshape(-1),
        lambda a: {"out": a},
        lambda a: [[[[a]]]],
        lambda a: iter(a),
        lambda a: memoryview(a),
    ]
)


def lie(array):
    return next(LIES)(array)
