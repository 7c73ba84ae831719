"""What lies over what on the canvas: the drawing, a veil over what is dimmed, the lit part again, rings."""

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import Theme
from gradviz.export.raster import paint
from gradviz.layout.geometry import Rect
from gradviz.state.values import Selection
from gradviz.ui.overview import paint_overview
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


def paint_scene(painter: QPainter, scene: Scene, view: Viewport, seen: Rect, look: Look) -> None:
    """Paint the part of a scene that is seen. The painter's units are the panel's pixels and are left so."""
    part = scene.part(seen)
    lit = look.selection.lit
    painter.save()
    try:
        painter.scale(view.scale, view.scale)
        painter.translate(-view.x, -view.y)
        _paint(painter, part, view, seen, look.theme)
        if look.dimmed or lit is not None:
            painter.fillRect(QRectF(*seen), _veil(look.theme, _OLD if look.dimmed else _UNLIT))
        if lit is not None and not look.dimmed:
            _paint(painter, _only(part, lit), view, seen, look.theme)
        _rings(painter, part, look)
    finally:
        painter.restore()


def _paint(painter: QPainter, part: Drawing, view: Viewport, seen: Rect, theme: Theme) -> None:
    if view.scale < FAR:
        paint_overview(part, theme, painter)
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(part, theme, painter, QRectF(*seen))


def _only(part: Drawing, lit: frozenset[str]) -> Drawing:
    nodes = tuple(mark for mark in part.nodes if mark.id in lit)
    edges = tuple(mark for mark in part.edges if mark.id in lit)
    return part._replace(frames=(), titles=(), legend=(), nodes=nodes, edges=edges)


def _veil(theme: Theme, share: float) -> QColor:
    veil = colour(theme.ground)
    veil.setAlphaF(share)
    return veil


def _rings(painter: QPainter, part: Drawing, look: Look) -> None:
    """Ring the selected nodes, whatever their own colours are."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(colour(look.accent), 2.5)
    pen.setCosmetic(True)
    painter.setPen(pen)
    for mark in part.nodes:
        if mark.id in look.selection.marks:
            painter.drawRoundedRect(QRectF(*mark.rect.grown(5)), 12, 12)
