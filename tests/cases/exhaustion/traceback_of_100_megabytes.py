def attack():
    raise ValueError("x" * (100 << 20))
