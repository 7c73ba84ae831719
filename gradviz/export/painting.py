"""Paints one drawing in a process of its own, which `gradviz/export/aside.py` starts for who must not load Qt."""

import sys

import msgspec

from gradviz.export.aside import Painting
from gradviz.export.painted import painted
from gradviz.export.work import finished


def main() -> None:
    """Take what is to be painted from standard input, and write the file to standard output."""
    wanted = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Painting)
    sys.stdout.buffer.write(finished(painted([wanted.drawing], wanted.form, wanted.look)))
