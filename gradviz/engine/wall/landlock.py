"""Landlock: what of the file system, the network and other processes this process may still reach.

Restricts the calling thread and what it starts later, for good. Rights a kernel does not know are left out, since it
refuses masks with unknown bits; what older kernels then miss, seccomp denies as well.
"""

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from gradviz.engine.wall.syscalls import call

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_PATH_BENEATH = 1
_VERSION_QUERY = 1
_QUIET = 1  # leave denials out of the audit log: a hostile program would flood it
# Number of file-system rights (bits from 0) that each version of the interface knows.
_FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NET_RIGHTS = 0b11  # bind and connect of TCP, from version 4
_SCOPES = 0b11  # abstract unix sockets and signals, from version 6
_NET_FROM, _SCOPES_FROM, _QUIET_FROM = 4, 6, 7


def version() -> int:
    """Return the kernel's Landlock version; 0 where there is none or it is switched off."""
    try:
        return call("landlock_create_ruleset", 0, 0, _VERSION_QUERY)
    except OSError:
        return 0


def ruleset(abi: int) -> bytes:
    """Return the kernel's `landlock_ruleset_attr` that handles all this version can: all of it is then denied."""
    words = [(1 << _FS_RIGHTS[min(abi, max(_FS_RIGHTS))]) - 1]
    if abi >= _NET_FROM:
        words.append(_NET_RIGHTS)
    if abi >= _SCOPES_FROM:
        words.append(_SCOPES)
    return struct.pack(f"<{len(words)}Q", *words)


def restrict(readable: Iterable[Path]) -> None:
    """Deny this thread everything Landlock covers but reading at and below `readable`. Needs no_new_privs.

    Raises:
        OSError: the kernel has no Landlock or refused.
    """
    abi = version()
    attributes = ruleset(abi)
    rules = call("landlock_create_ruleset", attributes, len(attributes), 0)
    try:
        for path in readable:
            _allow_reading(rules, path)
        call("landlock_restrict_self", rules, _QUIET if abi >= _QUIET_FROM else 0)
    finally:
        os.close(rules)


def _allow_reading(rules: int, path: Path) -> None:
    """Add one path; one that is not there is left out."""
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE
        call("landlock_add_rule", rules, _PATH_BENEATH, struct.pack("<Qi", rights, beneath), 0)
    finally:
        os.close(beneath)
