"""The graph as it is seen: one widget that paints the visible part of a Drawing and decides where to look.

It decides no colour, label or position of the drawing, and knows nothing of keys and mice.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from gradviz.drawing.shapes import Drawing, Mark, Role, region_mark
from gradviz.drawing.theme import THEMES, Theme
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.model.graph.modules import MODULE
from gradviz.state.values.chosen import NOTHING, Selection
from gradviz.ui.graph.painting.backing import placed, touched
from gradviz.ui.graph.painting.fading import Fading
from gradviz.ui.graph.painting.headings import paint_headings
from gradviz.ui.graph.painting.layers import Layers, Look, done_room
from gradviz.ui.graph.painting.scene import Scene
from gradviz.ui.graph.painting.viewport import WHOLE, Viewport, first_look, fitted, fitted_to, look_at_columns
from gradviz.ui.style.plain import plain
from gradviz.ui.style.theme import Colours, colour

# What the view keeps to: all of the drawing, or its beginning where all is too small to read; all of it, however
# small, since the person asked for that; or where the person moved it, or it was as the drawing outgrew the panel.
Keeps = Literal["start", "whole", "hand"]


class Gaze(NamedTuple):
    """Where a panel looks, in a form that holds in a panel of another size as well."""

    keeps: Keeps
    scale: float
    middle: Point  # of what is seen, in the drawing


class GraphView(QWidget):
    """Paints a drawing and holds the view of it.

    Signals:
        scaled: the scale after a change.
        looked: the part of the drawing that is seen, after it changed.
        painted: the first picture of the panel is on the screen.
    """

    scaled = Signal(float)
    looked = Signal(object)
    painted = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._theme: Theme = THEMES["light"]
        self._scene = Scene(Drawing(Size(0, 0), (), (), ()))
        self._layers = Layers(self._scene)
        self._view = Viewport()
        self._keeps: Keeps = "start"
        self._life = 1.0  # the scale at which text in it is as large as that around it
        self._document: object = None  # what the view was first made for
        self._fading = Fading(self)
        self._selection = NOTHING
        self._done: str | None = None  # the mark of what has just been done, while a step is shown
        self._ring: Rect | None = None  # the part of the drawing that tells of it
        self._dimmed = False
        self._words = ""  # instead of a drawing
        self._unseen = True
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(200, 160)
        self.setAccessibleName(self.tr("Graph"))

    @property
    def view(self) -> Viewport:
        """Where the panel looks."""
        return self._view

    @property
    def scene(self) -> Scene:
        """What it looks at."""
        return self._scene

    @property
    def layers(self) -> Layers:
        """What paints it."""
        return self._layers

    @property
    def fading(self) -> Fading:
        """What has left the drawing and is still to be seen."""
        return self._fading

    @property
    def seen(self) -> Rect:
        """The part of the drawing that is seen."""
        return self._view.seen(self._panel())

    @property
    def selection(self) -> Selection:
        """What is lit."""
        return self._selection

    @property
    def current(self) -> Mark | None:
        """The one that is selected, or the first by its id."""
        return next(self._selected(), None)

    @property
    def gaze(self) -> Gaze:
        """Where it looks, for a panel that takes its place."""
        return Gaze(self._keeps, self._view.scale, self.seen.center)

    @property
    def words(self) -> str:
        """What is said in place of a drawing."""
        return self._words

    # What is shown.

    def apply(self, colours: Colours, theme: Theme) -> None:
        """Take on other colours."""
        self._colours, self._theme = colours, theme
        self.update()

    def show_drawing(self, drawing: Drawing, document: object) -> None:
        """Show another drawing: all of it, unless the person has moved the view and it shows something still.

        One that has been fitted, and has grown so that it could be read no longer, stays as large as it was.
        """
        self._fading.end()
        before, self._scene = self._scene, Scene(drawing, self._scene)
        self._layers = Layers(self._scene, self._layers if self._scene.stays else None)
        self.setAccessibleDescription(plain(drawing.description))
        if self._keeps == "whole" and self._home().scale < WHOLE * self._life <= self._view.scale:
            self._keeps = "hand"
        hand = self._keeps == "hand"
        kept = self._kept(before) if hand and not self._scene.stays else self._view
        another = document != self._document or not before.nodes
        if another or (hand and self._scene.bare(kept.seen(self._panel()))):
            self._document, self._keeps = document, "start"
        view = kept if self._keeps == "hand" else self._home()
        if self._scene.stays and view == self._view:
            self._renew(*self._scene.changed)
        else:
            self._look(view)
        self._ring_done()

    def let_fade(self, drawing: Drawing) -> None:
        """Let go of a drawing of the same places: what it has beyond the one that is shown fades."""
        shown = self._scene
        self._fading.begin(
            drawing._replace(
                frames=(),
                titles=(),
                legend=(),
                nodes=tuple(mark for mark in drawing.nodes if shown.mark(mark.id) != mark),
                edges=tuple(mark for mark in drawing.edges if shown.mark(mark.id) != mark),
            )
        )

    def show_words(self, words: str) -> None:
        """Say this where there is nothing to draw; nothing where it is empty."""
        if words != self._words:
            self._words = words
            self.update()

    def dim(self, dimmed: bool) -> None:
        """Fade the drawing: it is not of the program as it stands."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.update()

    def light(self, selection: Selection) -> None:
        """Light up what is selected and fade the rest."""
        if selection != self._selection:
            self._selection = selection
            self.update()

    def mark_done(self, name: str | None) -> None:
        """Point out the mark of what has just been done; None: nothing has."""
        if name != self._done:
            self._done = name
            self._ring_done()

    def _ring_done(self) -> None:
        """Paint the ring where it is now, and what was under it where it was."""
        mark = self._scene.mark(self._done) if self._done else None
        room = None if mark is None else done_room(mark, self._view.scale)
        if room != self._ring:
            self._renew(*(one for one in (self._ring, room) if one is not None))
            self._ring = room

    def _renew(self, *parts: Rect) -> None:
        """Paint what has become another; the rest stays on the screen."""
        ratio = self.devicePixelRatioF()
        place = placed(self._view, self._panel(), ratio)
        for part in parts:
            at = touched(part, place).translated(-place.left, -place.top)
            corner, size = QPointF(at.topLeft()) / ratio, QSizeF(at.size()) / ratio
            self.update(QRectF(corner, size).toAlignedRect())

    # Where it looks.

    def reveal(self, name: str) -> None:
        """Move the view by no more than needed to see a mark; of an edge that leaves a badge, the badge."""
        mark = self._scene.mark(name)
        if mark:
            self.show_place(mark.badge or mark.rect)

    def read(self, name: str) -> None:
        """Show a mark that was looked for so large that it can be read, and else as `reveal` does."""
        mark = self._scene.mark(name)
        view = self._view.reading(mark.badge or mark.rect, self._panel(), self._life) if mark else self._view
        if view != self._view:
            self._move(view)

    def show_place(self, place: Rect) -> None:
        """Move the view by no more than needed to see a place of the drawing."""
        view = self._view.showing(place, self._panel())
        if view != self._view:
            self._move(view)

    def go_on(self, gaze: Gaze) -> None:
        """Look where the panel looked whose place this one takes."""
        there = Viewport(scale=gaze.scale).about(gaze.middle, self._panel())
        self._keeps = gaze.keeps
        self._look(there if gaze.keeps == "hand" else self._home())

    def fit(self) -> None:
        """Show the whole drawing, and each one that follows until one would be too small to read."""
        self._keeps = "whole"
        self._look(self._home())

    def fit_selection(self) -> None:
        """Show what is selected, as large as it may be."""
        marks = list(self._selected())
        if marks:
            place = marks[0].rect
            for mark in marks:
                place = place.united(mark.rect)
            self._move(fitted_to(place, self._panel(), self._life))

    def set_size(self, size: float) -> None:
        """Show text in it larger or smaller, as that around it becomes.

        Args:
            size: of text, 1.0 being the system's.
        """
        by, self._life = size / self._life, size
        if self._keeps == "hand":
            self._look(self._view.zoomed(by, self.width() / 2, self.height() / 2))
        else:
            self._look(self._home())

    def look_at(self, at: Point) -> None:
        """Bring a point of the drawing into the middle."""
        self._move(self._view.about(at, self._panel()))

    def pan(self, dx: float, dy: float) -> None:
        """Move the drawing by so many pixels."""
        self._move(self._view.panned(dx, dy))

    def zoom(self, factor: float, at: Point | None = None) -> None:
        """Zoom about a pixel; None: the middle."""
        x, y = at or (self.width() / 2, self.height() / 2)
        self._move(self._view.zoomed(factor, x, y))

    def zoom_to(self, scale: float) -> None:
        """Zoom to a scale about the middle."""
        self.zoom(scale / self._view.scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is in the middle in the middle, or all of it in view; and in sight what has just been done."""
        old = event.oldSize()
        done = self._scene.mark(self._done) if self._done else None
        before = self._view.seen(Size(float(old.width()), float(old.height())))
        if old.isValid() and self._keeps == "hand":
            self._look(self._view.panned((self.width() - old.width()) / 2, (self.height() - old.height()) / 2))
        elif old.isValid():
            self._look(self._home())
        if done is not None and old.isValid() and before.contains(done.rect.center):
            self.reveal(done.id)

    def _panel(self) -> Size:
        return Size(float(self.width()), float(self.height()))

    def _move(self, view: Viewport) -> None:
        self._keeps = "hand"
        self._look(view)

    def _look(self, view: Viewport) -> None:
        scaled, self._view = view.scale != self._view.scale, view
        if scaled:
            self.scaled.emit(view.scale)
        self.looked.emit(self.seen)
        self._ring_done()
        self.update()

    def _home(self) -> Viewport:
        """Return the view of a drawing that the person has not moved."""
        drawing = self._scene.drawing
        if self._keeps == "whole":
            return fitted(drawing.size, self._panel(), self._life)
        columns = [mark.rect for mark in drawing.frames if mark.role is Role.COLUMN]
        looked_into = [mark.rect for mark in drawing.frames if mark.id == region_mark(MODULE)]
        start = next(iter((*looked_into, *(mark.rect for mark in drawing.nodes[:1]))), Rect(0, 0, 0, 0))
        if columns:
            return look_at_columns(columns, self._panel(), start, self._life)
        return first_look(drawing.size, self._panel(), start, self._life)

    def _kept(self, before: Scene) -> Viewport:
        """Return the view under which a node that is still there stays where it was on the panel."""
        middle = self.seen.center
        anchor = before.nearest(middle, frozenset(self._scene.nodes.names()))
        now = self._scene.mark(anchor.id) if anchor else None
        if anchor is None or now is None:
            return self._view
        dx, dy = now.rect.center.x - anchor.rect.center.x, now.rect.center.y - anchor.rect.center.y
        return self._view._replace(x=self._view.x + dx, y=self._view.y + dy)

    def _selected(self) -> Iterator[Mark]:
        return filter(None, map(self._scene.mark, sorted(self._selection.marks)))

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is seen."""
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), colour(self._theme.ground))
            if self._words:
                self._paint_words(painter)
            else:
                look = Look(
                    self._selection, self._dimmed, self._theme, self._colours.accent, self._done, self._colours.step
                )
                place = placed(self._view, self._panel(), ratio := self.devicePixelRatioF())
                self._layers.paint(painter, place, ratio, look)
                self._fading.paint(painter, place.view(ratio), self.seen, self._theme)
                paint_headings(painter, self._scene.columns, self._view, self._panel(), self._colours)
            if self.hasFocus():
                painter.setPen(QPen(colour(self._colours.accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        finally:
            painter.end()
        if self._layers.pending:
            QTimer.singleShot(0, self, self.update)
        if self._unseen:
            self._unseen = False
            QTimer.singleShot(0, self, self.painted.emit)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setPen(colour(self._colours.muted))
        area = self.rect().adjusted(40, 20, -40, -20)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
