import threading
import time


def attack():
    while True:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
