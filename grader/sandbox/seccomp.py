"""Builds a system call filter as classic BPF, and installs it. What to refuse is decided in `filter_rules.py`."""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from grader.sandbox.syscalls import PR_SET_SECCOMP, checked
from grader.sandbox.system_call_numbers import AUDIT_ARCHITECTURE, number

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_JUMP_EQUAL, _JUMP_NOT_BELOW, _JUMP_ANY_BIT = 0x15, 0x35, 0x45
_RETURN = 0x06

_ALLOW = 0x7FFF_0000
_KILL_PROCESS = 0x8000_0000
_ERRNO = 0x0005_0000

_OFFSET_NUMBER, _OFFSET_ARCHITECTURE, _OFFSET_ARGUMENTS = 0, 4, 16
_X32_BIT = 0x4000_0000
_SECCOMP_MODE_FILTER = 2


@dataclass(frozen=True, slots=True)
class Condition:
    """When an argument's low 32 bits make a call one to refuse.

    `mask` is applied first. With `any_bit`: refused when a bit is left. With `among`: refused when the value is one
    of them. With `unless_among`: refused when it is none of them.
    """

    argument: int
    mask: int = 0xFFFF_FFFF
    any_bit: bool = False
    among: tuple[int, ...] = ()
    unless_among: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Refuse the call `name`, always or under one condition, with `code` as errno; 0 pretends that it succeeded."""

    name: str
    code: int = errno.EPERM
    condition: Condition | None = None


def program(rules: Iterable[Rule], machine: str) -> bytes:
    """The filter for `machine`: refuses what the rules say, kills callers of another architecture, allows the rest."""
    code = [
        _instruction(_LOAD, _OFFSET_ARCHITECTURE),
        _instruction(_JUMP_EQUAL, AUDIT_ARCHITECTURE[machine], 1, 0),
        _instruction(_RETURN, _KILL_PROCESS),
        _instruction(_LOAD, _OFFSET_NUMBER),
    ]
    if machine == "x86_64":
        # The x32 calls are the same calls under other numbers, which the rules do not list.
        code += [_instruction(_JUMP_NOT_BELOW, _X32_BIT, 0, 1), _instruction(_RETURN, _ERRNO | errno.ENOSYS)]
    for rule in rules:
        call = number(rule.name, machine)
        if call is None:
            continue
        body = _body(rule)
        code += [_instruction(_JUMP_EQUAL, call, 0, len(body)), *body]
    code.append(_instruction(_RETURN, _ALLOW))
    return b"".join(code)


def install(filter_program: bytes) -> None:
    """Put the filter on this thread and all its descendants, for good. Needs no_new_privs or CAP_SYS_ADMIN."""
    instructions = ctypes.create_string_buffer(filter_program, len(filter_program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]

    block = Program(len(filter_program) // 8, ctypes.addressof(instructions))
    checked(
        "installing the system call filter",
        "prctl",
        ctypes.c_int(PR_SET_SECCOMP),
        ctypes.c_ulong(_SECCOMP_MODE_FILTER),
        ctypes.byref(block),
        ctypes.c_ulong(0),
        ctypes.c_ulong(0),
    )


def _body(rule: Rule) -> list[bytes]:
    refuse = _instruction(_RETURN, _ERRNO | rule.code)
    condition = rule.condition
    if condition is None:
        return [refuse]
    reload = _instruction(_LOAD, _OFFSET_NUMBER)
    body = [_instruction(_LOAD, _OFFSET_ARGUMENTS + 8 * condition.argument), _instruction(_AND, condition.mask)]
    if condition.any_bit:
        body += [_instruction(_JUMP_ANY_BIT, 0xFFFF_FFFF, 0, 1), refuse]
    elif condition.among:
        for left, value in zip(range(len(condition.among), 0, -1), condition.among, strict=True):
            # A match jumps to `refuse`, which follows the last comparison; no match at all jumps over it.
            body.append(_instruction(_JUMP_EQUAL, value, left - 1, 1 if left == 1 else 0))
        body.append(refuse)
    else:
        for left, value in zip(range(len(condition.unless_among), 0, -1), condition.unless_among, strict=True):
            body.append(_instruction(_JUMP_EQUAL, value, left, 0))
        body.append(refuse)
    return [*body, reload]


def _instruction(code: int, constant: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, constant)
