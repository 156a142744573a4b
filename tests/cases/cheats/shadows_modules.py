"""Files beside this one have the names of modules that the grader's own process, or the child's loop, imports."""

import sys

sys.path.insert(0, ".")
for name in ("json", "grader", "sitecustomize"):
    sys.modules.pop(name, None)


def attack():
    try:
        import grader
    except SystemExit:
        pass
