import os


class Opened:
    """Whoever unpickles, copies or prints it runs a command."""

    def __reduce__(self):
        return os.system, ("touch @MARK@",)

    __reduce_ex__ = lambda self, protocol: self.__reduce__()

    def __repr__(self):
        os.system("touch @MARK@")
        return "opened"

    __str__ = __format__ = __repr__


def lie(array):
    return np.array([Opened()] * array.size, dtype=object).reshape(array.shape)
