"""Named arrays in one ``.npz`` of two entries, written and read without pickle.

Hundreds of small arrays as hundreds of zip members cost more time than the arrays are worth: here all bytes stand in
one entry, and a JSON index says where. The bytes of the file depend on nothing but the arrays.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

import numpy as np

from grader.model.errors import InfrastructureError

_EPOCH = (1980, 1, 1, 0, 0, 0)
_KINDS = "biufcU"


def dumps(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The file's bytes for `arrays` (names to arrays of dtype kinds b, i, u, f, c, U)."""
    index: dict[str, list[object]] = {}
    blocks: list[bytes] = []
    offset = 0
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        if array.dtype.kind not in _KINDS:
            raise ValueError(f"array {name!r} has dtype {array.dtype}, which is not stored")
        block = array.tobytes()
        index[name] = [array.dtype.str, list(np.shape(arrays[name])), offset]
        blocks.append(block)
        offset += len(block)
    entries = {"index": json.dumps(index, sort_keys=True).encode(), "data": b"".join(blocks)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in entries.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.frombuffer(content, np.uint8), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entry.getvalue())
    return target.getvalue()


def loads(content: bytes, prefix: str = "") -> dict[str, np.ndarray]:
    """The arrays whose names start with `prefix`, under their names without it; fresh and writable.

    Raises InfrastructureError where the bytes are not such a file.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as entries:
            index = json.loads(entries["index"].tobytes())
            data = entries["data"].tobytes()
        found = {}
        for name, (dtype, shape, offset) in index.items():
            if name.startswith(prefix):
                kind = np.dtype(dtype)
                count = int(np.prod(shape, dtype=np.int64))
                flat = np.frombuffer(data, kind, count, offset) if count else np.empty(0, kind)
                found[name[len(prefix) :]] = flat.reshape(shape).copy()
        return found
    except Exception as error:  # damage comes out as whatever zip, zlib, NumPy's headers or JSON stumble over
        raise InfrastructureError(f"stored arrays cannot be read: {error}") from error


def nearly_equal(one: bytes, other: bytes, tolerance: float) -> bool:
    """Whether two files hold the same names, shapes and dtypes, and floats within `tolerance` of each other."""
    try:
        a, b = loads(one), loads(other)
    except InfrastructureError:
        return False
    return a.keys() == b.keys() and all(
        a[name].dtype == b[name].dtype and a[name].shape == b[name].shape and _near(a[name], b[name], tolerance)
        for name in a
    )


def _near(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    """For arrays of one dtype."""
    if one.dtype.kind in "fc":
        return np.allclose(one, other, rtol=0, atol=tolerance)
    return np.array_equal(one, other)
