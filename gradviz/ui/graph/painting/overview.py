"""A drawing from far away: plain boxes and thin lines in a few large batches, no text.

Each batch is made when it is first painted, and then painted in no time: what costs is making it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.pages.page import Page
from gradviz.drawing.shapes import Mark, Path, Role, badge_border
from gradviz.drawing.theme import Style, Theme
from gradviz.layout.geometry import Rect
from gradviz.ui.graph.painting.backing import Piece
from gradviz.ui.style.theme import colour

_DASH = (3.0, 2.0)  # pixels; shorter than near by, as the lines are
_Lit = frozenset[str] | None


class Overview:
    """Frames, edges and nodes, painted in this order."""

    def __init__(
        self, frames: Marks, edges: Marks, nodes: Marks, before: "Overview | None" = None, only: _Lit = None
    ) -> None:
        """Take the marks by the page.

        Args:
            frames: painted first.
            edges: painted over them.
            nodes: painted last.
            before: the overview of other looks of the same things; what has not changed is not made again.
            only: the ids of what is painted; None: all.
        """
        known: dict[int, _Block] = {} if before is None else {id(block.page): block for block in before._blocks}
        self._blocks: list[_Block] = [
            known.get(id(page)) or _Block(page, add, only)
            for marks, add in ((frames, _boxes), (edges, _lines), (nodes, _boxes))
            for page in marks.pages
        ]

    def pieces(self, theme: Theme, part: Rect) -> Iterator[Piece]:
        """Yield what touches a part of the drawing, and some more, to be painted one after the other."""
        for block in self._blocks:
            if block.touches(part):
                yield partial(block.paint, theme)


class _Block:
    """The marks of one page, as one path for each role."""

    def __init__(self, page: Page, add: "_Add", only: _Lit) -> None:
        self.page = page
        self._add = add
        self._only = only
        self._paths: dict[Role, QPainterPath] | None = None

    def touches(self, part: Rect) -> bool:
        """Whether any of it may lie in a part of the drawing."""
        x, y, width, height = self.page.bounds
        return x <= part.right and part.x <= x + width and y <= part.bottom and part.y <= y + height

    def paint(self, theme: Theme, painter: QPainter) -> None:
        """Paint it."""
        if self._paths is None:
            self._paths = defaultdict(QPainterPath)
            unlit = self._only is not None and self._only.isdisjoint(self.page.ids())
            for mark in () if unlit else self.page.read():
                if self._only is None or mark.id in self._only:
                    self._add(mark, self._paths)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for role, path in self._paths.items():
            style = theme.styles[role]
            painter.setPen(_pen(style))
            painter.setBrush(colour(style.fill) if style.fill else Qt.BrushStyle.NoBrush)
            copy = QPainterPath(path)  # painting a path leaves all its points in it once more
            copy.setFillRule(Qt.FillRule.WindingFill)
            painter.drawPath(copy)


_Add = Callable[[Mark, dict[Role, QPainterPath]], None]


def _boxes(mark: Mark, paths: dict[Role, QPainterPath]) -> None:
    if mark.paths:  # or it is the place of something not shown
        paths[mark.role].addRect(QRectF(*mark.rect))


def _lines(mark: Mark, paths: dict[Role, QPainterPath]) -> None:
    for path in mark.paths:
        if not path.filled:
            _trace(path, paths[path.role])
    for path in badge_border(mark):
        paths[path.role].addRect(QRectF(*(mark.badge or mark.rect)))


def _trace(path: Path, traced: QPainterPath) -> None:
    at, coords = 0, path.coords
    for command in path.ops:
        if command == "C":
            traced.cubicTo(*coords[at : at + 6])
            at += 6
        elif command == "M":
            traced.moveTo(*coords[at : at + 2])
            at += 2
        elif command == "L":
            traced.lineTo(*coords[at : at + 2])
            at += 2


def _pen(style: Style) -> QPen:
    if style.stroke is None:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(colour(style.stroke))
    pen.setWidth(0)  # one pixel at any scale
    if style.dash:
        pen.setDashPattern(_DASH)
    return pen
