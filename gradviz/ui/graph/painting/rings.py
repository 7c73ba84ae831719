"""The rings round what is selected: its boxes and its badges, whatever their own colours are.

They lie over what has been painted, so that a selection is seen at once. From afar there may be thousands: they are
found a few pages a frame.
"""

from time import perf_counter

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.pages.page import Page
from gradviz.layout.geometry import Rect
from gradviz.ui.style.theme import colour

_AWAY = 5.0  # drawing units from what is selected
_CORNER = 12.0
_PEN = 2.5  # pixels
SHARE = 0.003  # seconds of one frame in which pages are looked at

_Place = tuple[bool, int]  # of a page: whether it is of edges, and its number


class Rings:
    """Those of one selection, in one drawing or in others in whose places the same things stand."""

    def __init__(self, nodes: Marks, edges: Marks, names: frozenset[str]) -> None:
        """Take the marks by the page, and the ids of the nodes that are selected."""
        self.names = names
        self._nodes, self._edges = nodes, edges
        self._known: dict[_Place, list[QRectF]] = {}  # of each page that was looked at
        self._pending = False

    @property
    def pending(self) -> bool:
        """Whether another frame is needed until all that are seen are painted."""
        return self._pending

    def paint(self, painter: QPainter, seen: Rect, accent: str, *, far: bool) -> None:
        """Paint those that are seen.

        Args:
            painter: in drawing units, and left so.
            seen: the part of the drawing that is.
            accent: their colour.
            far: whether it is seen from so far away that nobody tells how their corners are.
        """
        groups = (self._nodes, self._edges) if self.names else ()
        pages = [(marks is self._edges, at) for marks in groups for at in marks.pages_at(seen.grown(_AWAY))]
        self._look_at([page for page in pages if page not in self._known])
        found = [places for page in pages if (places := self._known.get(page))]
        painter.save()
        try:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if far:
                _outline(painter, found, accent)
            else:
                _ring(painter, found, QRectF(*seen.grown(_AWAY)), accent)
        finally:
            painter.restore()

    def _look_at(self, pages: list[_Place]) -> None:
        """Look at the first of some pages, at one at the least."""
        until = perf_counter() + SHARE
        self._pending = False
        for number, (of_edges, at) in enumerate(pages, 1):
            page = (self._edges if of_edges else self._nodes).pages[at]
            rects = self._badges(page) if of_edges else self._boxes(page)
            self._known[of_edges, at] = [QRectF(*rect.grown(_AWAY)) for rect in rects]
            if perf_counter() >= until:
                self._pending = number < len(pages)
                return

    def _badges(self, page: Page) -> list[Rect]:
        return [badge.rect for badge in page.badges() if badge.node in self.names]

    def _boxes(self, page: Page) -> list[Rect]:
        if self.names.isdisjoint(page.ids()):
            return []
        return [mark.rect for mark in page.read() if mark.id in self.names]


def _ring(painter: QPainter, found: list[list[QRectF]], seen: QRectF, accent: str) -> None:
    pen = QPen(colour(accent), _PEN)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for places in found:
        for place in places:
            if place.intersects(seen):
                painter.drawRoundedRect(place, _CORNER, _CORNER)


def _outline(painter: QPainter, found: list[list[QRectF]], accent: str) -> None:
    """Draw thin lines twice, a pixel apart: Qt takes five times as long over one wider line."""
    pen = QPen(colour(accent), 1)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    pixel = 1 / painter.worldTransform().m11()
    for _ in range(2):
        for places in found:
            painter.drawRects(places)
        painter.translate(pixel, pixel)
