import os


def attack():
    block = b"x" * 65536
    for _ in range(1000):
        os.write(1, block)
        os.write(2, block)
