"""Marks by the page: a drawing of any size is held small, and opened where somebody looks at it.

A page is a run of marks. Of each it is known at once where its marks are, what they are called, what they join and
which have badges where; the marks themselves may be packed until they are wanted, and apart from them what is read on
them.
"""

import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from operator import add, attrgetter, eq
from typing import NamedTuple, overload

import msgspec

from gradviz.drawing.shapes import Drawing, Mark, Record
from gradviz.drawing.told import one_line, read_on, record, record_of, title_of
from gradviz.layout.geometry import Point, Rect
from gradviz.model.uncollected import uncollected

PAGE = 64  # marks
_OPEN = 128  # pages of which the marks are kept at hand
_LOOSE = 64  # pages of one drawing that were changed, after which some are packed again
_AT_ONCE = 8  # of them that are: packing takes time
_LARGEST = 8 * 1024 * 1024  # bytes of one page, unpacked
_SHELF = 32  # pages that are passed over at once where none of them is wanted
_ROW = 8  # marks of a page that are passed over at once
_FEW = 8  # names that are looked for one by one
_APART = "\x1e"  # stands between the texts of a page's marks, and in none that anybody looks for: `sought` takes it out
_Sides = tuple[float, float, float, float]  # left, top, right, bottom
_NAMES, _ENDS = attrgetter("names"), attrgetter("ends")
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


class Marks(Sequence[Mark]):
    """The marks of some pages, one after the other. Never changes."""

    def __init__(self, pages: Sequence[Page]) -> None:
        """Take pages as they are."""
        self.pages = tuple(pages)
        self._starts = [0, *accumulate(one.length for one in self.pages)]
        self._bounds = [(box.x, box.y, box.right, box.bottom) for box in (one.bounds for one in self.pages)]
        self._known: dict[int, tuple[_Sides, ...]] = {}
        self._shelves = [_around(self._bounds[at : at + _SHELF]) for at in range(0, len(self._bounds), _SHELF)]

    @classmethod
    def of(cls, marks: Sequence[Mark]) -> "Marks":
        """Return marks by the page."""
        if isinstance(marks, Marks):
            return marks
        return cls([page(marks[at : at + PAGE]) for at in range(0, len(marks), PAGE)])

    def __len__(self) -> int:
        """How many there are."""
        return self._starts[-1]

    def __iter__(self) -> Iterator[Mark]:
        """Each once, in order."""
        for one in self.pages:
            yield from one.read()

    @overload
    def __getitem__(self, at: int) -> Mark: ...
    @overload
    def __getitem__(self, at: "slice[int | None, int | None, int | None]") -> tuple[Mark, ...]: ...
    def __getitem__(self, at: "int | slice[int | None, int | None, int | None]") -> Mark | tuple[Mark, ...]:
        """One of them, or some."""
        if isinstance(at, slice):
            return tuple(self[one] for one in range(*at.indices(len(self))))
        number = at + len(self) if at < 0 else at
        if not 0 <= number < len(self):
            raise IndexError(at)
        place = bisect_right(self._starts, number) - 1
        return self.pages[place].marks[number - self._starts[place]]

    def __eq__(self, other: object) -> bool:
        """Whether another sequence has the same marks."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(other) == len(self) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # as of any sequence that may be packed or not

    def names(self) -> Iterator[str]:
        """Yield the id of each."""
        for one in self.pages:
            yield from one.ids()

    def on_line(self, line: int) -> Iterator[str]:
        """Yield the ids of those that are of a line of the program."""
        for one in self.pages:
            if line in (numbers := one.numbers()):
                yield from (name for name, at in zip(one.ids(), numbers, strict=True) if at == line)

    def ends(self) -> list[str]:
        """Return the ids of the tail and the head of each, one after the other; two empty ones for what has none."""
        return list(chain.from_iterable(one.joins() for one in self.pages))

    def named(self, name: str) -> Mark | None:
        """Return the one with an id."""
        return next(iter(self.some((name,))), None)

    def some(self, names: Collection[str]) -> Iterator[Mark]:
        """Yield those with these ids."""
        wanted = frozenset(names)
        for one in self._naming(wanted, _NAMES):
            yield from (mark for mark in one.marks if mark.id in wanted)

    def titled(self, title: str) -> list[str]:
        """Return the ids of the nodes with a title; no page is opened for it."""
        wanted = one_line(title)
        return [name for one in self.pages for name in one.titled(wanted)]

    def recording(self, of: Record) -> list[str]:
        """Return the ids of the nodes that are of a record; no page is opened for it."""
        wanted = record(of)
        return [name for one in self.pages for name in one.recording(wanted)]

    def within(self, place: Rect) -> tuple[Mark, ...]:
        """Return the marks whose rectangle touches a place."""
        return tuple(chain.from_iterable(self.touching(place)))

    def touching(self, place: Rect) -> Iterator[list[Mark]]:
        """Yield the marks whose rectangle touches a place, page by page: none is opened before it is come to."""
        left, top, right, bottom = place.x, place.y, place.right, place.bottom
        for page in self.pages_at(place):
            rows = [
                first
                for first, row in enumerate(self._rows(page))
                if row[0] <= right and left <= row[2] and row[1] <= bottom and top <= row[3]
            ]
            marks = self.pages[page].marks if rows else ()
            yield [
                mark
                for first in rows
                for mark in marks[first * _ROW : (first + 1) * _ROW]
                if (rect := mark.rect)[0] <= right
                and left <= rect[0] + rect[2]
                and rect[1] <= bottom
                and top <= rect[1] + rect[3]
            ]

    def pages_at(self, place: Rect) -> Iterator[int]:
        """Yield the numbers of the pages whose bounds touch a place."""
        left, top, right, bottom = place.x, place.y, place.right, place.bottom
        for number, box in enumerate(self._shelves):
            if box[0] <= right and left <= box[2] and box[1] <= bottom and top <= box[3]:
                for at, (x, y, end, low) in enumerate(self._bounds[number * _SHELF : (number + 1) * _SHELF]):
                    if x <= right and left <= end and y <= bottom and top <= low:
                        yield number * _SHELF + at

    def _rows(self, number: int) -> tuple[_Sides, ...]:
        """Where the marks of a page are, a few together: known once somebody has looked there."""
        known = self._known.get(number)
        if known is None:
            boxes = [(box.x, box.y, box.right, box.bottom) for box in (mark.rect for mark in self.pages[number].marks)]
            known = tuple(_around(boxes[at : at + _ROW]) for at in range(0, len(boxes), _ROW))
            self._known[number] = known
        return known

    def joining(self, name: str) -> Iterator[Mark]:
        """Yield those that come from something or lead to it."""
        for one in self._naming(frozenset((name,)), _ENDS):
            yield from (mark for mark in one.marks if mark.ends and name in mark.ends)

    def badges(self, names: Collection[str]) -> Iterator[PlacedBadge]:
        """Yield the badges of these nodes; no page is opened for it."""
        wanted = frozenset(names)
        for one in self._naming(wanted, _ENDS):
            yield from (badge for badge in one.badges() if badge.node in wanted)

    def _naming(self, names: frozenset[str], text: Callable[[Page], str]) -> Iterator[Page]:
        """Yield the pages that have any of these names in a text of theirs, and those that are not packed."""
        has = _finder(names)
        for one in self.pages:
            if isinstance(one.held, tuple) or has(text(one)):
                yield one

    def stand_as(self, other: "Marks") -> bool:
        """Whether these are of the same things in the same places as others, however they look."""
        pairs = zip(self.pages, other.pages, strict=False)
        return self._starts == other._starts and all(a is b or a.stands_as(b) for a, b in pairs)

    def near(self, at: Point) -> Iterator[tuple[float, Page]]:
        """Yield the pages, the nearest to a point first, and how far away each may begin."""
        far = [
            (max(x - at.x, 0.0, at.x - right) ** 2 + max(y - at.y, 0.0, at.y - bottom) ** 2, number)
            for number, (x, y, right, bottom) in enumerate(self._bounds)
        ]
        for distance, number in sorted(far):
            yield distance**0.5, self.pages[number]

    def put(self, others: Mapping[str, Mark]) -> "Marks":
        """Return the marks with some in place of those of the same ids."""
        pages, loose, has = list(self.pages), list[int](), _finder(frozenset(others))
        for at, one in enumerate(pages):
            if isinstance(one.held, tuple):
                if others.keys().isdisjoint(one.ids()):
                    loose.append(at)
                    continue
            elif not has(one.names):
                continue
            pages[at] = page([others.get(mark.id, mark) for mark in one.marks])
        if len(loose) > _LOOSE and any(isinstance(one.held, bytes) for one in pages):
            for at in loose[:_AT_ONCE]:
                pages[at] = pages[at].packed()
        return Marks(pages)


def paged(drawing: Drawing) -> Drawing:
    """Return a drawing whose edges and nodes are by the page."""
    return drawing._replace(edges=Marks.of(drawing.edges), nodes=Marks.of(drawing.nodes))


def differing(one: Marks, other: Marks) -> list[tuple[Page, Page]]:
    """Return the pages in the same places of two drawings of the same things where they are not the same."""
    pairs = zip(one.pages, other.pages, strict=True)
    return [(a, b) for a, b in pairs if a is not b and a.held != b.held]


def find(drawing: Drawing, name: str) -> Mark | None:
    """Return the node or edge with an id."""
    return node(drawing, name) or Marks.of(drawing.edges).named(name)


def node(drawing: Drawing, name: str) -> Mark | None:
    """Return the node with an id."""
    return Marks.of(drawing.nodes).named(name)


def _finder(names: frozenset[str]) -> Callable[[str], bool]:
    """Return what tells whether a text of a page has any of some names."""
    asked = [f"\n{name}\n" for name in names]
    if len(asked) < _FEW:
        return lambda text: any(name in text for name in asked)
    return lambda text: not names.isdisjoint(text.split("\n"))


def _around(boxes: Sequence[_Sides]) -> _Sides:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


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
