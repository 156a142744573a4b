import itertools

DTYPES = itertools.cycle(
    [
        np.dtype(np.float64, metadata={"equal": True}),
        np.dtype([(("title", "value"), "f8"), ("other", "O")]),
        np.dtype("f8,f8"),
        np.dtype(">f8"),
        np.dtype("U4"),
        np.dtype("M8[ns]"),
        np.dtype((np.void, 1 << 20)),
        np.dtype(np.clongdouble),
    ]
)


def lie(array):
    return np.zeros(array.shape, next(DTYPES))
