"""The wall around one run: no files but libraries, no network, no other processes, no way back.

The program is assumed hostile, so nothing here looks at it: the kernel holds the wall. `lock` must come while the
process has one thread (Landlock binds the calling thread only), and `self_test` proves it before anything runs.
"""

import os
import signal
import socket
import struct
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path

import gradviz
from gradviz.engine.wall import landlock, seccomp
from gradviz.engine.wall.seccomp import Allow
from gradviz.engine.wall.syscalls import call, machine

_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 1, 4, 38
_SET_NAME, _GET_NAME = 15, 16
_CAPABILITY_VERSION = 0x20080522
# What pthread_create asks of clone, in glibc and musl; CLONE_THREAD must be there, namespaces and the rest must not.
_CLONE_THREAD, _CLONE_PTHREAD = 0x00010000, 0x007D0F00
# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND and O_TMPFILE, the same on both machines.
_WRITING = 0o20003103
_DUPLICATE_AND_FLAGS = (0, 1, 2, 3, 4, 1030)  # F_DUPFD .. F_SETFL, F_DUPFD_CLOEXEC; no owner, signal, lease or lock
_IS_TERMINAL, _TERMINAL_SIZE, _CLOSE_ON_EXEC, _KEEP_ON_EXEC = 0x5401, 0x5413, 0x5451, 0x5450

# What is free of harm whatever its arguments, by what it is about. Landlock stands behind the paths.
_FREE = {
    "descriptors": "read write readv writev pread64 pwrite64 lseek fstat close close_range dup dup2 dup3",
    "waiting": "poll ppoll select pselect6",
    "paths": "stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getcwd getdents64",
    "memory": "mmap munmap mprotect mremap madvise brk get_mempolicy set_mempolicy membarrier",
    "threads": "futex set_robust_list rseq set_tid_address sched_yield getcpu",
    "scheduling": "sched_getaffinity sched_getparam sched_getscheduler",
    "signals to itself": "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall",
    "who it is": "getpid gettid getppid getuid geteuid getgid getegid",
    "time": "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times",
    "the machine": "getrandom getrusage sysinfo uname",
    "the end": "exit exit_group",
}
# The C library falls back: clone3 and openat2 keep their flags in memory, where a filter cannot look.
_ABSENT = ("clone3", "openat2")


class LockError(RuntimeError):
    """The wall was built and does not hold: nothing may run behind it."""


def available() -> str:
    """Return "" where a wall can be built, otherwise the reason why not, for people."""
    if sys.platform != "linux":
        return "there is no sandbox for this operating system yet"
    if machine() is None:
        return "there is no sandbox for this processor yet"
    if not landlock.version():
        return "this Linux kernel has no Landlock"
    if not seccomp.available():
        return "this Linux kernel has no seccomp filters"
    return ""


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when process `parent` ends; leave at once if it already has."""
    if sys.platform == "linux" and machine() is not None:
        call("prctl", _SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(os.EX_OSERR)


def lock() -> None:
    """Build the wall around this process, for good.

    Raises:
        LockError: the process has more than one thread.
        OSError: the kernel refused a part of it.
    """
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise LockError("a process with several threads cannot be locked")
    call("prctl", _SET_DUMPABLE, 0, 0, 0, 0)
    call("capset", struct.pack("<Ii", _CAPABILITY_VERSION, 0), bytes(24))
    call("prctl", _SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    landlock.restrict(libraries())
    seccomp.install(rules(os.getpid()), _ABSENT)


def self_test() -> None:
    """Try what must be impossible now.

    Raises:
        LockError: one of it was possible.
    """
    for what, action in _FORBIDDEN.items():
        try:
            action()
        except PermissionError:
            continue
        except OSError as error:
            raise LockError(f"{what} failed in the wrong way: {error}") from error
        raise LockError(f"{what} is still possible")


@cache
def libraries() -> tuple[Path, ...]:
    """Return what a program may read: the libraries of the interpreter, its packages and the system, nothing else.

    Kept, because finding out takes longer than the whole lock: asked once before a fork, it is free after it.

    Directories that merely stand on sys.path (a checkout, the current directory) are not among them.
    """
    standard = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    named = {entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages", "lib-dynload")}
    packages = {str(Path(found).parent) for name in ("torch", "numpy") if (found := _origin(name))}
    here = str(Path(gradviz.__file__).parent)
    system = {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/dev/urandom"}
    return tuple(Path(path) for path in sorted(standard | named | packages | system | {here}))


def rules(own_pid: int) -> list[Allow]:
    """Return every system call a run may make."""
    opening = (0,)
    return [
        *(Allow(name) for names in _FREE.values() for name in names.split()),
        Allow("open", 1, opening, _WRITING),
        Allow("openat", 2, opening, _WRITING),
        Allow("clone", 0, (_CLONE_THREAD,), ~(_CLONE_PTHREAD ^ _CLONE_THREAD)),
        Allow("tgkill", 0, (own_pid,)),
        Allow("fcntl", 1, _DUPLICATE_AND_FLAGS),
        Allow("ioctl", 1, (_IS_TERMINAL, _TERMINAL_SIZE, _CLOSE_ON_EXEC, _KEEP_ON_EXEC)),
        Allow("prctl", 0, (_SET_NAME, _GET_NAME)),
        # Its own limits only; without capabilities a process can lower, never raise them.
        Allow("prlimit64", 0, (0,)),
        Allow("sched_setaffinity", 0, (0,)),
    ]


def _origin(module: str) -> str | None:
    loaded = sys.modules.get(module)
    return loaded.__file__ if loaded is not None else None


def _signal_parent() -> None:
    os.kill(os.getppid(), 0)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _open(path: str, flags: int) -> Callable[[], None]:
    return lambda: os.close(os.open(path, flags))


_FORBIDDEN: dict[str, Callable[[], None]] = {
    "listing the root directory": _open("/", os.O_RDONLY),
    "reading a system file": _open("/proc/self/status", os.O_RDONLY),
    "writing a file": _open("/dev/null", os.O_WRONLY),
    "opening a socket": lambda: socket.socket().close(),
    "starting a process": _fork,
    "running a program": lambda: os.execv("/nowhere/gradviz", ["gradviz"]),
    "signalling the parent": _signal_parent,
}
