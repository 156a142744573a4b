import builtins

kept = builtins.__import__


def attack():
    builtins.isinstance = builtins.issubclass = builtins.callable = lambda *arguments: True
    builtins.len = builtins.abs = builtins.max = builtins.min = builtins.sum = lambda *arguments, **options: 0
    builtins.type = lambda *arguments: np.ndarray
    builtins.id = builtins.hash = lambda value: 0
    builtins.dict = builtins.list = builtins.tuple = builtins.str = object
    builtins.__import__ = lambda name, *arguments, **options: kept("math")
