"""What lies over what on the canvas: the drawing, a veil over what is dimmed, the lit part again, rings, an arrow."""

from collections.abc import Iterator
from functools import cached_property, partial
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.shapes import Mark
from gradviz.drawing.theme import Theme
from gradviz.export.raster import paint_mark
from gradviz.layout.geometry import Rect, Size
from gradviz.state.values.chosen import Selection
from gradviz.ui.graph.painting.backing import Backing, Piece, Place
from gradviz.ui.graph.painting.overview import Overview
from gradviz.ui.graph.painting.rings import Rings
from gradviz.ui.graph.painting.scene import Scene
from gradviz.ui.style.theme import colour

FAR = 0.3  # scale below which text cannot be read and is not painted
_OLD = 0.45  # how much of the ground lies over a drawing that is not of the program as it stands: still read
_UNLIT = 0.7  # and over what a selection leaves aside
_PEN = 4  # pixels, of the ring round what has just been done
_AWAY = 4  # drawing units from a box to it: the labels of the edges that enter stand close above
_BESIDE = 2.1  # how far the arrow reaches from the ring, in halves of its height
_NONE = Marks(())


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
        self._before = None if before is None else before.made
        self._backing: Backing = Backing() if before is None else before._backing
        self._backing.spoil(scene.changed)
        self._only = (frozenset[str](), Overview(_NONE, _NONE, _NONE))  # the lit part of the overview, made last
        self._rings: Rings = Rings(scene.nodes, scene.edges, frozenset()) if before is None else before._rings

    @property
    def pending(self) -> bool:
        """Whether another frame is needed until all is painted."""
        return self._backing.pending or self._rings.pending

    def paint(self, painter: QPainter, place: Place, ratio: float, look: Look) -> None:
        """Paint the part of the scene that is seen.

        Args:
            painter: in the panel's pixels, and left so.
            place: where the panel lies on the drawing.
            ratio: pixels of the device for one of the panel.
            look: how it is shown.
        """
        view = place.view(ratio)
        far = view.scale < FAR
        key = (far, look.theme, look.dimmed, look.lit)
        painter.save()
        try:
            painter.scale(1 / ratio, 1 / ratio)
            pieces = partial(self._far if far else self._near, look)
            self._backing.show(painter, place, key, colour(look.theme.ground), pieces)
            painter.scale(place.scale, place.scale)
            painter.translate(-view.x, -view.y)
            seen = view.seen(Size(place.size.width() / ratio, place.size.height() / ratio))
            self._ringed(look.selection.marks).paint(painter, seen, look.accent, far=far)
            _paint_done(painter, self._scene, view.scale, look)
        finally:
            painter.restore()

    @cached_property
    def overview(self) -> Overview:
        """All of the scene from far away."""
        scene = self._scene
        return Overview(scene.frames, scene.edges, scene.nodes, self._before)

    @property
    def made(self) -> Overview | None:
        """The overview, if anybody has looked from afar; or that of a scene before."""
        return self.__dict__.get("overview", self._before)

    def _far(self, look: Look, part: Rect) -> Iterator[Piece]:
        yield from self.overview.pieces(look.theme, part)
        yield partial(_veil, part, look)
        if look.lit is not None:
            yield from self._lit(look.lit).pieces(look.theme, part)

    def _near(self, look: Look, part: Rect) -> Iterator[Piece]:
        scene, lit = self._scene, list[Mark]()
        for marks in (scene.frames, scene.edges, scene.titles, scene.nodes, scene.legend):
            names = look.lit if marks is scene.edges or marks is scene.nodes else None
            for page in marks.touching(part):
                yield _nothing  # a page takes time to open, whatever of it is seen
                for mark in page:
                    yield partial(paint_mark, mark, look.theme, visible=part)
                    if names is not None and mark.id in names:
                        lit.append(mark)
        yield partial(_veil, part, look)
        if look.lit is not None:
            # The legend is of no node: nothing that is selected leaves it aside.
            for mark in (*lit, *scene.legend.within(part)):
                yield partial(paint_mark, mark, look.theme, visible=part)

    def _ringed(self, names: frozenset[str]) -> Rings:
        if self._rings.names is not names:
            self._rings = Rings(self._scene.nodes, self._scene.edges, names)
        return self._rings

    def _lit(self, lit: frozenset[str]) -> Overview:
        if self._only[0] is not lit:
            self._only = (lit, Overview(_NONE, self._scene.edges, self._scene.nodes, only=lit))
        return self._only[1]


def _nothing(painter: QPainter) -> None:
    """Paint nothing."""


def _veil(part: Rect, look: Look, painter: QPainter) -> None:
    """Fade what has been painted, where it is old or something else is lit."""
    if look.dimmed or look.lit is not None:
        veil = colour(look.theme.ground)
        veil.setAlphaF(_OLD if look.dimmed else _UNLIT)
        painter.fillRect(QRectF(*part), veil)


def done_room(mark: Mark, scale: float) -> Rect:
    """Return the part of a drawing in which `_paint_done` paints, up to the width of its pen."""
    x, y, width, height = mark.rect.grown(_AWAY)
    size = _arrow(scale)
    beside, above = _BESIDE * size, max(0.0, size - height / 2)
    return Rect(x - beside, y - above, width + 2 * beside, height + 2 * above).grown(_PEN / scale)


def _arrow(scale: float) -> float:
    """Half the height of the arrow: as large on the panel however far away the drawing is."""
    return max(9.0, 9.0 / scale)


def _paint_done(painter: QPainter, scene: Scene, scale: float, look: Look) -> None:
    """Put a heavy ring round what has just been done and, as in the program, a hollow arrow at its left.

    Where another box stands there, and none at its right, the arrow points at it from the right.
    """
    mark = scene.mark(look.done) if look.done else None
    if mark is None or look.dimmed:
        return
    pen = QPen(colour(look.step), _PEN)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    place, size = mark.rect.grown(_AWAY), _arrow(scale)
    painter.drawRoundedRect(QRectF(*place), 12, 12)
    left = Rect(place.x - _BESIDE * size, place.center.y - size, _BESIDE * size, 2 * size)
    right = left._replace(x=place.right)
    other_side = _taken(left, scene, mark) and not _taken(right, scene, mark)
    tip, tail = (place.right + size / 2, right.right) if other_side else (place.x - size / 2, left.x)
    painter.setBrush(colour(look.theme.ground))
    painter.drawPolygon([QPointF(tail, left.y), QPointF(tail, left.bottom), QPointF(tip, place.center.y)])


def _taken(place: Rect, scene: Scene, mark: Mark) -> bool:
    """Whether another box stands where the arrow that points at one would."""
    return any(one.id != mark.id for one in scene.nodes.within(place))
