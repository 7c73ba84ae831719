"""Which part of a drawing a panel shows, and how large: one frozen value with the arithmetic of zoom and pan."""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from gradviz.layout.geometry import Point, Rect, Size

MIN_SCALE, MAX_SCALE = 0.1, 4.0
_FURTHEST = 0.0001  # a fitted drawing, and no further: a panel may have no room at all
_MARGIN = 24.0  # pixels round a fitted drawing
WHOLE = 0.42  # scale below which a drawing that is seen whole can no longer be read
_READABLE = 0.7  # scale at which the beginning of such a drawing is shown instead
_ABREAST = 850.0  # of a drawing's width that larger text leaves in view, as a small window has it beside usual text


class Viewport(NamedTuple):
    """The drawing's point at the panel's top left corner, and pixels for one unit of the drawing."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    def to_drawing(self, x: float, y: float) -> Point:
        """Return the point of the drawing at a pixel."""
        return Point(self.x + x / self.scale, self.y + y / self.scale)

    def to_panel(self, point: Point) -> Point:
        """Return the pixel at which a point of the drawing is."""
        return Point((point.x - self.x) * self.scale, (point.y - self.y) * self.scale)

    def seen(self, panel: Size) -> Rect:
        """Return the part of the drawing that a panel shows."""
        return Rect(self.x, self.y, panel.width / self.scale, panel.height / self.scale)

    def panned(self, dx: float, dy: float) -> "Viewport":
        """Return the view after the drawing was dragged by so many pixels."""
        return self._replace(x=self.x - dx / self.scale, y=self.y - dy / self.scale)

    def zoomed(self, factor: float, x: float, y: float) -> "Viewport":
        """Return the view scaled by `factor` within the limits, with the point at pixel (x, y) staying there."""
        low = min(MIN_SCALE, self.scale)  # a fitted huge drawing may be below the limit already
        scale = min(MAX_SCALE, max(low, self.scale * factor))
        at = self.to_drawing(x, y)
        return Viewport(at.x - x / scale, at.y - y / scale, scale)

    def holds(self, drawing: Size, panel: Size) -> bool:
        """Whether the whole drawing is seen."""
        return covers(self.seen(panel), drawing)

    def showing(self, place: Rect, panel: Size) -> "Viewport":
        """Return the view moved by no more than needed to see `place`."""
        seen = self.seen(panel)
        margin = _MARGIN / self.scale
        dx = _shift(seen.x, seen.right, place.x - margin, place.right + margin)
        dy = _shift(seen.y, seen.bottom, place.y - margin, place.bottom + margin)
        return self._replace(x=self.x + dx, y=self.y + dy)

    def reading(self, place: Rect, panel: Size, life: float = 1.0) -> "Viewport":
        """Return the view in which `place` can be read: near by where all is too small, and else as `showing` does."""
        return (
            self.showing(place, panel)
            if self.scale >= WHOLE * life
            else Viewport(scale=_READABLE * life).about(place.center, panel)
        )

    def about(self, center: Point, panel: Size) -> "Viewport":
        """Return the view moved so that a point is in the middle of the panel."""
        return self._replace(x=center.x - panel.width / self.scale / 2, y=center.y - panel.height / self.scale / 2)


def covers(seen: Rect, drawing: Size) -> bool:
    """Whether a part that is seen is the whole drawing."""
    return seen.x <= 0 and seen.y <= 0 and seen.right >= drawing.width and seen.bottom >= drawing.height


def fitted(drawing: Size, panel: Size, life: float = 1.0) -> Viewport:
    """Return the view that shows the whole drawing, centred, no larger than life: the scale of the text around it."""
    return fitted_to(Rect(0, 0, drawing.width, drawing.height), panel, life)


def fitted_to(place: Rect, panel: Size, life: float = 1.0) -> Viewport:
    """Return the view that shows all of a place, centred, no larger than life."""
    across = (panel.width - 2 * _MARGIN) / max(place.width, 1.0)
    down = (panel.height - 2 * _MARGIN) / max(place.height, 1.0)
    return Viewport(scale=max(_FURTHEST, min(across, down, life))).about(place.center, panel)


def first_look(drawing: Size, panel: Size, start: Rect, life: float = 1.0) -> Viewport:
    """Return the view for a new drawing: all of it where it can be read so, else what is round its first node.

    Where it can be read with all of its width, or all of its height, in view, nobody need move it both ways.
    """
    whole, size = fitted(drawing, panel, life), _size_of_text(drawing, panel, life)
    if whole.scale >= WHOLE * size:
        return whole
    readable = _READABLE * size
    one_way = max(fitted(side, panel, life).scale for side in (drawing._replace(height=0), drawing._replace(width=0)))
    scale = min(one_way, readable) if one_way >= WHOLE * size else readable
    x = _begin(panel.width / scale, drawing.width, start.x, start.right, _MARGIN / scale)
    y = _begin(panel.height / scale, drawing.height, start.y, start.bottom, _MARGIN / scale)
    return Viewport(x, y, scale)


def look_at_columns(columns: Sequence[Rect], panel: Size, start: Rect, life: float = 1.0) -> Viewport:
    """Return the view for drawings side by side: as many, from the first, as can be read beside each other.

    Their names are in view, and of the rest what there is room for. Where not one of them can be read so, it is the
    first look at the first.

    Args:
        columns: where they stand, one at least.
        panel: how large the panel is.
        start: the first node of the first.
        life: the scale of the text around it, and the largest.
    """
    middle, each = reduce(Rect.united, columns).center, Size(columns[0].width, columns[0].height)
    for shown in range(len(columns), 0, -1):
        names = reduce(Rect.united, (column._replace(height=1.0) for column in columns[:shown]))
        view = fitted_to(names, panel, life)
        if view.scale >= WHOLE * _size_of_text(each, panel, life):
            return view.about(middle, panel).showing(names, panel)
    x, y, *_ = columns[0]
    view = first_look(each, panel, start.moved(-x, -y), life)
    return view._replace(x=view.x + x, y=view.y + y)


def _size_of_text(drawing: Size, panel: Size, life: float) -> float:
    """The scale of the text around it, as far as the panel has grown with it: a graph is more than two of its boxes."""
    return min(life, max(1.0, panel.width / min(max(drawing.width, 1.0), _ABREAST) / _READABLE))


def _begin(seen: float, drawing: float, first: float, last: float, margin: float) -> float:
    """Return where a view begins: the drawing's middle in its own, or else `first` to `last`, and no empty ground."""
    middle = (drawing - seen) / 2
    if middle <= first - margin and last + margin <= middle + seen:
        return middle
    if last - first > seen - 2 * margin:
        return first - margin
    return max(-margin, min((first + last - seen) / 2, drawing + margin - seen))


def _shift(low: float, high: float, first: float, last: float) -> float:
    if first < low or last - first > high - low:
        return first - low
    return max(0.0, last - high)
