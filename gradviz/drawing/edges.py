"""Edges as marks: the curve from foot to tip, the gradient beside it, the bar where no gradient passes."""

import math
from collections.abc import Sequence
from itertools import chain

from gradviz.drawing.boxes import outline
from gradviz.drawing.boxes.ports import LABEL_GAP
from gradviz.drawing.content.content import DESCRIPTION, Content, Shape, label
from gradviz.drawing.content.valuewords import long_text
from gradviz.drawing.draft import PARTIAL_WIDTH, Draft
from gradviz.drawing.metrics import baseline, line_height, text_width
from gradviz.drawing.plain import bounded
from gradviz.drawing.shapes import Mark, Path, Role, Text, TextRole
from gradviz.layout.geometry import Point, Rect
from gradviz.model.graph.graph import Edge, EdgeKind
from gradviz.model.values import shape_text

ROLES = {
    EdgeKind.DATA: Role.DATA_EDGE,
    EdgeKind.UNRECORDED: Role.UNRECORDED_EDGE,
    EdgeKind.GRADIENT: Role.GRADIENT_EDGE,
}
_LABEL_RISE = 20.0  # from a tip up to the middle of its label
_TOUCHING = 0.5
_BAR = 7.0  # half its length


def edge_mark(edge: Edge, draft: Draft, tip: Point, foot: Point, port: int, route: tuple[float, ...]) -> Mark:
    """Compose one edge.

    Args:
        edge: what it carries.
        draft: the picture it belongs to.
        tip: where it meets the outline of its head.
        foot: where it leaves the outline of its tail.
        port: its place among the inputs of its head.
        route: its curve, between the cells: x, y, x, y, ...
    """
    role = ROLES[edge.kind]
    downwards = draft.lanes[edge.head].direction == "TB"
    upstream = edge.kind is EdgeKind.GRADIENT
    coords = _joined(foot, route, tip)
    curve = outline.curve(_reversed(coords) if upstream else coords)
    paths = [Path(curve.ops, curve.coords, role, filled=False, arrow=True)]
    if edge.id in draft.stopped:
        at = Point(tip.x, tip.y - _LABEL_RISE) if downwards else Point(tip.x - _LABEL_RISE, tip.y)
        ends = ((at.x - _BAR, at.y), (at.x + _BAR, at.y)) if downwards else ((at.x, at.y - _BAR), (at.x, at.y + _BAR))
        bar = outline.line(*ends)
        paths.append(Path(bar.ops, bar.coords, Role.STOP, filled=False))
    texts: tuple[Text, ...] = ()
    if draft.labels.get(edge.id) and draft.lanes[edge.head].labels[port]:
        sign, text = _label(draft.labels[edge.id], tip, draft.lanes[edge.head].on_left(port), downwards)
        paths.append(sign)
        texts = (text,)
    tail, head = draft.contents[edge.tail].title, draft.contents[edge.head].title
    return Mark(
        edge.id,
        role,
        _bounds(curve.coords, texts),
        tuple(paths),
        texts,
        label(f"{head} → {tail}" if upstream else f"{tail} → {head}"),
        bounded("\n".join(_description(edge, role, draft)), DESCRIPTION),
        ends=(edge.tail, edge.head),
    )


def told(end: Content) -> tuple[str, Role, Shape]:
    """Return what an edge tells of a box that it joins: the name of that, and the looks of its badge."""
    return end.title, end.role, end.shape


def _joined(foot: Point, route: tuple[float, ...], tip: Point) -> tuple[float, ...]:
    """The route with a straight piece at either end where an outline lies inside its cell."""
    begin, end = route[:2], route[-2:]
    if math.dist(foot, begin) > _TOUCHING:
        route = (*foot, *_straight(foot, begin), *route[2:])
    return (*route, *_straight(end, tip)) if math.dist(end, tip) > _TOUCHING else route


def _straight(start: Sequence[float], end: Sequence[float]) -> tuple[float, ...]:
    """What follows the first point of a straight piece."""
    (x, y), (right, bottom) = start, end
    dx, dy = (right - x) / 3, (bottom - y) / 3
    return x + dx, y + dy, right - dx, bottom - dy, right, bottom


def _reversed(coords: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(chain.from_iterable(zip(coords[-2::-2], coords[::-2], strict=True)))


def _label(label: str, tip: Point, on_left: bool, downwards: bool) -> tuple[Path, Text]:
    """The sign ∂ and the number: beside the edge where data flows down, above it where it flows to the right."""
    width = text_width(label, TextRole.GRADIENT)
    if downwards:
        left = tip.x - LABEL_GAP - width - PARTIAL_WIDTH if on_left else tip.x + LABEL_GAP
        middle = tip.y - _LABEL_RISE
    else:
        left, middle = tip.x - 14 - width - PARTIAL_WIDTH, tip.y - 10
    sign = outline.partial(Point(left + 5, middle), 12)
    at = Point(left + PARTIAL_WIDTH, middle + baseline(TextRole.GRADIENT))
    return (
        Path(sign.ops, sign.coords, Role.PARTIAL, filled=False),
        Text(at, label, TextRole.GRADIENT, "start", width),
    )


def _description(edge: Edge, role: Role, draft: Draft) -> list[str]:
    words = draft.telling.words
    told = [words.kinds[role]]
    if edge.id in draft.stopped:
        told.append(words.stopped)
    if edge.gradient is not None:
        if draft.telling.values:
            told.append(words.gradient.format(long_text(edge.gradient, words)))
        else:
            told.append(words.gradient_unread.format(shape_text(edge.gradient.shape)))
    return told


def _bounds(coords: tuple[float, ...], texts: tuple[Text, ...]) -> Rect:
    across, down = coords[::2], coords[1::2]
    x, y = min(across), min(down)
    bounds = Rect(x, y, max(across) - x, max(down) - y)
    for text in texts:
        high = line_height(text.role)
        bounds = bounds.united(Rect(text.at.x - PARTIAL_WIDTH, text.at.y - high, text.width + PARTIAL_WIDTH, high))
    return bounds
