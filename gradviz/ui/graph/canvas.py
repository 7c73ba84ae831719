"""The graph under a person's hands: pointing, dragging, the wheel, the keys that walk along its edges."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from gradviz.drawing.columns import alone
from gradviz.drawing.shapes import Drawing, Mark
from gradviz.layout.geometry import Point, Rect
from gradviz.picture.picture import Keeps
from gradviz.state.values.chosen import Chosen, Selection
from gradviz.state.values.look import Wheel
from gradviz.ui.graph.band import DRAG, Band
from gradviz.ui.graph.events import letter_of, shifted, smooth
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
        marksChosen: the ids of several, the one that the person came to last at the end.
        openWanted: the id of a mark that was opened.
        narrowWanted: what of the graph is to be kept for what is selected.
        widenWanted: all of the graph is to be seen.
        unfoldWanted: the id of a mark that is to be unfolded.
        foldWanted: the id of a mark round which a fold is to be closed.
        searchWanted: the person wants to look for something in the graph.
        flagWanted: the mark, as a `Chosen`, a flag of whose tensor is to be the other way, and the flag.
        whyWanted: the mark, as a `Chosen`, of which all there is to say is to be shown.
        menuWanted: the mark, as a `Chosen`, whose menu is to open, None for the graph's, and where on the screen.
    """

    markChosen = Signal(object)
    marksChosen = Signal(object)
    openWanted = Signal(str)
    narrowWanted = Signal(str)
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
        self._band = Band(self)
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
    def current(self) -> Mark | None:
        """Of what is selected that which the person came to last, or the first by its id."""
        stand = self._stand
        if stand is not None and stand.mark.id in self.selection.marks:
            return self.scene.mark(stand.mark.id)
        return super().current

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
        elif smooth(event):
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
        """Begin a click or a drag; with Shift one that draws a rectangle."""
        self._card.hide()
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position()
            self._dragging = self._space or event.button() == Qt.MouseButton.MiddleButton
            if shifted(event) and not self._dragging:
                self._band.begin(event.position())
            self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the view or a rectangle, or wait to show the card of what the pointer rests on."""
        if self._pressed is None:
            self._at, self._rested = event.position(), False
            self._card.hide()
            self._rest.start()
            self._pointing.look(*self._spot(self._at))
            return
        moved = event.position() - self._pressed
        if self._band.begun:
            self._band.stretch(event.position())
        elif self._dragging or moved.manhattanLength() >= DRAG:
            self._dragging = True
            self._pressed = event.position()
            self._show_cursor()
            self.pan(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press that was no drag selects; so does a rectangle what it touches."""
        clicked = self._pressed is not None and not self._dragging
        self._pressed, self._dragging = None, False
        self._show_cursor()
        if (drawn := self._band.end()) is not None:
            self._choose_within(drawn)
        elif clicked and event.button() == Qt.MouseButton.LeftButton:
            self._click(event.position(), beside=shifted(event))

    def _click(self, at: QPointF, *, beside: bool) -> None:
        """Select the mark at a place; beside what is selected, or no longer where it is already."""
        mark, spot = self._hit(at), self.view.to_drawing(at.x(), at.y())
        if mark is None and not beside:
            self.markChosen.emit(None)
        elif mark is not None and beside and mark.id in self._chosen:
            self.marksChosen.emit(self._others(mark))
        elif mark is not None:
            place = next((one for one in self.scene.places(mark.id) if one.contains(spot)), mark.rect)
            self._stand = Stand(mark, place)
            self._choose(mark, beside=beside)

    def _choose(self, mark: Mark, *, beside: bool) -> None:
        if beside:
            self.marksChosen.emit((*self._others(mark), mark.id))
        else:
            self.markChosen.emit(mark.id)

    def _choose_within(self, drawn: QRect) -> None:
        corner = self.view.to_drawing(drawn.left(), drawn.top())
        size = drawn.width() / self.view.scale, drawn.height() / self.view.scale
        marks = self.scene.nodes.within(Rect(corner.x, corner.y, *size))
        self._stand = Stand(marks[-1], marks[-1].rect) if marks else None
        self.marksChosen.emit(tuple(mark.id for mark in marks))

    @property
    def _chosen(self) -> frozenset[str]:
        """What was selected; not what lights up for the line of the cursor, for which nothing is dimmed."""
        return self.selection.marks if self.selection.lit is not None else frozenset()

    def _others(self, mark: Mark) -> tuple[str, ...]:
        """What is selected beside a mark."""
        return tuple(name for name in sorted(self._chosen) if alone(name) != alone(mark.id))

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
        if mark and mark.id in self._chosen:
            self._stand = Stand(mark, mark.rect)
        elif mark:
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
            self._walk(_ARROWS[key], beside=shifted(event))
        elif key == Qt.Key.Key_Escape and self._band.begun:
            self._band.end()
            self._pressed = None
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
        elif not self._letter(letter_of(event)):
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
            **{key: partial(self.narrowWanted.emit, keeps) for key, keeps in _FOCUS_KEYS.items()},
            **{key: partial(self.flagWanted.emit, Chosen("mark", name), flag) for key, flag in FLAG_KEYS.items()},
        }
        if letter == "a":
            self.widenWanted.emit()
        elif mark and letter in wishes:
            wishes[letter]()
        return letter == "a" or letter in wishes

    def _walk(self, arrow: Arrow, *, beside: bool) -> None:
        here = self._here()
        if here is not None:
            self._go(self.scene.step(here, arrow), beside=beside)
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

    def _go(self, there: Stand | None, *, beside: bool = False) -> None:
        if there is not None:
            self._stand = there
            self._choose(there.mark, beside=beside)
            self.show_place(there.place)

    def _open(self, mark: Mark | None) -> None:
        if mark:
            self.openWanted.emit(mark.id)
