"""The wall by its parts: the filter's code, the kernel's answers to every call, and the proof before a run."""

import errno
import json
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from gradviz.engine.wall import landlock, sandbox, seccomp
from gradviz.engine.wall.seccomp import Allow
from gradviz.engine.wall.syscalls import MACHINES, NUMBERS, Machine, call, number

ROOT = Path(__file__).parents[3]
ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
OWN = 4242


def alone(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter: a lock is for good."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def verdict(code: bytes, audit: int, nr: int, *arguments: int) -> int:
    """Run a filter as the kernel would; classic BPF as its documentation has it."""
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", nr, audit, 0, *(word & (2**64 - 1) for word in words))
    at, accumulator = 0, 0
    while True:
        operation, if_true, if_false, operand = struct.unpack_from("<HBBI", code, at * 8)
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, operand)
            case 0x54:
                accumulator &= operand
            case 0x15:
                at += if_true if accumulator == operand else if_false
            case 0x06:
                return int(operand)
            case _:
                raise AssertionError(hex(operation))


@pytest.fixture(params=sorted(MACHINES))
def on(request: pytest.FixtureRequest) -> Machine:
    return MACHINES[request.param]


def filtered(on: Machine, name: str, *arguments: int) -> int:
    code = seccomp.assemble(sandbox.rules(OWN), ("clone3", "openat2"), on)
    nr = number(name, on)
    assert nr is not None
    return verdict(code, on.audit, nr, *arguments)


def test_only_calls_of_the_table_pass(on: Machine) -> None:
    code = seccomp.assemble(sandbox.rules(OWN), ("clone3", "openat2"), on)
    numbers = {number(rule.call, on) for rule in sandbox.rules(OWN)}
    for nr in range(1024):
        answers = {verdict(code, on.audit, nr), verdict(code, on.audit, nr, *[2**64 - 1] * 6)}
        if nr in (435, 437):
            assert answers == {ENOSYS}
        elif nr not in numbers:
            assert answers == {EPERM}


def test_another_architecture_is_killed(on: Machine) -> None:
    code = seccomp.assemble(sandbox.rules(OWN), (), on)
    assert verdict(code, 0x40000003, 1) == KILL


def test_calls_of_the_x32_architecture_are_refused() -> None:
    on = MACHINES["x86_64"]
    code = seccomp.assemble(sandbox.rules(OWN), (), on)
    assert {verdict(code, on.audit, 0x40000000 | nr) for nr in range(600)} == {EPERM}


def test_numbers_are_distinct(on: Machine) -> None:
    known = [numbers[on.column] for numbers in NUMBERS.values() if numbers[on.column] is not None]
    assert len(known) == len(set(known))


PTHREAD = 0x3D0F00
CASES = [
    ("clone", (PTHREAD,), ALLOW),  # glibc
    ("clone", (0x7D0F00,), ALLOW),  # musl
    ("clone", (signal.SIGCHLD,), EPERM),
    ("clone", (PTHREAD & ~0x10000,), EPERM),
    ("clone", (PTHREAD | 0x10000000,), EPERM),  # CLONE_NEWUSER
    ("clone", (PTHREAD | 0x4000,), EPERM),  # CLONE_VFORK
    ("openat", (0, 0, 0o2000000), ALLOW),  # O_CLOEXEC
    ("openat", (0, 0, 1), EPERM),
    ("openat", (0, 0, 2), EPERM),
    ("openat", (0, 0, 0o100), EPERM),
    ("openat", (0, 0, 0o1000), EPERM),
    ("openat", (0, 0, 0o20000000), EPERM),
    ("tgkill", (OWN, 1, 6), ALLOW),
    ("tgkill", (OWN + 1, 1, 6), EPERM),
    ("fcntl", (4, 3), ALLOW),
    ("fcntl", (4, 8, 1), EPERM),  # F_SETOWN
    ("fcntl", (4, 1024), EPERM),  # F_SETLEASE
    ("ioctl", (0, 0x5401), ALLOW),
    ("ioctl", (0, 0x5412), EPERM),  # TIOCSTI
    ("prctl", (15,), ALLOW),
    ("prctl", (4, 1), EPERM),
    ("prlimit64", (0, 7), ALLOW),
    ("prlimit64", (1, 7), EPERM),
    ("sched_setaffinity", (0,), ALLOW),
    ("sched_setaffinity", (1,), EPERM),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), CASES)
def test_arguments_decide(on: Machine, name: str, arguments: tuple[int, ...], expected: int) -> None:
    assert filtered(on, name, *arguments) == expected


def test_rules_for_calls_a_machine_never_had_are_left_out() -> None:
    aarch64 = MACHINES["aarch64"]
    assert seccomp.assemble([Allow("open")], (), aarch64) == seccomp.assemble([], (), aarch64)


@pytest.mark.parametrize(
    ("abi", "words", "rights"), [(1, 1, 13), (2, 1, 14), (3, 1, 15), (4, 2, 15), (5, 2, 16), (6, 3, 16), (9, 3, 16)]
)
def test_the_ruleset_fits_the_kernel(abi: int, words: int, rights: int) -> None:
    attributes = struct.unpack(f"<{words}Q", landlock.ruleset(abi))
    assert attributes == (2**rights - 1, 3, 3)[:words]


SWEEP = """
import ctypes, errno, json, os
from gradviz.engine.wall import sandbox
from gradviz.engine.wall.syscalls import machine, number
allowed = [number(rule.call, machine()) for rule in sandbox.rules(0)]
libc = ctypes.CDLL(None, use_errno=True)
sandbox.lock()
sandbox.self_test()
odd = []
for nr in range(1024):
    # uretprobe and uprobe: the kernel lets them past every filter and answers with SIGILL.
    if nr not in (*allowed, 335, 336):
        result = libc.syscall(*map(ctypes.c_long, (nr, -1, -1, -1, -1, -1, -1)))
        if result != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            odd.append((nr, result, ctypes.get_errno()))
print(json.dumps(odd))
"""


def test_the_kernel_refuses_every_other_call() -> None:
    done = alone(SWEEP)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_a_process_with_threads_is_not_locked() -> None:
    done = alone(
        "import threading; from gradviz.engine.wall import sandbox\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\nsandbox.lock()"
    )
    assert "several threads cannot be locked" in done.stderr


@pytest.mark.parametrize(
    ("hole", "found"),
    [
        ("pass", None),
        ("sandbox.landlock.restrict = lambda paths: None", "listing the root directory"),
        ("sandbox.seccomp.install = lambda *rules: None", "opening a socket"),
        ("sandbox.lock = lambda: None", "listing the root directory"),
        ("sandbox._WRITING = 0; sandbox.landlock.restrict = lambda paths: None", "listing the root directory"),
        ("sandbox._FREE['hole'] = 'fork clone'", "starting a process"),
        ("sandbox._FREE['hole'] = 'socket'", "opening a socket"),
        ("sandbox._FREE['hole'] = 'kill'; sandbox.landlock._SCOPES = 0", "signalling the parent"),
        ("sandbox._FREE['hole'] = 'execve'", "running a program"),
    ],
)
def test_the_proof_finds_a_hole(hole: str, found: str | None) -> None:
    done = alone(
        "from gradviz.engine.wall import sandbox, syscalls\n"
        "syscalls.NUMBERS.update(fork=(57, None), socket=(41, 198), kill=(62, 129), execve=(59, 221))\n"
        f"{hole}\nsandbox.lock()\nsandbox.self_test()"
    )
    if found is None:
        assert done.returncode == 0, done.stderr
    else:
        assert f"LockError: {found}" in done.stderr


def test_libraries_are_readable_and_nothing_else_of_the_path() -> None:
    readable = sandbox.libraries()
    assert Path(json.__file__).is_relative_to(next(path for path in readable if path in Path(json.__file__).parents))
    assert ROOT not in readable
    assert Path.home() not in readable
    assert Path("/") not in readable


def test_why_there_is_no_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sandbox.available() == ""
    with monkeypatch.context() as patch:
        patch.setattr(seccomp, "available", lambda: False)
        assert "seccomp" in sandbox.available()
        patch.setattr(landlock, "version", lambda: 0)
        assert "Landlock" in sandbox.available()
        patch.setattr("platform.machine", lambda: "riscv64")
        assert "processor" in sandbox.available()
        patch.setattr(sys, "platform", "darwin")
        assert "operating system" in sandbox.available()


def test_an_unknown_machine_has_no_system_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(OSError, match="Function not implemented"):
        call("getpid")
    with pytest.raises(OSError, match="no system call table"):
        seccomp.install([], [])
    assert not landlock.version()
    assert not seccomp.available()


def test_memory_is_limited() -> None:
    done = alone(
        "from gradviz.engine.wall import limits\nin_use = limits.settle()\nlimits.allow(in_use, 1 << 28, 10.0)\n"
        "kept = bytes((1 << 29) + (1 << 27)); print(len(kept))\n"
        "try: bytes(1 << 30)\nexcept MemoryError: print('refused')"
    )
    assert done.stdout.split() == [str((1 << 29) + (1 << 27)), "refused"], done.stderr


def test_processor_time_is_limited() -> None:
    done = alone(
        "import os; from gradviz.engine.wall import limits\nos.cpu_count = lambda: 1\nlimits._CPU_GRACE_SECONDS = 0\n"
        "limits.allow(0, 0, 0.1)\nwhile True: pass"
    )
    assert done.returncode == -signal.SIGKILL


def test_files_cannot_grow_and_limits_only_fall() -> None:
    done = alone(
        "import resource; from gradviz.engine.wall import limits\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))\n"
        "limits.settle()\n"
        "print(*resource.getrlimit(resource.RLIMIT_NOFILE), *resource.getrlimit(resource.RLIMIT_FSIZE))"
    )
    assert done.stdout.split() == ["20", "20", "0", "0"], done.stderr
