"""The graph under a person's hands: pointing, dragging, the wheel, the keys that walk along its edges."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from gradviz.drawing.shapes import Drawing, Mark
from gradviz.layout.geometry import Point
from gradviz.picture.picture import Keeps
from gradviz.state.values.chosen import Chosen, Selection
from gradviz.state.values.look import Wheel
from gradviz.ui.graph.graphview import GraphView
from gradviz.ui.graph.painting.scene import Arrow, Scene, Stand
from gradviz.ui.graph.painting.viewport import WHOLE, Viewport
from gradviz.ui.graph.pointing import Pointing
from gradviz.ui.graph.reading import Reading
from gradviz.ui.style.card import Card
from gradviz.ui.style.flags import FLAG_KEYS
from gradviz.ui.style.theme import Colours

_STEP = 1.25  # zoom of one key press
_WHEEL = 1.0015  # zoom of one eighth of a degree of the wheel
_SLACK = 6.0  # pixels from an edge that still mean it
_DRAG = 4  # pixels before a press becomes a drag
_REST = 180  # milliseconds the pointer rests before the card comes
_FOCUS_KEYS: dict[str, Keeps] = {"i": "from", "o": "to", "l": "linked", "h": "others"}
_ARROWS: dict[int, Arrow] = {
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
}


class Canvas(GraphView):
    """The graph's panel.

    Signals:
        markChosen: the id of the mark the person selected; None: nothing.
        openWanted: the id of a mark that was opened.
        narrowWanted: the id of a mark, and what of the graph is to be kept for it.
        widenWanted: all of the graph is to be seen.
        unfoldWanted: the id of a mark that is to be unfolded.
        foldWanted: the id of a mark round which a fold is to be closed.
        searchWanted: the person wants to look for something in the graph.
        flagWanted: the mark, as a `Chosen`, a flag of whose tensor is to be the other way, and the flag.
        whyWanted: the mark, as a `Chosen`, of which all there is to say is to be shown.
        menuWanted: the mark, as a `Chosen`, whose menu is to open, None for the graph's, and where on the screen.
    """

    markChosen = Signal(object)
    openWanted = Signal(str)
    narrowWanted = Signal(str, str)
    widenWanted = Signal()
    unfoldWanted = Signal(str)
    foldWanted = Signal(str)
    searchWanted = Signal()
    flagWanted = Signal(object, str)
    whyWanted = Signal(object)
    menuWanted = Signal(object, QPoint)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(colours, parent)
        self._wheel: Wheel = "zoom"
        self._pressed: QPointF | None = None
        self._dragging = False
        self._space = False
        self._at = QPointF()
        self._rested = False  # it has been there for a while
        self._stand: Stand | None = None  # where the person last went
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._card = Card(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self._come_to_rest)
        self._pointing = Pointing(self)
        self._pointing.found.connect(self._pointed)
        self._reading = Reading(self)

    @property
    def card(self) -> Card:
        """The card of the mark under the pointer."""
        return self._card

    def set_wheel(self, wheel: Wheel) -> None:
        """Set what a turn of the wheel does."""
        self._wheel = wheel

    def show_drawing(self, drawing: Drawing, document: object) -> None:
        """Show another drawing; the card was of the one before."""
        self._card.hide()
        self._pointing.end()
        super().show_drawing(drawing, document)
        if not self.scene.stays:
            self._reading.renew()
            self._reading.tell()

    def light(self, selection: Selection) -> None:
        """Light up what is selected, and have it read out."""
        if selection != self.selection:
            super().light(selection)
            self._reading.tell()

    def _look(self, view: Viewport) -> None:
        if view != self.view:
            self._card.hide()
            self._pointing.end()
        super()._look(view)

    # The wheel.

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer or scroll, as chosen; a touchpad scrolls; Ctrl always zooms; Shift goes sideways."""
        keys, turned = event.modifiers(), event.angleDelta()
        at = Point(event.position().x(), event.position().y())
        if keys & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_WHEEL ** (turned.y() or turned.x()), at)
        elif _smooth(event):
            self.pan(event.pixelDelta().x(), event.pixelDelta().y())
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            self.pan((turned.y() or turned.x()) / 2, 0)
        elif self._wheel == "scroll":
            self.pan(turned.x() / 2, turned.y() / 2)
        else:
            self.pan(turned.x() / 2, 0)
            self.zoom(_WHEEL ** turned.y(), at)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinch zooms."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1 + event.value(), Point(event.position().x(), event.position().y()))
            return True
        return super().event(event)

    # The mouse.

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
            self._at, self._rested = event.position(), False
            self._card.hide()
            self._rest.start()
            self._pointing.look(*self._spot(self._at))
            return
        moved = event.position() - self._pressed
        if self._dragging or moved.manhattanLength() >= _DRAG:
            self._dragging = True
            self._pressed = event.position()
            self._show_cursor()
            self.pan(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press that was no drag selects."""
        clicked = self._pressed is not None and not self._dragging
        self._pressed, self._dragging = None, False
        self._show_cursor()
        if clicked and event.button() == Qt.MouseButton.LeftButton:
            mark = self._hit(event.position())
            if mark:
                at = self.view.to_drawing(event.position().x(), event.position().y())
                place = next((one for one in self.scene.places(mark.id) if one.contains(at)), mark.rect)
                self._stand = Stand(mark, place)
            self.markChosen.emit(mark.id if mark else None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the mark."""
        self._open(self._hit(event.position()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Select the mark under the pointer and open its menu, or the graph's; by key that of the mark selected."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        mark = self._hit(QPointF(event.pos())) if by_mouse else self.current
        middle = self.view.to_panel(mark.rect.center if mark else self.seen.center)
        place = event.pos() if by_mouse else QPoint(int(middle.x), int(middle.y))
        self._card.hide()
        if mark and mark != self.current:
            self.markChosen.emit(mark.id)
        self.menuWanted.emit(Chosen("mark", mark.id) if mark else None, self.mapToGlobal(place))

    def leaveEvent(self, event: QEvent) -> None:
        """Take the card away."""
        self._rest.stop()
        self._pointing.end()
        self._card.hide()
        super().leaveEvent(event)

    def _hit(self, at: QPointF) -> Mark | None:
        return self._pointing.at_once(*self._spot(at))

    def _spot(self, at: QPointF) -> tuple[Scene, Point, float]:
        return self.scene, self.view.to_drawing(at.x(), at.y()), _SLACK / self.view.scale

    def _come_to_rest(self) -> None:
        self._rested = True
        self._pointing.look(*self._spot(self._at))

    def _pointed(self, mark: Mark | None) -> None:
        """Tell of what is under the pointer by its shape, and once it rests by the card."""
        if self._pressed is None and not self._space:
            self.setCursor(Qt.CursorShape.PointingHandCursor if mark else Qt.CursorShape.ArrowCursor)
        if self._rested:
            self._show_card(mark)

    def _show_cursor(self) -> None:
        if self._dragging:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self.setCursor(Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.ArrowCursor)

    def _show_card(self, mark: Mark | None) -> None:
        if mark is None:
            # Where headings are too small to be read, all of a column tells which it is.
            at = self.view.to_drawing(self._at.x(), self._at.y())
            mark = self.scene.heading(at, anywhere=self.view.scale < WHOLE)
        if mark and (mark.title or mark.description):
            self._card.show_at(self._at.toPoint(), mark.title, mark.description)

    # The keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk along edges, zoom, fit and search; only while the graph has the focus."""
        key = event.key()
        if key in _ARROWS:
            self._walk(_ARROWS[key])
        elif key == Qt.Key.Key_Escape:
            self._card.hide()
            if self.current is None:
                event.ignore()  # the window may have something to leave
            self.markChosen.emit(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.current)
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif not self._letter(_letter_of(event)):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space let go no longer pans."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Have that read out which is selected."""
        super().focusInEvent(event)
        self._reading.tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key let go elsewhere is let go."""
        self._space = False
        super().focusOutEvent(event)
        self.update()

    def _letter(self, letter: str) -> bool:
        """Do what a single letter stands for; False where it stands for nothing."""
        match letter:
            case "f":
                self.fit()
            case "F":
                self.fit_selection()
            case "+" | "=":
                self.zoom(_STEP)
            case "-":
                self.zoom(1 / _STEP)
            case "1":
                self.zoom_to(1.0)
            case "/":
                self.searchWanted.emit()
            case _:
                return self._about_selected(letter)
        return True

    def _about_selected(self, letter: str) -> bool:
        """Ask for what a letter stands for about the mark that is selected."""
        mark = self.current
        name = mark.id if mark else ""
        wishes: dict[str, Callable[[], None]] = {
            "w": lambda: self.whyWanted.emit(Chosen("mark", name)),
            "u": lambda: self.unfoldWanted.emit(name),
            "U": lambda: self.foldWanted.emit(name),
            "n": lambda: self._walk_places(1),
            "N": lambda: self._walk_places(-1),
            **{key: partial(self.narrowWanted.emit, name, keeps) for key, keeps in _FOCUS_KEYS.items()},
            **{key: partial(self.flagWanted.emit, Chosen("mark", name), flag) for key, flag in FLAG_KEYS.items()},
        }
        if letter == "a":
            self.widenWanted.emit()
        elif mark and letter in wishes:
            wishes[letter]()
        return letter == "a" or letter in wishes

    def _walk(self, arrow: Arrow) -> None:
        here = self._here()
        if here is not None:
            self._go(self.scene.step(here, arrow))
        elif (nearest := self.scene.nearest(self.seen.center)) is not None:
            self._go(Stand(nearest, nearest.rect))

    def _walk_places(self, step: int) -> None:
        """Go from the box of what is selected to its badges, one after the other, and back to the box."""
        here = self._here()
        if here is not None:
            places = self.scene.places(here.mark.id)
            self._go(here._replace(place=places[(places.index(here.place) + step) % len(places)]))

    def _here(self) -> Stand | None:
        """Where the person is: at the place of the selected node that they went to, or else at its box."""
        mark, stand = self.current, self._stand
        if mark is None:
            return None
        there = stand is not None and stand.mark.id == mark.id and stand.place in self.scene.places(mark.id)
        return Stand(mark, stand.place if stand is not None and there else mark.rect)

    def _go(self, there: Stand | None) -> None:
        if there is not None:
            self._stand = there
            self.markChosen.emit(there.mark.id)
            self.show_place(there.place)

    def _open(self, mark: Mark | None) -> None:
        if mark:
            self.openWanted.emit(mark.id)


def _smooth(event: QWheelEvent) -> bool:
    """Whether fingers on a touchpad turned it, not a wheel."""
    touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
    return not event.pixelDelta().isNull() and (touchpad or event.phase() != Qt.ScrollPhase.NoScrollPhase)


def _letter_of(event: QKeyEvent) -> str:
    """What a key types, a capital letter with Shift only: Caps Lock asks for nothing else."""
    shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    return event.text().upper() if shifted else event.text().lower()
