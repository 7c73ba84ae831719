"""Marks by the page: a drawing of any size is held small, and opened where somebody looks at it."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from operator import attrgetter, eq
from typing import overload

from gradviz.drawing.pages.page import Page, PlacedBadge, page
from gradviz.drawing.pages.told import one_line, record
from gradviz.drawing.shapes import Drawing, Mark, Record
from gradviz.layout.geometry import Point, Rect

PAGE = 64  # marks
_LOOSE = 64  # pages of one drawing that were changed, after which some are packed again
_AT_ONCE = 8  # of them that are: packing takes time
_SHELF = 32  # pages that are passed over at once where none of them is wanted
_ROW = 8  # marks of a page that are passed over at once
_FEW = 8  # names that are looked for one by one
_Sides = tuple[float, float, float, float]  # left, top, right, bottom
_NAMES, _ENDS = attrgetter("names"), attrgetter("ends")


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
        for number in self.pages_at(place):
            rows = [
                first
                for first, row in enumerate(self._rows(number))
                if row[0] <= right and left <= row[2] and row[1] <= bottom and top <= row[3]
            ]
            marks = self.pages[number].marks if rows else ()
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
