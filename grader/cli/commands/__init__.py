"""One file a command: `declare` adds it to the parser, `run` does it and returns the exit code."""
