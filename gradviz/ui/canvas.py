"""The graph: one widget that paints the visible part of a Drawing and lets a person walk about in it.

It decides no colour, label or position of the drawing; it knows where it looks (a Viewport) and what is lit.
"""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from gradviz.drawing.shapes import Drawing, Mark
from gradviz.drawing.theme import THEMES, Theme
from gradviz.layout.geometry import Rect, Size
from gradviz.state.values import NOTHING, Selection
from gradviz.ui.card import Card
from gradviz.ui.layers import Look, paint_scene
from gradviz.ui.plain import plain
from gradviz.ui.scene import Arrow, Scene
from gradviz.ui.theme import Colours, colour
from gradviz.ui.viewport import Viewport, first_look, fitted

_STEP = 1.25  # zoom of one key press
_WHEEL = 1.0015  # zoom of one eighth of a degree of the wheel
_ROOMIER = 1.3  # times larger a view nobody moved must become before it is made anew
_SLACK = 6.0  # pixels from an edge that still mean it
_DRAG = 4  # pixels before a press becomes a drag
_REST = 180  # milliseconds the pointer rests before the card comes
_ARROWS: dict[int, Arrow] = {
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
}


class Canvas(QWidget):
    """The graph's panel.

    Signals:
        markChosen: the id of the mark the person selected; None: nothing.
        lineWanted: the source line of a mark that was opened.
        scaled: the scale after a change.
        painted: the first picture of the panel is on the screen.
    """

    markChosen = Signal(object)
    lineWanted = Signal(int)
    scaled = Signal(float)
    painted = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._theme: Theme = THEMES["light"]
        self._scene = Scene(Drawing(Size(0, 0), (), (), ()))
        self._view = Viewport()
        self._document: int | None = None  # what the view was first made for
        self._by_hand = False  # the person has moved the view of this document
        self._selection = NOTHING
        self._dimmed = False
        self._words = ""  # instead of a drawing
        self._pressed: QPointF | None = None
        self._dragging = False
        self._space = False
        self._unseen = True
        self._at = QPoint()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(200, 160)
        self.setAccessibleName(self.tr("Graph"))
        self._card = Card(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self._show_card)

    @property
    def view(self) -> Viewport:
        """Where the panel looks."""
        return self._view

    @property
    def scene(self) -> Scene:
        """What it looks at."""
        return self._scene

    @property
    def words(self) -> str:
        """What is said in place of a drawing."""
        return self._words

    @property
    def card(self) -> Card:
        """The card of the mark under the pointer."""
        return self._card

    # What the window says.

    def apply(self, colours: Colours, theme: Theme) -> None:
        """Take on other colours."""
        self._colours, self._theme = colours, theme
        self.update()

    def show_drawing(self, drawing: Drawing, document: int) -> None:
        """Show another drawing. The view stays with what it showed, unless the program is another."""
        before, self._scene = self._scene, Scene(drawing)
        self._card.hide()
        self.setAccessibleDescription(plain(drawing.description))
        if document != self._document or not before.drawing.nodes:
            self._document, self._by_hand = document, False
            self._look(self._first_look())
        else:
            self._look(self._next_view(before))

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

    def reveal(self, name: str) -> None:
        """Move the view by no more than needed to see a mark."""
        mark = self._scene.mark(name)
        if mark:
            self._look(self._view.showing(mark.rect, self._panel()))

    def fit(self) -> None:
        """Show the whole drawing."""
        self._by_hand = False
        self._look(fitted(self._scene.drawing.size, self._panel()))

    def zoom(self, factor: float) -> None:
        """Zoom about the middle."""
        self._zoom(factor, self.width() / 2, self.height() / 2)

    def zoom_to(self, scale: float) -> None:
        """Zoom to a scale about the middle."""
        self.zoom(scale / self._view.scale)

    # What the person does.

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; a touchpad pans; Shift goes sideways."""
        keys, turned, pixels = event.modifiers(), event.angleDelta(), event.pixelDelta()
        touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
        smooth = not pixels.isNull() and (touchpad or event.phase() != Qt.ScrollPhase.NoScrollPhase)
        at = event.position()
        if keys & Qt.KeyboardModifier.ControlModifier:
            self._zoom(_WHEEL ** (turned.y() or turned.x()), at.x(), at.y())
        elif smooth:
            self._pan(pixels.x(), pixels.y())
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            self._pan((turned.y() or turned.x()) / 2, 0)
        else:
            self._pan(turned.x() / 2, 0)
            self._zoom(_WHEEL ** turned.y(), at.x(), at.y())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinch zooms."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom(1 + event.value(), event.position().x(), event.position().y())
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        self._card.hide()
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position()
            self._dragging = self._space or event.button() == Qt.MouseButton.MiddleButton
            self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the view, or wait to show the card of what the pointer rests on."""
        if self._pressed is None:
            self._at = event.position().toPoint()
            self._card.hide()
            self._rest.start()
            hit = self._hit(event.position())
            self.setCursor(Qt.CursorShape.PointingHandCursor if hit else Qt.CursorShape.ArrowCursor)
            return
        moved = event.position() - self._pressed
        if self._dragging or moved.manhattanLength() >= _DRAG:
            self._dragging = True
            self._pressed = event.position()
            self._show_cursor()
            self._pan(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press that was no drag selects."""
        clicked = self._pressed is not None and not self._dragging
        self._pressed, self._dragging = None, False
        self._show_cursor()
        if clicked and event.button() == Qt.MouseButton.LeftButton:
            mark = self._hit(event.position())
            self.markChosen.emit(mark.id if mark else None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go to the line of the mark."""
        self._open(self._hit(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Take the card away."""
        self._rest.stop()
        self._card.hide()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk along edges, zoom and fit; only while the graph has the focus."""
        key, text = event.key(), event.text()
        if key in _ARROWS:
            self._walk(_ARROWS[key])
        elif key == Qt.Key.Key_Escape:
            self._card.hide()
            self.markChosen.emit(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self._current())
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif text == "f":
            self.fit()
        elif text in ("+", "="):
            self.zoom(_STEP)
        elif text == "-":
            self.zoom(1 / _STEP)
        elif text == "1":
            self.zoom_to(1.0)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space let go no longer pans."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key let go elsewhere is let go."""
        self._space = False
        super().focusOutEvent(event)
        self.update()

    # Moving.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is in the middle in the middle."""
        old = event.oldSize()
        if old.isValid():
            dx, dy = (self.width() - old.width()) / 2, (self.height() - old.height()) / 2
            self._look(self._view.panned(dx, dy))
            if not self._by_hand and not self._view.holds(self._scene.drawing.size, self._panel()):
                self._look(self._first_look())

    def _panel(self) -> Size:
        return Size(float(self.width()), float(self.height()))

    def _look(self, view: Viewport) -> None:
        if view != self._view:
            scaled = view.scale != self._view.scale
            self._view = view
            self._card.hide()
            if scaled:
                self.scaled.emit(view.scale)
        self.update()

    def _pan(self, dx: float, dy: float) -> None:
        self._by_hand = True
        self._look(self._view.panned(dx, dy))

    def _zoom(self, factor: float, x: float, y: float) -> None:
        self._by_hand = True
        self._look(self._view.zoomed(factor, x, y))

    def _kept(self, before: Scene) -> Viewport:
        """Return the view under which a node that is still there stays where it was on the panel."""
        middle = self._view.seen(self._panel()).center
        names = [mark.id for mark in before.drawing.nodes]
        anchor = before.nearest(middle, (name for name in names if self._scene.mark(name)))
        now = self._scene.mark(anchor.id) if anchor else None
        if anchor is None or now is None:
            return self._view
        dx, dy = now.rect.center.x - anchor.rect.center.x, now.rect.center.y - anchor.rect.center.y
        return self._view._replace(x=self._view.x + dx, y=self._view.y + dy)

    def _first_look(self) -> Viewport:
        drawing = self._scene.drawing
        start = drawing.nodes[0].rect if drawing.nodes else Rect(0, 0, 0, 0)
        return first_look(drawing.size, self._panel(), start)

    def _next_view(self, before: Scene) -> Viewport:
        """Return where to look after a change: where the person put the view; else where all of it is well seen."""
        size, panel = self._scene.drawing.size, self._panel()
        kept, new = self._kept(before), self._first_look()
        if self._by_hand:
            return new if kept.misses(size, panel) else kept
        return kept if kept.holds(size, panel) and new.scale < kept.scale * _ROOMIER else new

    def _hit(self, at: QPointF) -> Mark | None:
        return self._scene.hit(self._view.to_drawing(at.x(), at.y()), _SLACK / self._view.scale)

    def _current(self) -> Mark | None:
        return next((mark for mark in map(self._scene.mark, sorted(self._selection.marks)) if mark), None)

    def _walk(self, arrow: Arrow) -> None:
        here = self._current()
        middle = self._view.seen(self._panel()).center
        nodes = (mark.id for mark in self._scene.drawing.nodes)
        there = self._scene.step(here.id, arrow) if here else self._scene.nearest(middle, nodes)
        if there:
            self.markChosen.emit(there.id)
            self.reveal(there.id)

    def _open(self, mark: Mark | None) -> None:
        if mark and mark.line:
            self.lineWanted.emit(mark.line)

    def _show_cursor(self) -> None:
        if self._dragging:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self.setCursor(Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.ArrowCursor)

    def _show_card(self) -> None:
        mark = self._hit(QPointF(self._at))
        if mark and (mark.title or mark.description):
            self._card.show_at(self._at, mark.title, mark.description)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is seen."""
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), colour(self._theme.ground))
            if self._words:
                self._paint_words(painter)
            else:
                look = Look(self._selection, self._dimmed, self._theme, self._colours.accent)
                paint_scene(painter, self._scene, self._view, self._view.seen(self._panel()), look)
            if self.hasFocus():
                painter.setPen(QPen(colour(self._colours.accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        finally:
            painter.end()
        if self._unseen:
            self._unseen = False
            QTimer.singleShot(0, self, self.painted.emit)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setPen(colour(self._colours.muted))
        area = self.rect().adjusted(40, 20, -40, -20)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
