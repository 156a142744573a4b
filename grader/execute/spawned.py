"""Entry of a freshly started interpreter that runs student code without a zygote."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from grader.dialects.dialect import Dialect
from grader.execute import wire
from grader.execute.runners import preload_runner
from grader.execute.serve import serve
from grader.execute.values import ValueBounds
from grader.probes.frameworks import install_stand_ins
from grader.probes.old_numpy import restore_dropped_names

_PACKAGE_ROOT = str(Path(__file__).resolve().parents[2])


def main() -> None:
    """Argument 1 is the socket's descriptor; the first frame on it holds the settings."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    sys.argv[1:] = []
    frame = wire.receive(connection)
    if frame is None:
        return
    settings = frame.body
    install_stand_ins(settings["forbidden"])
    restore_dropped_names()
    if settings["dialect"] == Dialect.TF1:
        from grader.dialects.tf1 import runtime as tensorflow_1

        tensorflow_1.install()
    runner = settings["runner"] and preload_runner(
        settings["runner"], settings["forbidden"], Dialect(settings["dialect"])
    )
    sys.path[:] = [entry for entry in sys.path if entry != _PACKAGE_ROOT]
    wire.send(connection, {"ready": True, "shell": runner is not None})
    serve(connection, settings["seed"], ValueBounds(array_bytes=settings["array_bytes"]), runner)
