"""Damages bytes, text and JSON-like trees at random: what a broken program, a bad disk or an attacker makes of them."""

from __future__ import annotations

import copy
import random
from typing import Any

import numpy as np

_BYTES = (b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\xff" * 8, b"{}", b"[" * 40, b"../", b"\n", b'"', b"\xed\xa0\x80")
_TEXTS = (
    "",
    "\0",
    "\ud800",
    "a" * 3000,
    "../../etc",
    "NaN",
    "-1",
    "1e999",
    "<script>",
    "\x1b[2J",
    "{{x}}",
    "%s",
    "null",
)
_SHORT = 40


def damaged_bytes(content: bytes, chance: random.Random) -> bytes:
    """`content` with one to four changes: bytes flipped, cut out, put in, doubled, or the end cut off."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        until = min(len(data), at + chance.choice((1, 1, 4, 64, 1024)))
        match chance.randrange(6):
            case 0 if until > at:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:until]
            case 2:
                data[at:at] = chance.choice(_BYTES)
            case 3:
                data[at:at] = data[at:until]
            case 4:
                data[at:until] = chance.randbytes(until - at)
            case 5:
                del data[at:]
    return bytes(data)


def damaged_text(content: str, chance: random.Random) -> str:
    """`content` with lines and characters changed."""
    lines = content.split("\n")
    for _ in range(chance.randint(1, 3)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                lines[at] = lines[other]
            case 1:
                lines[at] = " " * chance.randrange(8) + lines[at].strip()
            case 2:
                place = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:place] + chance.choice("\0:-[]{}'\"&*!|>%@`#?\t\x85\ufeff") + lines[at][place:]
            case 3:
                key, colon, _ = lines[at].partition(":")
                lines[at] = key + colon + " " + str(_odd(chance, 1))
            case 4:
                del lines[at]
                lines = lines or [""]
    return "\n".join(lines)


def damaged_tree(tree: Any, chance: random.Random) -> Any:
    """A copy of `tree` (dicts, lists, tuples, leaves) in which one to three places hold something else, or are gone."""
    damaged = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 3)):
        places = list(_places(damaged))
        if not places:
            return _odd(chance, 2)
        holder, key = chance.choice(places)
        match chance.randrange(4):
            case 0:
                del holder[key]
            case 1:
                other, name = chance.choice(places)
                holder[key] = copy.deepcopy(other[name]) if _has(other, name) else None
            case _:
                holder[key] = _odd(chance, 3)
    return damaged


def _has(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)


def _places(tree: Any) -> Any:
    waiting = [tree]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])


def _odd(chance: random.Random, depth: int) -> Any:
    """A value that nobody expects."""
    match chance.randrange(9):
        case 0:
            return chance.choice((None, True, False))
        case 1:
            return chance.choice((0, -1, 1, 2**31, 2**63, -(2**70), 10**30, chance.randrange(100)))
        case 2:
            return chance.choice((0.0, -0.0, 1.5, 1e308, float("nan"), float("inf"), -float("inf")))
        case 3:
            return chance.choice(_TEXTS)
        case 4:
            return "".join(chr(chance.randrange(1, 0x2000)) for _ in range(chance.randrange(_SHORT)))
        case 5 if depth:
            return [_odd(chance, depth - 1) for _ in range(chance.randrange(4))]
        case 6 if depth:
            return {chance.choice(_TEXTS): _odd(chance, depth - 1) for _ in range(chance.randrange(3))}
        case _:
            return chance.choice(_TEXTS)


def odd_array(chance: random.Random) -> np.ndarray:
    """An array of any dtype that can travel and of few elements, with odd values."""
    shape = tuple(chance.randrange(4) for _ in range(chance.randrange(6)))
    array = np.full(shape, chance.choice((0.0, 1.0, -1.0, 3.0)))
    if array.size:
        array.flat[chance.randrange(array.size)] = chance.choice((np.nan, np.inf, -np.inf, 1e300, -5.0))
    with np.errstate(all="ignore"):
        return array.astype(chance.choice(("f4", "f8", "i4", "i8", "u1", "?", "f2", "c8")))
