import itertools

NUMBERS = itertools.cycle([1.7e308, -1.7e308, np.inf, np.nan, 5e-324, np.longdouble("1e4000"), np.int64(-(1 << 63)), -0.0])


def lie(array):
    return np.full(array.shape, next(NUMBERS))
