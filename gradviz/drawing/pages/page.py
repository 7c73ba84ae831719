"""A page: a run of marks, which may be packed, and what of them is known all the same.

Of each it is known at once where its marks are, what they are called, what they join and which have badges where; the
marks themselves are unpacked when they are wanted, and apart from them what is read on them.
"""

import zlib
from array import array
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from operator import add
from typing import NamedTuple

import msgspec

from gradviz.drawing.pages.told import read_on, record_of, title_of
from gradviz.drawing.shapes import Mark
from gradviz.layout.geometry import Rect
from gradviz.model.uncollected import uncollected

_OPEN = 128  # pages of which the marks are kept at hand
_LARGEST = 8 * 1024 * 1024  # bytes of one page, unpacked
_APART = "\x1e"  # stands between the texts of a page's marks, and in none that anybody looks for: `sought` takes it out
_MARKS = msgspec.msgpack.Decoder(tuple[Mark, ...])


class PlacedBadge(NamedTuple):
    """What names a node far from its box, and where."""

    node: str  # the id of that
    edge: str  # the id of the edge that it is painted with
    rect: Rect


class Page(NamedTuple):
    """Some marks that follow each other in a drawing, and what is known of them while they are packed."""

    bounds: Rect  # of all of them
    length: int  # how many there are
    held: tuple[Mark, ...] | bytes  # the marks, or those packed
    names: str = ""  # their ids, each between line ends
    ends: str = ""  # the ids of the tail and the head of each, likewise; empty lines for what has none
    lines: tuple[int, ...] = ()  # of the program, for each; 0: of none
    badged: tuple[tuple[int, Rect], ...] = ()  # which of them have a badge, and where
    words: bytes = b""  # what is read on each, packed
    stand: int = 0  # see `standing`
    titles: str = ""  # of what is no edge, each between line ends
    records: str = ""  # likewise of which record each is

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks; of a page that is not what it should be, none."""
        return self.held if isinstance(self.held, tuple) else _opened(self.held)

    def read(self) -> tuple[Mark, ...]:
        """Return the marks for one look at each, after which they are not kept at hand."""
        return self.held if isinstance(self.held, tuple) else _unpacked(self.held)

    def ids(self) -> list[str]:
        """Return the id of each."""
        return [mark.id for mark in self.held] if isinstance(self.held, tuple) else self.names[1:-1].split("\n")

    def joins(self) -> list[str]:
        """Return the ids of the tail and the head of each, one after the other; two empty ones for what has none."""
        return _ends(self.held) if isinstance(self.held, tuple) else self.ends[1:-1].split("\n")

    def numbers(self) -> tuple[int, ...]:
        """Return the line of each; 0 for what is of none."""
        return _numbers(self.held) if isinstance(self.held, tuple) else self.lines

    def titled(self, title: str) -> list[str]:
        """Return the ids of the nodes with a title, as `one_line` makes it."""
        return self._telling(title, title_of, self.titles)

    def recording(self, of: str) -> list[str]:
        """Return the ids of the nodes that are of a record, as `record` names it."""
        return self._telling(of, record_of, self.records)

    def _telling(self, wanted: str, tell: Callable[[Mark], str], packed: str) -> list[str]:
        if isinstance(self.held, tuple):
            return [mark.id for mark in self.held if tell(mark) == wanted]
        if f"\n{wanted}\n" not in packed:
            return []
        return [name for name, text in zip(self.ids(), packed[1:-1].split("\n"), strict=False) if text == wanted]

    def badges(self) -> list[PlacedBadge]:
        """Return its badges."""
        if isinstance(self.held, tuple):
            return [PlacedBadge(mark.ends[0], mark.id, mark.badge) for mark in self.held if mark.badge and mark.ends]
        if not self.badged:
            return []
        names, ends = self.ids(), self.joins()
        return [PlacedBadge(ends[2 * at], names[at], rect) for at, rect in self.badged]

    def standing(self) -> int:
        """Return a number that is equal for pages of the same things in the same places, however they look."""
        return _standing(self.held) if isinstance(self.held, tuple) else self.stand

    def stands_as(self, other: "Page") -> bool:
        """Whether it is of the same things in the same places as another, however they look."""
        if isinstance(self.held, tuple) and isinstance(other.held, tuple):  # most marks are the same objects
            return len(self.held) == len(other.held) and all(map(_stand_alike, self.held, other.held))
        return self.standing() == other.standing()

    def saying(self, wanted: str) -> list[str]:
        """Return the ids of those on which a text can be read.

        Args:
            wanted: the text, as `sought` makes it.
        """
        if isinstance(self.held, tuple):
            return [mark.id for mark in self.held if wanted in read_on(mark)]
        words = _inflated(self.words)
        if wanted not in words:
            return []
        return [name for name, text in zip(self.ids(), words.split(_APART), strict=False) if wanted in text]

    def packed(self) -> "Page":
        """Return the same, small."""
        if isinstance(self.held, bytes):
            return self
        data = zlib.compress(msgspec.msgpack.encode(self.held), 1)
        names, ends = _between(self.ids()), _between(_ends(self.held))
        badged = tuple((at, mark.badge) for at, mark in enumerate(self.held) if mark.badge and mark.ends)
        words = _APART.join(read_on(mark).replace(_APART, "\n") for mark in self.held)
        read = zlib.compress(words.encode(errors="replace"), 1)
        lines, stand = _numbers(self.held), _standing(self.held)
        titles, records = (_between([tell(mark) for mark in self.held]) for tell in (title_of, record_of))
        return Page(self.bounds, self.length, data, names, ends, lines, badged, read, stand, titles, records)


def page(marks: Sequence[Mark]) -> Page:
    """Return a page of some marks, at least one."""
    lefts, tops, widths, heights = zip(*[mark.rect for mark in marks], strict=True)
    x, y, right, bottom = min(lefts), min(tops), max(map(add, lefts, widths)), max(map(add, tops, heights))
    return Page(Rect(x, y, right - x, bottom - y), len(marks), tuple(marks))


def _ends(marks: tuple[Mark, ...]) -> list[str]:
    return [end for mark in marks for end in mark.ends or ("", "")]


def _numbers(marks: tuple[Mark, ...]) -> tuple[int, ...]:
    return tuple([mark.line or 0 for mark in marks])


def _stand_alike(one: Mark, other: Mark) -> bool:
    # Of an edge it is what it joins: where its rectangle ends depends on what is said on it.
    if one is other:
        return True
    return one.id == other.id and one.ends == other.ends and (one.ends is not None or one.rect == other.rect)


def _standing(marks: tuple[Mark, ...]) -> int:
    # The same as a number.
    told = _between([mark.id for mark in marks]) + _between(_ends(marks))
    boxes = array("d", chain.from_iterable(mark.rect for mark in marks if mark.ends is None))
    return zlib.crc32(boxes.tobytes(), zlib.crc32(told.encode(errors="replace")))


def _between(texts: list[str]) -> str:
    return "\n" + "\n".join(texts) + "\n"


def _unpacked(data: bytes) -> tuple[Mark, ...]:
    try:
        with uncollected(kept=True):
            return _MARKS.decode(zlib.decompressobj().decompress(data, _LARGEST))
    except (zlib.error, msgspec.MsgspecError):
        return ()


def _inflated(data: bytes) -> str:
    try:
        return zlib.decompressobj().decompress(data, _LARGEST).decode(errors="replace")
    except zlib.error:
        return ""


_opened = lru_cache(maxsize=_OPEN)(_unpacked)
