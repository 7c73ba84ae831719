"""A box's content given a size, an outline and ports: what the layout places and what is painted there.

Everything is in pixels from the top left corner of the cell, which holds the box with all that hangs at it: the Σ
signs, the note of saved tensors, the labels of the edges that enter. A layout that keeps cells apart keeps texts apart.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from gradviz.drawing.boxes import outline
from gradviz.drawing.boxes.alert import alert
from gradviz.drawing.boxes.ports import Lane, lane_reach, span
from gradviz.drawing.content.content import Content, Line, Shape
from gradviz.drawing.metrics import WIDEST, baseline, elided, elided_middle, line_height, text_width
from gradviz.drawing.shapes import Path, Role, Text, TextRole
from gradviz.layout.diagram import Direction
from gradviz.layout.geometry import Point, Rect, Size

KEPT = 4096  # boxes
RADIUS = 9.0
_PADDING = Size(15, 8)
_PILL_PADDING = Size(20, 7)
_ROUND_ENDED = (Shape.PILL, Shape.STACK)
_END = 25.0
_POINT = 16.0  # how far the points of a hexagon reach
_CUT = 11.0
_STRIP = 23.0
_STAR = 7.0
_STAR_GAP = 6.0
_SEAL = 11.0
_NARROWEST = 92.0
_PORT_MARGIN = 14.0  # from a port to the corner of its side
_NOTE_GAP = 16.0
_NOTE_PADDING = Size(10, 6)
_FOLD = 8.0
_DOUBLE = 3.5
_GAUGE = 3.0
_STACKED = 4.0


class Box(NamedTuple):
    """A composed box.

    `tips` and `feet` are where edges enter and leave its outline, one for each port of the cell. `extent` is what of
    the cell the node itself takes: the room of edges and their labels is left out.
    """

    size: Size
    extent: Rect
    inputs: tuple[float, ...]
    outputs: tuple[float, ...]
    tips: tuple[Point, ...]
    feet: tuple[Point, ...]
    paths: tuple[Path, ...]
    texts: tuple[Text, ...]


def box(
    content: Content, lane: Lane, outputs: tuple[float, ...], direction: Direction, room: Sequence[Content] = ()
) -> Box:
    """Compose one box, or return one that looks the same: ops alike are most of a large graph, and of the next edit's.

    Args:
        content: what it says.
        lane: where edges enter, from the middle of its side, with the room their labels take.
        outputs: where edges leave, from the middle of its side, ascending.
        direction: of the flow of data.
        room: what the box has to be large enough for, in place of its content, which is cut to fit.
    """
    seen = _seen(content)
    held = tuple([seen if one is content else _seen(one) for one in room])
    return _composed(seen, lane, outputs, direction, held)


def _seen(content: Content) -> Content:
    """What is seen of it on the box itself."""
    return content._replace(details=())


@lru_cache(maxsize=KEPT)
def _composed(
    content: Content, lane: Lane, outputs: tuple[float, ...], direction: Direction, room: tuple[Content, ...]
) -> Box:
    ports = max(span(lane.offsets), span(outputs))
    held = [_cut(one, WIDEST) for one in room or (content,)]
    size = _largest([_body_size(one, ports, direction) for one in held])
    note = _largest([_note_size(one.notes) for one in held])
    fitted = held[0] if room in ((), (content,)) else _cut(content, size.width - 2 * _padding(content).width)
    if not note.width:
        fitted = fitted._replace(notes=())
    signed = fitted._replace(
        accumulates=any(one.accumulates for one in held), in_error=any(one.in_error for one in held)
    )
    body, cell, note_at = _arrange(signed, size, note, lane, direction)
    middle = body.center.x if direction == "TB" else body.center.y
    inputs = tuple(middle + offset for offset in lane.offsets)
    leaving = tuple(middle + offset for offset in outputs)
    signs = _signs(fitted, body, direction)
    note_paths, note_texts = _note(fitted, note_at, body, direction)
    return Box(
        cell,
        _extent(body, note, note_at, signed),
        inputs,
        leaving,
        tuple(_entry(fitted.shape, body, at, direction) for at in inputs),
        tuple(_exit(fitted.shape, body, at, direction) for at in leaving),
        (*note_paths, *_body(fitted, body), *signs),
        (*_texts(fitted, body), *note_texts),
    )


def _extent(body: Rect, note: Size, note_at: Point | None, content: Content) -> Rect:
    extent = body.united(_behind(body)[0]) if content.shape is Shape.STACK else body
    extent = extent.united(body.grown(_SEAL)) if content.accumulates or content.in_error else extent
    return extent if note_at is None else extent.united(Rect(note_at.x, note_at.y, *note))


def _largest(sizes: Sequence[Size]) -> Size:
    return Size(max(size.width for size in sizes), max(size.height for size in sizes))


def _cut(content: Content, width: float) -> Content:
    """A content of which no line is wider."""
    return content._replace(
        lines=tuple(_cut_line(line, width) for line in content.lines),
        strips=tuple(elided_middle(text, TextRole.ROOT, width - 2 * _STAR - _STAR_GAP) for text in content.strips),
    )


def _cut_line(line: Line, width: float) -> Line:
    cut = elided_middle if line.role in (TextRole.TITLE, TextRole.OP) else elided
    return Line(cut(line.text, line.role, width), line.role)


def _padding(content: Content) -> Size:
    if content.shape in _ROUND_ENDED:
        return _PILL_PADDING
    beside = _SEAL * 0.6 if content.accumulates else _POINT * 0.6 if content.shape is Shape.HEXAGON else 0.0
    return Size(_PADDING.width + beside, _PADDING.height)


def _end_radius(height: float) -> float:
    """Of the ends of a pill: half a circle where it is low, a round corner where it is tall."""
    return min(height / 2, _END)


def _lines_height(content: Content) -> float:
    return sum(line_height(line.role) for line in content.lines)


def _body_size(content: Content, ports: float, direction: Direction) -> Size:
    """The size of the outline: its text with a margin, and room for its ports on the sides they are on."""
    padding = _padding(content)
    widths = [text_width(line.text, line.role) + 2 * padding.width for line in content.lines]
    widths += [_strip_width(text) + 2 * padding.width for text in content.strips]
    height = _lines_height(content) + 2 * padding.height + _STRIP * len(content.strips)
    width = max(_NARROWEST, *widths)
    if direction == "LR":
        return Size(ceil(width), ceil(max(height, ports + 2 * _PORT_MARGIN)))
    corner = _POINT + 4 if content.shape is Shape.HEXAGON else _PORT_MARGIN
    if content.shape in _ROUND_ENDED:
        corner = _end_radius(height)
    return Size(ceil(max(width, ports + 2 * corner)), ceil(height))


def _strip_width(text: str) -> float:
    return 2 * _STAR + _STAR_GAP + text_width(text, TextRole.ROOT)


def _note_size(notes: tuple[str, ...]) -> Size:
    if not notes:
        return Size(0, 0)
    width = max(text_width(elided(line, TextRole.SAVED, WIDEST), TextRole.SAVED) for line in notes)
    return Size(
        ceil(width + 2 * _NOTE_PADDING.width),
        line_height(TextRole.SAVED) * len(notes) + 2 * _NOTE_PADDING.height,
    )


def _arrange(
    content: Content, size: Size, note: Size, lane: Lane, direction: Direction
) -> tuple[Rect, Size, Point | None]:
    """Place body and note in the cell: note to the right, or below where data flows to the right."""
    sign = _SEAL if content.accumulates or content.in_error else 0.0
    stack = _STACKED * 2 if content.shape is Shape.STACK else 0.0
    before, after = lane_reach(lane)
    if direction == "LR":
        body = Rect(lane.depth, max(sign, before - size.height / 2, 0), *size)
        bottom = max(body.bottom + stack, body.center.y + after)
        if not note.width:
            return body, Size(body.right + stack, bottom), None
        at = Point(body.center.x - note.width / 2, bottom + _NOTE_GAP * 0.75)
        shift = max(0.0, -at.x)
        body, at = body.moved(shift, 0), Point(at.x + shift, at.y)
        return body, Size(max(body.right + stack, at.x + note.width), at.y + note.height), at
    left = max(sign, before - size.width / 2, 0)
    tall = max(size.height, note.height)
    body = Rect(left, lane.depth + (tall - size.height) / 2, *size)
    right = max(body.right + max(stack, sign if content.in_error else 0), body.center.x + after)
    bottom = lane.depth + tall + stack
    if not note.width:
        return body, Size(right, bottom), None
    at = Point(max(right, body.right + _NOTE_GAP), body.center.y - note.height / 2)
    return body, Size(at.x + note.width, bottom), at


def _body(content: Content, body: Rect) -> list[Path]:
    """The outline, and what it takes to tell it from the others without colour."""
    role, shape = content.role, content.shape
    if shape is Shape.STACK:
        stacked = [_path(outline.rounded(one, _end_radius(one.height)), role) for one in (*_behind(body), body)]
        return [*stacked, *_gauge(content, body)]
    paths = [_path(_outline(shape, body), role), *_gauge(content, body)]
    strips = len(content.strips)
    if strips and shape not in (Shape.PILL, Shape.HEXAGON):
        band = Rect(body.x, body.bottom - strips * _STRIP, body.width, strips * _STRIP)
        inner = Rect(band.x + _DOUBLE, band.y, band.width - 2 * _DOUBLE, band.height - _DOUBLE)
        paths.append(_path(outline.strip(inner, RADIUS - _DOUBLE), Role.ROOT_STRIP))
    if shape is Shape.DOUBLE:
        paths.append(_path(outline.rounded(body.grown(-_DOUBLE), RADIUS - _DOUBLE), role, filled=False))
    return paths


def _behind(body: Rect) -> tuple[Rect, Rect]:
    """The boxes behind that of a fold, the farthest first."""
    return body.moved(2 * _STACKED, 2 * _STACKED), body.moved(_STACKED, _STACKED)


def _gauge(content: Content, body: Rect) -> list[Path]:
    """A bar along the lower edge, as long as what the node costs is of the most."""
    if not content.gauge:
        return []
    inset = _end_radius(body.height) if content.shape in _ROUND_ENDED else RADIUS
    length = max(_GAUGE, content.gauge * (body.width - 2 * inset))
    return [_path(outline.square(Rect(body.x + inset, body.bottom - 2 * _GAUGE, length, _GAUGE)), Role.GAUGE)]


def _outline(shape: Shape, body: Rect) -> outline.Outline:
    if shape is Shape.PILL:
        return outline.rounded(body, _end_radius(body.height))
    if shape is Shape.HEXAGON:
        return outline.hexagon(body, _POINT)
    if shape is Shape.SQUARE:
        return outline.square(body)
    if shape is Shape.CUT:
        return outline.cut(body, _CUT)
    return outline.rounded(body, RADIUS)


def _texts(content: Content, body: Rect) -> list[Text]:
    padding = _padding(content)
    room = body.width - 2 * padding.width
    height = _lines_height(content) + _STRIP * len(content.strips)
    y = body.center.y - height / 2
    texts: list[Text] = []
    for line in content.lines:
        step = line_height(line.role)
        at = Point(body.center.x, y + step / 2 + baseline(line.role))
        texts.append(Text(at, line.text, line.role, "middle", room))
        y += step
    y = body.bottom - _strip_margin(content) - _STRIP * len(content.strips)
    for strip in content.strips:
        left = body.center.x - _strip_width(strip) / 2 + 2 * _STAR + _STAR_GAP
        at = Point(left, y + _STRIP / 2 + baseline(TextRole.ROOT))
        texts.append(Text(at, strip, TextRole.ROOT, "start", text_width(strip, TextRole.ROOT)))
        y += _STRIP
    return texts


def _strip_margin(content: Content) -> float:
    return _padding(content).height if content.shape in (Shape.PILL, Shape.HEXAGON) else _DOUBLE / 2


def _signs(content: Content, body: Rect, direction: Direction) -> list[Path]:
    """The signs: stars before the backward calls, Σ where gradients are added up, an alert where the error is."""
    signs: list[Path] = []
    y = body.bottom - _strip_margin(content) - _STRIP * len(content.strips)
    for strip in content.strips:
        center = Point(body.center.x - _strip_width(strip) / 2 + _STAR, y + _STRIP / 2)
        signs.append(_path(outline.star(center, _STAR), Role.STAR))
        y += _STRIP
    if content.accumulates:
        at = Point(body.x, body.center.y) if direction == "TB" else Point(body.x + 2 * _SEAL, body.y)
        signs += [
            _path(outline.seal(at, _SEAL), Role.ACCUMULATE),
            _path(outline.sigma(at, _SEAL), Role.ACCUMULATE, filled=False),
        ]
    if content.in_error:
        signs += alert(Point(body.right - 2, body.y + 3))
    return signs


def _note(content: Content, at: Point | None, body: Rect, direction: Direction) -> tuple[list[Path], list[Text]]:
    """The folded sheet that lists saved tensors, hollow once they are freed, and the short line to its op."""
    notes = content.notes
    if at is None or not notes:
        return [], []
    sheet = Rect(at.x, at.y, *_note_size(notes))
    paper, fold = outline.note(sheet, _FOLD)
    if direction == "TB":
        thread = outline.line((body.right, body.center.y), (sheet.x, body.center.y))
    else:
        thread = outline.line((body.center.x, body.bottom), (body.center.x, sheet.y))
    step = line_height(TextRole.SAVED)
    texts = [
        Text(
            Point(
                sheet.x + _NOTE_PADDING.width,
                sheet.y + _NOTE_PADDING.height + step * (k + 0.5) + baseline(TextRole.SAVED),
            ),
            elided(line, TextRole.SAVED, WIDEST),
            TextRole.SAVED,
            "start",
            sheet.width - 2 * _NOTE_PADDING.width,
        )
        for k, line in enumerate(notes)
    ]
    paths = [
        _path(thread, Role.SAVED_EDGE, filled=False),
        _path(paper, Role.FREED if content.freed else Role.SAVED),
        _path(fold, Role.FREED if content.freed else Role.SAVED_CORNER),
    ]
    return paths, texts


def _entry(shape: Shape, body: Rect, at: float, direction: Direction) -> Point:
    """Where an edge meets the outline on the side where data comes in."""
    if direction == "TB":
        return Point(at, body.y)
    return Point(body.x + _bend(shape, body, at), at)


def _exit(shape: Shape, body: Rect, at: float, direction: Direction) -> Point:
    if shape is Shape.STACK:
        body = _behind(body)[0]
    if direction == "TB":
        return Point(at, body.bottom)
    return Point(body.right - _bend(shape, body, at), at)


def _bend(shape: Shape, body: Rect, at: float) -> float:
    """How far inside its left or right side the outline runs at height `at`."""
    off = abs(at - body.center.y)
    if shape is Shape.HEXAGON:
        return _POINT * off / (body.height / 2)
    if shape not in _ROUND_ENDED:
        return 0.0
    radius = _end_radius(body.height)
    beyond = max(0.0, off - (body.height / 2 - radius))
    return float(radius - (radius**2 - min(beyond, radius) ** 2) ** 0.5)


def _path(shape: outline.Outline, role: Role, *, filled: bool = True) -> Path:
    return Path(shape.ops, shape.coords, role, filled)
