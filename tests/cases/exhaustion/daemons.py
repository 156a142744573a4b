import os
import time


def attack():
    """Processes that nobody is the parent of, with a session of their own."""
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for descriptor in range(64):
                    try:
                        os.close(descriptor)
                    except OSError:
                        pass
                time.sleep(1000)
            os._exit(0)
