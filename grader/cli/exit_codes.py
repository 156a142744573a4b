"""What the exit code says; scripts outside the project rely on it."""

ALL_PASSED = 0
LOST_POINTS = 1
USAGE = 2
GRADER_FAULT = 3
#: Ended by Ctrl-C or by SIGTERM, as shells count.
INTERRUPTED = 130
TERMINATED = 143
