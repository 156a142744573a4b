"""Slot numbers that no other child on this machine has at the same time, whichever process started it."""

from __future__ import annotations

import errno
import os
import socket

from grader.model.errors import InfrastructureError

#: As many users as the sandbox may turn children into.
SLOTS = 500


class Slot:
    """A number held until `release`, or until this process ends: the kernel keeps the list, as abstract sockets."""

    def __init__(self) -> None:
        first = os.getpid() % SLOTS
        for number in (*range(first, SLOTS), *range(first)):
            holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                holder.bind(f"\0cnn-grader-slot-{number}")
            except OSError as error:
                holder.close()
                if error.errno != errno.EADDRINUSE:
                    raise InfrastructureError(f"no slot for a child: {error}") from error
                continue
            self.number = number
            self._holder = holder
            return
        raise InfrastructureError(f"all {SLOTS} slots for children are in use")

    def release(self) -> None:
        self._holder.close()
