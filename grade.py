"""Grades the CNN assignment; `python grade.py --help` lists the commands.

This file parses on old interpreters too, so that they can say what is wrong with them.
"""

import signal
import sys

OLDEST = (3, 11)
INTERRUPTED = 130


def run():
    if sys.version_info < OLDEST:
        sys.stderr.write(
            "grade.py: Python {}.{} or newer is needed, this is {}.{} ({}); install a newer one and run it with that\n".format(
                *(OLDEST + tuple(sys.version_info[:2]) + (sys.executable,))
            )
        )
        return 2
    interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if interruptible:
        # While it starts and while it ends, Ctrl-C ends this process as it does any other one: without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Here and not above: old interpreters could not even read the package.
    from grader.cli.main import main

    try:
        if interruptible:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        if interruptible:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


# Worker processes import this file too; only the command itself may run.
if __name__ == "__main__":
    sys.exit(run())
