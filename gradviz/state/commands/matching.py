"""Names that a person means by some letters of theirs, the best first. Pure.

All names are one text that is searched as a whole: a letter typed costs no work in Python for each of 20,000 names, and
only the few that are kept are ranked one by one.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import accumulate, zip_longest
from typing import NamedTuple

_APART = "\x1f"  # between the names of one thing
_AROUND = "\x1e"  # and before the words round it


class Likeness(IntEnum):
    """How some letters stand in a name, the best first."""

    WHOLE = 0  # they are the name
    BEGINS = 1  # it begins with them
    WORDS = 2  # words of it begin with them
    INITIALS = 3  # each goes on in a word or begins one
    WITHIN = 4  # they stand in it together
    AROUND = 5  # words round it begin with them
    SCATTERED = 6  # they stand in it in this order


class Rank(NamedTuple):
    """How well a thing is meant: the less the better."""

    likeness: Likeness
    name: int  # of its names: that by which it is meant
    length: int  # of that


class Hit(NamedTuple):
    """A thing that is meant."""

    rank: Rank
    at: int  # in the order of all


def folded(text: str) -> str:
    """Return a text as it is compared: small letters, those of full width as the usual ones, single spaces."""
    return " ".join(_plain(text).split())


def letters(name: str, query: str) -> frozenset[int]:
    """Return the places of the letters of a name by which it is meant; none, where it is meant by another name."""
    plain = _plain(name)
    if len(plain) != len(name):  # a letter became several
        return frozenset()
    return frozenset().union(*(_places(plain, piece) for piece in folded(query).split()))


class Names:
    """The names of many things, each of which may have several. Never changes."""

    def __init__(self, things: Iterable[Sequence[str]], around: Iterable[str] = ()) -> None:
        """Take the names of each thing, the first being what it is called.

        Args:
            things: their names.
            around: the words round each, such as the menu that it stands in; none: there are no such words.
        """
        told = map(_APART.join, things)
        lines = (f"{names}{_AROUND}{words}" if words else names for names, words in zip_longest(told, around))
        lines = (line.replace("\n", " ") for line in lines)
        self._text = "\n" + _plain("\n".join(lines)) + "\n"
        lengths = map(len, self._text[1:-1].split("\n"))
        self._starts = list(accumulate((length + 1 for length in lengths), initial=0))

    def best(self, query: str, most: int) -> list[Hit]:
        """Return what is meant, the best first.

        Args:
            query: letters of a name; of several words each may stand anywhere in it.
            most: how many things, the first that the best of the ways to be meant finds.
        """
        wanted = folded(query)
        found = set[int]()
        for at in self._all(wanted) if wanted else ():
            found.add(at)
            if len(found) >= most:
                break
        pieces = wanted.split()
        ranks = ((_rank(self._text[self._starts[at] + 1 : self._starts[at + 1]], wanted, pieces), at) for at in found)
        return sorted(Hit(rank, at) for rank, at in ranks if rank is not None)

    def _all(self, wanted: str) -> Iterator[int]:
        """Yield what may be meant, more than once, in the order of how well."""
        part = re.escape(wanted)
        word = rf"{part}(?<![^\W_]{part})"  # the letters before it are looked at only where it stands
        scattered = "".join(f"(?={''.join(map(_next, piece))})" for piece in wanted.split())
        for pattern in (rf"\n{part}\n", rf"\n{part}", word, part, rf"\n{scattered}"):
            yield from self._each(re.compile(pattern))

    def _each(self, pattern: re.Pattern[str]) -> Iterator[int]:
        """Yield each thing in whose names a pattern is found."""
        match = pattern.search(self._text)
        while match is not None:
            at = bisect_right(self._starts, match.start()) - 1
            yield at
            match = pattern.search(self._text, self._starts[at + 1])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _next(letter: str) -> str:
    """A pattern of all up to the next of a letter: no other way of it is to be tried, however long the name."""
    one = re.escape(letter)
    return rf"[^{one}\n]*{one}"


def _rank(line: str, wanted: str, pieces: list[str]) -> Rank | None:
    names, _, around = line.partition(_AROUND)
    ranks = []
    for number, name in enumerate(names.split(_APART)):
        likeness = _likeness(name, around, wanted, pieces)
        if likeness is not None:
            ranks.append(Rank(likeness, number, len(name)))
    return min(ranks, default=None)


def _likeness(name: str, around: str, wanted: str, pieces: list[str]) -> Likeness | None:
    if name.startswith(wanted):
        return Likeness.WHOLE if name == wanted else Likeness.BEGINS
    worst = Likeness.BEGINS
    for piece in pieces:
        likeness = _piece(name, piece)
        if likeness in (None, Likeness.SCATTERED) and any(word.startswith(piece) for word in around.split()):
            likeness = Likeness.AROUND
        if likeness is None:
            return None
        worst = max(worst, likeness)
    return worst


def _places(name: str, piece: str) -> Iterable[int]:
    word = re.search(rf"(?<![^\W_]){re.escape(piece)}", name)
    start = word.start() if word else name.find(piece)
    if start >= 0:
        return range(start, start + len(piece))
    at, found = -1, list[int]()
    for letter in piece:
        at = name.find(letter, at + 1)
        if at < 0:
            return ()
        found.append(at)
    return found


def _piece(name: str, piece: str) -> Likeness | None:
    places = {at for at, letter in enumerate(name) if letter == piece[0]}
    starts = {at for at in range(len(name)) if at == 0 or not name[at - 1].isalnum()}
    if any(name.startswith(piece, at) for at in places & starts):
        return Likeness.WORDS
    walked = places & starts
    for letter in piece[1:]:
        first = min(walked, default=len(name))
        further = {at + 1 for at in walked} | {at for at in starts if at > first}
        walked = {at for at in further if name.startswith(letter, at)}
    if walked:
        return Likeness.INITIALS
    if piece in name:
        return Likeness.WITHIN
    rest = iter(name)
    return Likeness.SCATTERED if all(letter in rest for letter in piece) else None
