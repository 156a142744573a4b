import signal


def interrupt(*arguments):
    raise KeyboardInterrupt


def attack():
    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
