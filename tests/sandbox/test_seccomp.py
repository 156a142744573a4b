"""The system call filter, interpreted in Python: every call on every processor whose numbers are known."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.sandbox import filter_rules, system_call_numbers
from grader.sandbox.seccomp import Condition, Rule, program
from grader.sandbox.syscalls import CLONE_NEWNS, CLONE_NEWUSER
from grader.sandbox.system_call_numbers import AUDIT_ARCHITECTURE, number

ALLOW, KILL, ERRNO = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
CELL_RULES = {
    "namespaces": [*filter_rules.refused_everywhere(), *filter_rules.sockets_of_own_namespace()],
    "landlock": [*filter_rules.refused_everywhere(), *filter_rules.no_reaching_out()],
    "wall": filter_rules.no_internet_sockets(),
}
machines = pytest.mark.parametrize("machine", AUDIT_ARCHITECTURE)


def verdict(code: bytes, machine: str, call: int, *arguments: int, architecture: int | None = None) -> int:
    """What the kernel would answer: linux/filter.h and linux/seccomp.h, as far as the filter uses them."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("=IIQ6Q", call, architecture or AUDIT_ARCHITECTURE[machine], 0, *padded)
    accumulator = position = 0
    while True:
        operation, if_true, if_false, constant = struct.unpack_from("=HBBI", code, 8 * position)
        position += 1
        if operation == 0x06:
            return constant
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, constant)
        elif operation == 0x54:
            accumulator &= constant
        else:
            met = {
                0x15: accumulator == constant,
                0x35: accumulator >= constant,
                0x45: bool(accumulator & constant),
            }[operation]
            position += if_true if met else if_false


@machines
@pytest.mark.parametrize("rules", CELL_RULES.values(), ids=CELL_RULES)
def test_only_listed_calls_are_refused(machine: str, rules: list[Rule]) -> None:
    code = program(rules, machine)
    listed = {number(rule.name, machine) for rule in rules}
    assert all(verdict(code, machine, call) == ALLOW for call in range(600) if call not in listed)
    for rule in rules:
        call = number(rule.name, machine)
        if rule.condition is None and call is not None:
            assert verdict(code, machine, call) == ERRNO | rule.code


@machines
def test_another_architecture_is_killed(machine: str) -> None:
    i386 = 0x4000_0003
    assert verdict(program([], machine), machine, 1, architecture=i386) == KILL


def test_x32_calls_are_unknown() -> None:
    assert verdict(program([], "x86_64"), "x86_64", 0x4000_0000 | 101) == ERRNO | errno.ENOSYS


@machines
@pytest.mark.parametrize(("flags", "allowed"), [(17, True), (0x003D_0F00, True), (CLONE_NEWUSER | 17, False), (CLONE_NEWNS, False)])  # fmt: skip
def test_clone_makes_threads_and_processes_but_no_namespaces(machine: str, flags: int, allowed: bool) -> None:
    code = program(filter_rules.refused_everywhere(), machine)
    assert (verdict(code, machine, number("clone", machine), flags) == ALLOW) is allowed


@machines
def test_sockets_by_level(machine: str) -> None:
    unix, inet, inet6, netlink, vsock = 1, 2, 10, 16, 40
    socket = number("socket", machine)
    passed = {
        name: {
            family
            for family in (unix, inet, inet6, netlink, vsock)
            if verdict(program(rules, machine), machine, socket, family) == ALLOW
        }
        for name, rules in CELL_RULES.items()
    }
    assert passed == {"namespaces": {unix, inet, inet6}, "landlock": set(), "wall": {unix}}


@machines
@pytest.mark.parametrize(
    ("kind", "allowed"), [(1, True), (5, True), (1 | 0x80000, True), (2, False), (2 | 0x800, False)]
)
def test_pairs_without_namespaces_are_connected_streams(machine: str, kind: int, allowed: bool) -> None:
    code = program(CELL_RULES["landlock"], machine)
    pair = number("socketpair", machine)
    assert (verdict(code, machine, pair, 1, kind) == ALLOW) is allowed
    assert verdict(code, machine, pair, 2, kind) != ALLOW


words = st.integers(0, 2**32 - 1)
values = st.lists(words, min_size=1, max_size=5, unique=True).map(tuple)


@settings(max_examples=150, deadline=None)
@given(
    value=words,
    high=words,
    others=values,
    listed=st.booleans(),
    mask=st.sampled_from([0xFFFF_FFFF, 0xF, 0x7000_0000]),
    kind=st.sampled_from(["any_bit", "among", "unless_among"]),
    argument=st.integers(0, 5),
)
def test_condition_means_what_it_says(value, high, others, listed, mask, kind, argument) -> None:
    named = (*others[:2], value & mask, *others[2:]) if listed else others
    condition = Condition(
        argument,
        mask=mask,
        any_bit=kind == "any_bit",
        among=named if kind == "among" else (),
        unless_among=named if kind == "unless_among" else (),
    )
    refused = {
        "any_bit": value & mask != 0,
        "among": value & mask in named,
        "unless_among": value & mask not in named,
    }[kind]
    arguments = [0] * 6
    arguments[argument] = high << 32 | value
    rules = [Rule("ioctl", code=errno.EPERM, condition=condition), Rule("mount")]
    code = program(rules, "x86_64")
    answer = verdict(code, "x86_64", number("ioctl", "x86_64"), *arguments)
    assert answer == (ERRNO | errno.EPERM if refused else ALLOW)
    assert verdict(code, "x86_64", number("mount", "x86_64"), *arguments) == ERRNO | errno.EPERM


@machines
def test_numbers_are_those_of_the_kernel_headers(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip(f"no kernel headers for {machine} here")
    text = HEADERS[machine].read_text(encoding="utf-8")
    header = {name: int(value) for name, value in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    ours = {name: number(name, machine) for name in system_call_numbers._NUMBERS}
    compared = {name: value for name, value in ours.items() if name in header}
    assert len(compared) > 70
    assert compared == {name: header[name] for name in compared}
    # Calls newer than the headers aside, what the header lacks the processor lacks.
    assert {name for name, value in ours.items() if value is None} & header.keys() == set()
