"""Several drawings of the same size side by side as one, so that one eye, one zoom and one file take them all in."""

from collections.abc import Sequence
from math import log
from typing import NamedTuple

from gradviz.drawing.boxes import outline
from gradviz.drawing.boxes.alert import alert
from gradviz.drawing.legend import legend_marks
from gradviz.drawing.metrics import baseline, line_height, text_width, wrapped
from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole
from gradviz.drawing.words import Words
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.model.cost import MODES

_MARGIN = 24.0
_GAP = 18.0  # between two columns
_RADIUS = 10.0
_PADDING = Size(18, 10)
_NARROWEST = 300.0  # a heading has to be read
_WIDE = 3.0  # width over height aimed at: the table of what differs takes its room from below the drawing
_LINES = 3  # of a note, the most
_SIGN = 28.0  # room of the sign of an error


class Column(NamedTuple):
    """One of the drawings."""

    name: str  # the grad mode, in which ids end to be told apart; "": as they are
    heading: str
    note: str  # a word below the heading; "": none
    error: bool  # the note is of an error
    drawing: Drawing


def columns(shown: Sequence[Column], words: Words, *, legend: bool = False) -> Drawing:
    """Return the drawings beside each other, or below each other where those are wide.

    Args:
        shown: in reading order, all laid out alike.
        words: of the language wanted.
        legend: whether the kinds shown are explained below.
    """
    width = max(_NARROWEST, *(one.drawing.size.width for one in shown))
    notes = [_note(one, width) for one in shown]
    head = _PADDING.height + line_height(TextRole.TITLE) + 6
    if any(notes):
        head += max(map(len, notes)) * line_height(TextRole.BODY) + 4
    height = max(one.drawing.size.height for one in shown) + head
    step = _step(Size(width, height), len(shown))
    whole = Drawing(Size(0, 0), (), (), (), title=words.title)
    for at, column in enumerate(shown):
        place = Rect(_MARGIN + at * step.width, _MARGIN + at * step.height, width, height)
        inside = [
            tuple(_moved(mark, place.x, place.y + head, column.name) for mark in marks)
            for marks in (column.drawing.frames, column.drawing.titles, column.drawing.edges, column.drawing.nodes)
        ]
        whole = whole._replace(
            size=Size(place.right + _MARGIN, place.bottom + _MARGIN),
            frames=(*whole.frames, _ground(place, column), *inside[0]),
            titles=(*whole.titles, _heading(place, column, notes[at]), *inside[1]),
            edges=(*whole.edges, *inside[2]),
            nodes=(*whole.nodes, *inside[3]),
            description="\n".join(filter(None, (whole.description, f"{column.heading}: {column.drawing.description}"))),
        )
    if not legend:
        return whole
    kinds = words.kinds | {Role.GHOST: words.not_there}
    marks, size = legend_marks((*whole.frames, *whole.edges, *whole.nodes), whole.size, _MARGIN, kinds)
    return whole._replace(legend=marks, size=size)


def alone(name: str) -> str:
    """Return the id that a mark of one of the drawings had before it stood beside others."""
    own, _, mode = name.rpartition("@")
    return own if mode in MODES else name


def names(drawing: Drawing) -> frozenset[str]:
    """Return the ids of what says which column is which; none where a drawing stands alone."""
    grounds = [mark.id for mark in drawing.frames if mark.role is Role.COLUMN]
    return frozenset((*grounds, *(mark.id for mark in drawing.titles if mark.role is Role.LEGEND)))


def _step(one: Size, count: int) -> Size:
    """From one drawing to the next, so that the whole is about as wide as the room that it is looked at in."""
    across, down = count * one.width / one.height, one.width / (count * one.height)
    if abs(log(across / _WIDE)) <= abs(log(down / _WIDE)):
        return Size(one.width + _GAP, 0.0)
    return Size(0.0, one.height + _GAP)


def _ground(place: Rect, column: Column) -> Mark:
    border = outline.rounded(place, _RADIUS)
    name = f"column-{column.heading}"
    return Mark(name, Role.COLUMN, place, (Path(border.ops, border.coords, Role.COLUMN),), (), column.heading, "")


def _note(column: Column, width: float) -> list[str]:
    """The lines of a column's note; what is longer than some lines is cut, as all of it is in the description."""
    room = width - 2 * _PADDING.width - (_SIGN if column.error else 0.0)
    return wrapped(column.note, TextRole.BODY, room, _LINES) if column.note else []


def _heading(place: Rect, column: Column, note: Sequence[str]) -> Mark:
    """The name of a column and, below it, what there is to say of all of it."""
    left, y = place.x + _PADDING.width, place.y + _PADDING.height
    room = place.width - 2 * _PADDING.width
    at = Point(left, y + line_height(TextRole.TITLE) / 2 + baseline(TextRole.TITLE))
    width = text_width(column.heading, TextRole.TITLE)
    texts = [Text(at, column.heading, TextRole.TITLE, "start", width)]
    high = line_height(TextRole.BODY)
    middle = y + line_height(TextRole.TITLE) + 4 + high / 2
    for number, line in enumerate(note):
        at = Point(left + (_SIGN if column.error else 0.0), middle + number * high + baseline(TextRole.BODY))
        texts.append(Text(at, line, TextRole.BODY, "start", text_width(line, TextRole.BODY)))
    paths = alert(Point(left + 10, middle)) if column.error and note else []
    rect = Rect(left, y, room, line_height(TextRole.TITLE) + len(note) * high + 4)
    name = f"heading-{column.heading}"
    return Mark(name, Role.LEGEND, rect, tuple(paths), tuple(texts), column.heading, column.note)


def _moved(mark: Mark, dx: float, dy: float, name: str) -> Mark:
    """A mark elsewhere, by another id. The records of another run than the one in the tables are no longer named."""
    moved = mark.moved(dx, dy)
    if not name:
        return moved
    ends = None if mark.ends is None else (f"{mark.ends[0]}@{name}", f"{mark.ends[1]}@{name}")
    return moved._replace(id=f"{mark.id}@{name}", tensor=None, op=None, grad_fn=None, ends=ends)
