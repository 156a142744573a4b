def attack():
    line = "x" * 99_999
    for _ in range(1000):
        print(line)
