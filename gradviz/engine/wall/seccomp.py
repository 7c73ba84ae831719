"""seccomp: which system calls this process may still make, as a filter the kernel runs before each.

A filter is a table of `Allow` rules assembled into the kernel's classic BPF. What no rule allows fails with EPERM,
which Python raises as PermissionError. The table itself is in `sandbox`.
"""

import ctypes
import errno
import struct
from collections.abc import Iterable
from typing import NamedTuple

from gradviz.engine.wall.syscalls import Machine, call, machine, number

_SET_MODE_FILTER, _ACTION_AVAILABLE = 1, 2
_ALL_THREADS, _KEEP_SPECULATION = 1, 4
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
# Classic BPF: load a word of seccomp_data, compare, mask, return.
_LOAD, _JUMP_EQUAL, _AND, _RETURN = 0x20, 0x15, 0x54, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT, _ARGUMENT_SIZE = 0, 4, 16, 8
_WORD = 0xFFFFFFFF


class Allow(NamedTuple):
    """A system call that may be made: always, or when one argument, masked, is one of `values`.

    Only the lower 32 bits are looked at: every argument tested here is an int in the kernel.
    """

    call: str
    argument: int | None = None
    values: tuple[int, ...] = ()
    mask: int = _WORD


def available() -> bool:
    """Tell whether the kernel can answer a system call with an error of our choice."""
    try:
        return call("seccomp", _ACTION_AVAILABLE, 0, struct.pack("<I", _ERRNO)) == 0
    except OSError:
        return False


def assemble(rules: Iterable[Allow], absent: Iterable[str], on: Machine) -> bytes:
    """Return the filter as BPF instructions.

    Calls of `absent` answer ENOSYS, so that the C library falls back to an older one; calls of another architecture
    end the process; calls that no rule allows answer EPERM. Rules for calls that machine never had are left out.
    """
    code = [
        _op(_LOAD, _ARCHITECTURE_AT),
        _op(_JUMP_EQUAL, on.audit, 1, 0),
        _op(_RETURN, _KILL_PROCESS),
        _op(_LOAD, _NUMBER_AT),
    ]
    for name in absent:
        code += _when(number(name, on), [_op(_RETURN, _ERRNO | errno.ENOSYS)])
    for rule in rules:
        code += _when(number(rule.call, on), _verdict(rule))
    return b"".join([*code, _op(_RETURN, _ERRNO | errno.EPERM)])


def install(rules: Iterable[Allow], absent: Iterable[str]) -> None:
    """Put the filter on every thread of this process, for good. Needs no_new_privs.

    Raises:
        OSError: the kernel refused, or this machine has no table.
    """
    here = machine()
    if here is None:
        raise OSError(errno.ENOSYS, "no system call table for this machine")
    code = assemble(rules, absent, here)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    call("seccomp", _SET_MODE_FILTER, _ALL_THREADS | _KEEP_SPECULATION, program)


def _op(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, operand & _WORD)


def _when(wanted: int | None, verdict: list[bytes]) -> list[bytes]:
    """Return code that reaches `verdict`, which must return, for that call only."""
    return [] if wanted is None else [_op(_JUMP_EQUAL, wanted, 0, len(verdict)), *verdict]


def _verdict(rule: Allow) -> list[bytes]:
    if rule.argument is None:
        return [_op(_RETURN, _ALLOW)]
    code = [_op(_LOAD, _ARGUMENTS_AT + rule.argument * _ARGUMENT_SIZE), _op(_AND, rule.mask)]
    for value in rule.values:
        code += [_op(_JUMP_EQUAL, value, 0, 1), _op(_RETURN, _ALLOW)]
    return [*code, _op(_RETURN, _ERRNO | errno.EPERM)]
