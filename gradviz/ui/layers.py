"""What lies over what on the canvas: the drawing, a veil over what is dimmed, the lit part again, rings, an arrow."""

from functools import cached_property
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gradviz.drawing.shapes import Mark
from gradviz.drawing.theme import Theme
from gradviz.export.raster import paint
from gradviz.layout.geometry import Rect
from gradviz.state.values import Selection
from gradviz.ui.overview import Overview
from gradviz.ui.scene import Scene
from gradviz.ui.theme import colour
from gradviz.ui.viewport import Viewport

FAR = 0.3  # scale below which text cannot be read and is not painted
_OLD = 0.45  # how much of the ground lies over a drawing that is not of the program as it stands: still read
_UNLIT = 0.7  # and over what a selection leaves aside


class Look(NamedTuple):
    """How the canvas shows its drawing now."""

    selection: Selection
    dimmed: bool
    theme: Theme
    accent: str
    done: str | None  # the mark of what has just been done
    step: str  # the colour that points it out

    @property
    def lit(self) -> frozenset[str] | None:
        """What is lit while the rest is faded; None: nothing is, or all is old."""
        return None if self.dimmed else self.selection.lit


class Layers:
    """One scene, painted over and over."""

    def __init__(self, scene: Scene, before: "Layers | None" = None) -> None:
        """Paint a scene.

        Args:
            scene: what is shown.
            before: of the scene in whose places everything still stands.
        """
        self._scene = scene
        self._before = before.made if before is not None else None
        self._only = (frozenset[str](), Overview((), (), ()))  # the lit part of the overview, made last

    def paint(self, painter: QPainter, view: Viewport, seen: Rect, look: Look) -> None:
        """Paint the part of the scene that is seen. The painter's units are the panel's pixels and are left so."""
        painter.save()
        try:
            painter.scale(view.scale, view.scale)
            painter.translate(-view.x, -view.y)
            if view.scale < FAR:
                self._paint_far(painter, seen, look)
            else:
                self._paint_near(painter, seen, look)
            _rings(painter, self._scene, seen, look)
            _paint_done(painter, self._scene, view.scale, look)
        finally:
            painter.restore()

    @cached_property
    def overview(self) -> Overview:
        """All of the scene from far away."""
        drawing = self._scene.drawing
        return Overview(drawing.frames, drawing.edges, drawing.nodes, self._before)

    @property
    def made(self) -> Overview | None:
        """The overview, if anybody has looked from afar; or that of a scene before."""
        return self.__dict__.get("overview", self._before)

    def _paint_far(self, painter: QPainter, seen: Rect, look: Look) -> None:
        self.overview.paint(painter, look.theme, seen)
        _veil(painter, seen, look)
        if look.lit is not None:
            self._lit(look.lit).paint(painter, look.theme, seen)

    def _paint_near(self, painter: QPainter, seen: Rect, look: Look) -> None:
        part = self._scene.part(seen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(part, look.theme, painter, QRectF(*seen))
        _veil(painter, seen, look)
        if look.lit is not None:
            nodes, edges = _among(part.nodes, look.lit), _among(part.edges, look.lit)
            # The legend is of no node: nothing that is selected leaves it aside.
            paint(part._replace(frames=(), titles=(), nodes=nodes, edges=edges), look.theme, painter, QRectF(*seen))

    def _lit(self, lit: frozenset[str]) -> Overview:
        if self._only[0] is not lit:
            drawing = self._scene.drawing
            self._only = (lit, Overview((), _among(drawing.edges, lit), _among(drawing.nodes, lit)))
        return self._only[1]


def _among(marks: tuple[Mark, ...], lit: frozenset[str]) -> tuple[Mark, ...]:
    return tuple(mark for mark in marks if mark.id in lit)


def _veil(painter: QPainter, seen: Rect, look: Look) -> None:
    """Fade what has been painted, where it is old or something else is lit."""
    if look.dimmed or look.lit is not None:
        veil = colour(look.theme.ground)
        veil.setAlphaF(_OLD if look.dimmed else _UNLIT)
        painter.fillRect(QRectF(*seen), veil)


def _rings(painter: QPainter, scene: Scene, seen: Rect, look: Look) -> None:
    """Ring the selected nodes, whatever their own colours are."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(colour(look.accent), 2.5)
    pen.setCosmetic(True)
    painter.setPen(pen)
    for mark in map(scene.mark, look.selection.marks):
        if mark and not mark.ends and mark.rect.grown(5).overlaps(seen):
            painter.drawRoundedRect(QRectF(*mark.rect.grown(5)), 12, 12)


def _paint_done(painter: QPainter, scene: Scene, scale: float, look: Look) -> None:
    """Put a heavy ring round what has just been done and, as in the program, a hollow arrow at its left."""
    mark = scene.mark(look.done) if look.done else None
    if mark is None or look.dimmed:
        return
    pen = QPen(colour(look.step), 4)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    place = mark.rect.grown(4)  # the labels of the edges that enter stand close above
    painter.drawRoundedRect(QRectF(*place), 12, 12)
    size = max(9.0, 9.0 / scale)  # as large on the panel however far away the drawing is
    tip, middle = place.x - size / 2, place.center.y
    painter.setBrush(colour(look.theme.ground))
    painter.drawPolygon(
        [QPointF(tip - 1.6 * size, middle - size), QPointF(tip - 1.6 * size, middle + size), QPointF(tip, middle)]
    )
