import os


def attack():
    if os.fork() == 0:
        global lie
        lie = np.zeros_like
