"""Work that takes a while: it tells how far it is, can be left at any point, and ends with the bytes of a file."""

from collections.abc import Generator

Work = Generator[float, None, bytes]  # what it yields is the share that is done, from 0 to 1


def finished(work: Work) -> bytes:
    """Do all of it at once and return what it makes."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return bytes(end.value)
