"""What a person can go to or ask for by some letters of its name: commands, lessons, files, boxes of the graph, lines.

Pure. What a command is called, and which there are, the window says.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.pages.page import Page
from gradviz.drawing.pages.told import title_of
from gradviz.drawing.shapes import Drawing
from gradviz.state.commands.matching import Hit, Names, folded

Kind = Literal["command", "panel", "lesson", "file", "mark", "line"]
KINDS: tuple[Kind, ...] = ("command", "panel", "lesson", "file", "mark")  # as they follow each other, meant as well
MOST = 60  # boxes of the graph that are listed: nobody reads more
LONGEST = 200  # letters of what is written on one that are looked at
USED = 12  # commands that are remembered


class Entry(NamedTuple):
    """One thing to choose."""

    kind: Kind
    id: str  # of its kind
    name: str  # in the language of the interface; of a line its number
    others: tuple[str, ...] = ()  # by which it is found as well
    around: str = ""  # words of where it is found without the palette
    line: int = 0  # of the program; 0: of none

    @property
    def key(self) -> str:
        """Return what is remembered when it was chosen."""
        return f"{self.kind}:{self.id}"


class Boxes(NamedTuple):
    """The boxes of a graph, by what is written on them."""

    names: Names
    all: Sequence[tuple[str, str, int]]  # of each its mark, its title and its line

    def entry(self, at: int) -> Entry:
        """Return one of them as something to choose."""
        mark, title, line = self.all[at]
        return Entry("mark", mark, title, line=line)


class Choices(NamedTuple):
    """All there is to choose."""

    entries: tuple[Entry, ...]
    names: Names  # of those
    boxes: Boxes
    last: int  # line of the program


def boxes(drawing: Drawing | None) -> Boxes:
    """Return the boxes of a drawing. What of it is packed stays so."""
    pages = Marks.of(drawing.nodes).pages if drawing else ()
    rows = [row for page in pages for row in zip(page.ids(), _titles(page), page.numbers(), strict=False)]
    return Boxes(Names((title[:LONGEST],) for _, title, _ in rows), rows)


def choices(entries: Sequence[Entry], of: Boxes, last: int) -> Choices:
    """Return all there is to choose.

    Args:
        entries: what is no box and no line, as it is listed where nothing is looked for.
        of: the graph.
        last: line of the program.
    """
    return Choices(
        tuple(entries), Names(((one.name, *one.others) for one in entries), [one.around for one in entries]), of, last
    )


def found(among: Choices, query: str, used: Sequence[str]) -> tuple[Entry, ...]:
    """Return what is meant by some letters, the best first; without any all but the graph, the last used first.

    Args:
        among: what there is.
        query: what was typed; a number, or a number behind a colon, is a line of the program.
        used: what was chosen, the last first: see `Entry.key`.
    """
    recent = {key: at for at, key in enumerate(used)}
    if not query.strip():
        return tuple(sorted(among.entries, key=lambda one: recent.get(one.key, USED)))
    line = re.fullmatch("(:?) ?([0-9]{1,9})", folded(query))
    number = int(line[2]) if line else 0
    lines = (Entry("line", str(number), str(number), line=number),) if 0 < number <= among.last else ()
    if line and line[1]:
        return lines
    told = [(hit, among.entries[hit.at]) for hit in among.names.best(query, len(among.entries))]
    drawn = [(hit, among.boxes.entry(hit.at)) for hit in among.boxes.names.best(query, MOST)]
    return (*lines, *(entry for _, entry in sorted((*told, *drawn), key=lambda one: _order(one[0], one[1], recent))))


def remembered(used: Sequence[str], entry: Entry) -> tuple[str, ...]:
    """Return what was used, the last first, once this was too. Boxes are of one run, and not remembered."""
    if entry.kind not in ("command", "lesson"):
        return tuple(used)
    return (entry.key, *(key for key in used if key != entry.key))[:USED]


def _titles(page: Page) -> list[str]:
    return page.titles[1:-1].split("\n") if page.titles else [title_of(mark) for mark in page.marks]


def _order(hit: Hit, entry: Entry, recent: dict[str, int]) -> tuple[int, int, int, Hit]:
    """Those that are meant as well follow each other as they were used last, then by their kinds."""
    return hit.rank.likeness, recent.get(entry.key, USED), KINDS.index(entry.kind), hit
