"""What has been painted of a panel, kept: a pan paints what comes into sight, a step what has become another.

What takes long is painted a slice a frame, so that no frame waits for all of it. Until it is whole, what was there
before stands in for it; what comes into sight at a pan is seen as far as it has been painted.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from math import ceil, floor
from time import perf_counter
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QPainter, QPixmap

from gradviz.layout.geometry import Rect, Size
from gradviz.ui.graph.painting.viewport import Viewport

SLICE = 0.008  # seconds of one frame in which something is painted, and the piece that is begun then
_HELD = 2000  # places of which note is taken each on its own
_APART = 16  # places that are painted each on its own; more of them are painted together
_REACH = 16.0  # drawing units; how far pens, arrow heads and bars reach out of a mark's rectangle

Piece = Callable[[QPainter], None]  # paints something in the units of the drawing, in no more than a millisecond or two
Pieces = Callable[[Rect], Iterator[Piece]]  # what there is to paint in a part of the drawing


class Place(NamedTuple):
    """Where a panel lies on the drawing, in whole pixels of the device."""

    left: int
    top: int
    scale: float  # pixels for one unit of the drawing
    size: QSize

    @property
    def rect(self) -> QRect:
        """The part of the plane that is seen."""
        return QRect(QPoint(self.left, self.top), self.size)

    def view(self, ratio: float) -> Viewport:
        """The view of this place, in pixels of the panel."""
        return Viewport(self.left / self.scale, self.top / self.scale, self.scale / ratio)


def placed(view: Viewport, panel: Size, ratio: float) -> Place:
    """Return where a panel lies under a view; `ratio` pixels of the device are one of the panel."""
    scale = view.scale * ratio
    size = QSize(round(panel.width * ratio), round(panel.height * ratio))
    return Place(round(view.x * scale), round(view.y * scale), scale, size)


class _Job(NamedTuple):
    """A part of the plane that is to be painted. Those of two jobs do not overlap: what is faint is painted once."""

    region: QRect
    pieces: Iterator[Piece]

    def within(self, place: QRect) -> "_Job":
        """Do no more where nobody sees it: what comes back into sight is a job of its own."""
        return self._replace(region=self.region.intersected(place))


class Backing:
    """The pixels of one panel."""

    def __init__(self, share: float = SLICE) -> None:
        """Begin with nothing painted.

        Args:
            share: seconds of one frame in which this panel may paint.
        """
        self._share = share
        self._picture = QPixmap()
        self._place: Place | None = None
        self._key: object = None
        self._jobs: list[_Job] = []
        self._spoilt: list[Rect] = []  # of the drawing: what has become another since it was painted
        self._before: tuple[QPixmap, Place] | None = None  # what stands in until there is no job left

    @property
    def pending(self) -> bool:
        """Whether another frame is needed."""
        return bool(self._jobs)

    def spoil(self, places: Iterable[Rect]) -> None:
        """Take note of parts of the drawing in which something has become another."""
        self._spoilt += places
        if len(self._spoilt) > _HELD:  # nobody has looked for long
            self._spoilt = [reduce(Rect.united, self._spoilt)]

    def show(self, painter: QPainter, place: Place, key: object, ground: QColor, pieces: Pieces) -> None:
        """Paint the panel.

        Args:
            painter: in pixels of the device, its origin at the corner of the panel.
            place: where the panel lies.
            key: what the picture depends on beside the place. Another one: all is painted anew.
            ground: under everything.
            pieces: what there is to paint.
        """
        was = self._place
        moved = was is None or (was.scale, was.size) != (place.scale, place.size)
        if was is None or moved or key != self._key or (self._jobs and self._spoilt):
            if was is not None and not self._jobs:
                self._before = self._picture, was
            self._picture, self._jobs = QPixmap(place.size), []
            regions = [place.rect]
        else:
            if self._spoilt:
                self._before = QPixmap(self._picture), was
            if was != place:
                self._picture.scroll(was.left - place.left, was.top - place.top, self._picture.rect())
                self._jobs = [job.within(place.rect) for job in self._jobs if job.region.intersects(place.rect)]
            regions = [*_beyond(place.rect, was.rect), *_spoilt(self._spoilt, place, was.rect)]
        self._jobs += [_job(region, place.scale, pieces) for region in regions]
        self._spoilt = []
        self._place, self._key = place, key
        self._clear(place, regions, ground)
        self._work(place)
        if self._before is None:
            painter.drawPixmap(0, 0, self._picture)
        else:
            painter.fillRect(self._picture.rect(), ground)
            _draw_moved(painter, *self._before, place)

    def _clear(self, place: Place, regions: list[QRect], ground: QColor) -> None:
        """Paint nothing but the ground: what was there is not what is painted next."""
        if regions:
            painter = QPainter(self._picture)
            try:
                painter.translate(-place.left, -place.top)
                for region in regions:
                    painter.fillRect(region, ground)
            finally:
                painter.end()

    def _work(self, place: Place) -> None:
        """Do what there is to do, as far as it goes into one frame."""
        until, late = perf_counter() + self._share, False
        while self._jobs and not late:
            painter = QPainter(self._picture)
            try:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.translate(-place.left, -place.top)
                painter.setClipRect(self._jobs[0].region)
                painter.scale(place.scale, place.scale)
                for piece in self._jobs[0].pieces:
                    piece(painter)
                    late = perf_counter() >= until
                    if late:
                        break
                else:
                    self._jobs.pop(0)
            finally:
                painter.end()
        if not self._jobs:
            self._before = None


def _beyond(now: QRect, was: QRect) -> Iterator[QRect]:
    """Yield what of one rectangle is not in another of its size: at most a strip beside and one above or below."""
    stays = now.intersected(was)
    if stays.isEmpty():
        yield now
        return
    if stays.width() < now.width():
        left = now.left() if stays.left() > now.left() else stays.right() + 1
        yield QRect(left, now.top(), now.width() - stays.width(), now.height())
    if stays.height() < now.height():
        top = now.top() if stays.top() > now.top() else stays.bottom() + 1
        yield QRect(stays.left(), top, stays.width(), now.height() - stays.height())


def _spoilt(parts: list[Rect], place: Place, was: QRect) -> list[QRect]:
    """What of the panel shows parts of the drawing, apart where it does not overlap and where they are few.

    What comes into sight is painted anyhow, and left out.
    """
    seen = [region for part in parts if not (region := touched(part, place).intersected(was)).isEmpty()]
    if len(seen) > _APART:
        return [reduce(QRect.united, seen)]
    found: list[QRect] = []
    for region in seen:
        while other := next((one for one in found if one.intersects(region)), None):
            found.remove(other)
            region = region.united(other)
        found.append(region)
    return found


def touched(part: Rect, place: Place) -> QRect:
    """Return what of the plane shows a part of the drawing and all that reaches out of it, as far as it is seen."""
    x, y, width, height = part.grown(_REACH)
    left, top = floor(x * place.scale), floor(y * place.scale)
    right, bottom = ceil((x + width) * place.scale), ceil((y + height) * place.scale)
    return QRect(left, top, right - left, bottom - top).intersected(place.rect)


def _job(region: QRect, scale: float, pieces: Pieces) -> _Job:
    corner, size = region.topLeft(), region.size()
    part = Rect(corner.x() / scale, corner.y() / scale, size.width() / scale, size.height() / scale).grown(_REACH)
    return _Job(region, pieces(part))


def _draw_moved(painter: QPainter, picture: QPixmap, was: Place, place: Place) -> None:
    """Draw what was painted at another place, as large and where it is at this one."""
    factor = place.scale / was.scale
    corner = QPointF(was.left * factor - place.left, was.top * factor - place.top)
    painter.drawPixmap(QRectF(corner, QSizeF(was.size) * factor), picture, QRectF(picture.rect()))
