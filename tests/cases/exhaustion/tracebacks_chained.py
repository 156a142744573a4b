def attack():
    last = None
    for number in range(20_000):
        error = ValueError(f"{number}" * 100)
        error.__cause__, last = last, error
    raise last
