"""The legend: one entry for each kind that a picture shows, in rows below it."""

from collections.abc import Iterable, Mapping
from math import ceil

from gradviz.drawing.boxes import outline
from gradviz.drawing.boxes.alert import alert
from gradviz.drawing.metrics import baseline, text_width
from gradviz.drawing.shapes import HEATS, Mark, Path, Role, Text, TextRole
from gradviz.layout.geometry import Point, Rect, Size

_ICON = Size(26, 16)
_GAP = 9.0
_BETWEEN = 22.0
_ROW = 26.0
_PADDING = 14.0
_NARROWEST = 480.0
_WIDEST = 980.0
_EDGES = (Role.DATA_EDGE, Role.UNRECORDED_EDGE, Role.GRADIENT_EDGE)


def legend_marks(
    shown: Iterable[Mark], size: Size, margin: float, kinds: Mapping[Role, str]
) -> tuple[tuple[Mark, ...], Size]:
    """Return the legend of a picture of this size, and the size with it.

    Args:
        shown: the marks of the picture.
        size: without the legend.
        margin: around it.
        kinds: what there is to say of each role.
    """
    # A bar stands on an edge; at a box the same role is the sign of an error, which is explained as that.
    roles = {path.role for mark in shown for path in mark.paths if mark.ends or path.role is not Role.STOP}
    # The scale of heat is whole, whichever boxes a step shows.
    there = [role for role in Role if role in kinds and (role in roles or role in HEATS)]
    if not there:
        return (), size
    room = min(max(size.width - 2 * margin, _NARROWEST), _WIDEST) - 2 * _PADDING
    columns = _columns([_width(kinds[role]) for role in there], room + _BETWEEN)
    height = ceil(len(there) / len(columns))
    panel = Rect(margin, size.height, sum(columns) - _BETWEEN + 2 * _PADDING, _ROW * height + _PADDING)
    frame = outline.rounded(panel, 8)
    marks = [Mark("legend", Role.LEGEND, panel, (Path(frame.ops, frame.coords, Role.LEGEND),), (), "", "")]
    for k, role in enumerate(there):
        column, row = divmod(k, height)
        x = panel.x + _PADDING + sum(columns[:column])
        marks.append(_entry(role, x, panel.y + _PADDING / 2 + _ROW * (row + 0.5), kinds[role]))
    return tuple(marks), Size(max(size.width, panel.right + margin), panel.bottom + margin)


def _width(text: str) -> float:
    return _ICON.width + _GAP + text_width(text, TextRole.LEGEND) + _BETWEEN


def _columns(widths: list[float], room: float) -> list[float]:
    """The widths of as many columns as fit, the entries running down them one after the other."""
    columns = [max(widths)]
    for height in range(len(widths) - 1, 0, -1):
        tried = [max(widths[k : k + height]) for k in range(0, len(widths), height)]
        if sum(tried) > room:
            break
        columns = tried
    return columns


def _entry(role: Role, x: float, middle: float, text: str) -> Mark:
    width = text_width(text, TextRole.LEGEND)
    at = Point(x + _ICON.width + _GAP, middle + baseline(TextRole.LEGEND))
    icon = Rect(x, middle - _ICON.height / 2, *_ICON)
    return Mark(
        f"legend-{role}",
        role,
        Rect(x, icon.y, at.x + width - x, icon.height),
        tuple(_icon(role, icon)),
        (Text(at, text, TextRole.LEGEND, "start", width),),
        text,
        "",
    )


def _icon(role: Role, box: Rect) -> list[Path]:
    """A small likeness of what the role looks like in the picture."""
    middle = box.center
    if role in _EDGES:
        edge = outline.line((box.x, middle.y), (box.right, middle.y))
        return [Path(edge.ops, edge.coords, role, filled=False, arrow=True)]
    if role is Role.PARTIAL:
        sign = outline.partial(middle, 13)
        return [Path(sign.ops, sign.coords, role, filled=False)]
    if role is Role.STOP:
        bar = outline.line((middle.x, box.y + 1), (middle.x, box.bottom - 1))
        edge = outline.line((box.x, middle.y), (box.right, middle.y))
        return [
            Path(edge.ops, edge.coords, Role.UNRECORDED_EDGE, filled=False),
            Path(bar.ops, bar.coords, role, filled=False),
        ]
    if role is Role.BADGE:
        border, sign = outline.rounded(box, 5), outline.back(middle, 9, "TB")
        return [Path(border.ops, border.coords, Role.INPUT), Path(sign.ops, sign.coords, role)]
    if role is Role.ERROR:
        return alert(Point(middle.x, middle.y + 1))
    shape = _shape(role, box)
    paths = [Path(shape.ops, shape.coords, role)]
    if role is Role.ROOT:
        inner = outline.rounded(box.grown(-2.5), 3)
        paths.append(Path(inner.ops, inner.coords, role, filled=False))
    if role is Role.ACCUMULATE:
        sign = outline.sigma(middle, 10)
        paths.append(Path(sign.ops, sign.coords, role, filled=False))
    if role in (Role.SAVED, Role.FREED):
        fold = outline.note(box, 5)[1]
        paths.append(Path(fold.ops, fold.coords, Role.SAVED_CORNER if role is Role.SAVED else role))
    return paths


def _shape(role: Role, box: Rect) -> outline.Outline:
    if role in (Role.OP, Role.UNRECORDED, Role.FOLD):
        return outline.pill(box)
    if role in (Role.CONSTANT, Role.DETACHED, Role.INPUT):
        return outline.square(box)
    if role is Role.ACCUMULATE:
        return outline.seal(box.center, 10)
    if role in (Role.SAVED, Role.FREED):
        return outline.note(box, 5)[0]
    if role is Role.INFERENCE:
        return outline.cut(box, 6)
    return outline.rounded(box, 5)
