import os
import time


def attack():
    """Each of them within its own limit."""
    for _ in range(30):
        if os.fork() == 0:
            hoard = np.ones(40 << 17)
            time.sleep(1000)
    time.sleep(1000)
