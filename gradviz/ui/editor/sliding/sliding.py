"""Which number of the program the slider stands at, and the text as it is slid: each drag is one step of undo.

It stands at the number that the cursor was moved to, or on which the pointer rests. What is typed puts it away.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, Signal
from PySide6.QtGui import QTextBlock, QTextCursor

from gradviz.model.source.lexing import CODE
from gradviz.model.source.numbers import Line, numbers, stepped, value_of
from gradviz.state.commands.keys import Keys
from gradviz.state.messages import Slid
from gradviz.state.values.slide import Slide
from gradviz.ui.editor.editor import Editor
from gradviz.ui.editor.sliding.curve import Curve
from gradviz.ui.editor.sliding.slider import Slider
from gradviz.ui.style.plain import utf16
from gradviz.ui.style.theme import Colours

_DWELL = 160  # milliseconds that the pointer is on a number before the slider comes
_REST = 250  # milliseconds without a move after which the hand rests

By = Literal["cursor", "pointer", "key"]


class Place(NamedTuple):
    """A number of the document, in Qt's units."""

    block: int  # its line, from 0
    start: int  # in its line
    text: str

    def holds(self, block: int, column: int) -> bool:
        """Whether a place of the document is in it, or at an end of it."""
        return block == self.block and self.start <= column <= self.start + len(self.text)


class Sliding(QObject):
    """The slider in the editor.

    Signals:
        slid: a `Slid`, after each move.
        rested: the hand that slides rests, or has let go.
        stood: on which stretch of the viewport it stands now, with what the runs told; empty: it is put away.
    """

    slid = Signal(object)
    rested = Signal()
    stood = Signal(QRect)

    def __init__(self, editor: Editor, colours: Colours) -> None:
        super().__init__(editor)
        self._editor = editor
        self._slider = Slider(colours, editor.viewport())
        self._curve = Curve(colours, editor.viewport())
        self._place: Place | None = None  # of the number that the slider stands at
        self._by: By = "cursor"  # what brought it there
        self._origin = ""  # the number as it was when it was taken hold of
        self._count = 0  # steps since then
        self._holds = 0  # how often one was taken hold of
        self._revision = -1  # of the document after the last of them; -1: nobody has hold of it
        self._seen = editor.document().revision()
        self._own = False  # the text or the cursor changes from here
        self._taken = QRect()  # what `stood` told last
        self._pointed: Place | None = None  # the number under the pointer
        self._dwell = self._clock(_DWELL)
        self._dwell.timeout.connect(self._dwelt)
        self._rest = self._clock(_REST)
        self._rest.timeout.connect(self.rested)
        self.stood.connect(editor.card.keep_off)
        slider = self._slider
        slider.begun.connect(self._hold)
        slider.moved.connect(self._move)
        slider.nudged.connect(self._nudge)
        slider.released.connect(self._release)
        slider.refused.connect(self._refuse)
        slider.left.connect(self._leave)
        slider.unfocused.connect(self._unfocus)
        editor.unfocused.connect(self._unfocus)
        editor.pointed.connect(self._point)
        editor.cursorPositionChanged.connect(self._moved)
        editor.textChanged.connect(self._changed)
        for bar in (editor.horizontalScrollBar(), editor.verticalScrollBar()):
            bar.valueChanged.connect(self._scrolled)

    def tell_keys(self, keys: Keys) -> None:
        """Tell what moves the slider, and the keys that do."""
        self._slider.tell_keys(keys)

    def _clock(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        return timer

    @property
    def slider(self) -> Slider:
        """The slider, wherever it stands."""
        return self._slider

    @property
    def curve(self) -> Curve:
        """What the runs told of the number."""
        return self._curve

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._slider.apply(colours)
        self._curve.apply(colours)

    def show_slide(self, slide: Slide | None) -> None:
        """Show what the runs told of the number that slides."""
        if self._curve.show_slide(slide):
            self._stand()

    def nudge(self, count: int) -> bool:
        """Slide the number at the cursor, or the next one on its line; False where there is none."""
        if not self._grasp():
            return False
        self._nudge(count)
        return True

    def open(self) -> bool:
        """Give the keys to the slider of the number at the cursor, or of the next one on its line."""
        if not self._grasp():
            return False
        self._by = "key"
        self._hold()
        self._slider.setFocus()
        return True

    # Where it stands.

    def _point(self, at: QPoint | None) -> None:
        """Wait on the number under the pointer; leave the one that it was on."""
        over = None if at is None else self._under(at)
        if over != self._pointed:
            self._pointed = over
            self._dwell.start() if over is not None and over != self._place else self._dwell.stop()
        if over is None and self._by == "pointer" and not self._slider.dragging:
            self._put_away()
            self._look_at_cursor()

    def _unfocus(self) -> None:
        """Go away with the keys; with the mouse it comes back."""
        if not (self._editor.hasFocus() or self._slider.hasFocus() or self._by == "pointer"):
            self._put_away()

    def _dwelt(self) -> None:
        if self._pointed is not None and self._by != "key":
            self._show(self._pointed, "pointer")

    def _moved(self) -> None:
        """The cursor is elsewhere: it was moved, or it stands behind what was typed, of which Qt tells later."""
        if not self._own:
            typed = self._revised()
            self._let_go()
            if not typed:
                self._look_at_cursor()

    def _changed(self) -> None:
        if not self._own and self._revised():
            self._let_go()

    def _revised(self) -> bool:
        """Whether the text is another than when this was asked last."""
        before, self._seen = self._seen, self._editor.document().revision()
        return before != self._seen

    def _let_go(self) -> None:
        self._revision, self._pointed = -1, None
        self._dwell.stop()
        self._put_away()

    def _scrolled(self) -> None:
        if not self._slider.dragging and self._place is not None:
            self._stand()

    def _look_at_cursor(self) -> None:
        cursor = self._editor.textCursor()
        if self._editor.hasFocus() and not cursor.hasSelection():
            column = cursor.positionInBlock()
            found = (one for one in self._numbers(cursor.block()) if one.holds(one.block, column))
            if (place := next(found, None)) is not None:
                self._show(place, "cursor")

    def _grasp(self) -> bool:
        """Stand at the number that was slid last, or that the cursor is at, or else at the next one on its line."""
        if self._revision != self._editor.document().revision() or self._place is None:
            cursor = self._editor.textCursor()
            column = min(cursor.positionInBlock(), cursor.selectionStart() - cursor.block().position())
            behind = (one for one in self._numbers(cursor.block()) if column <= one.start + len(one.text))
            place = next(behind, None)
            if place is None:
                return False
            self._show(place, "cursor")
        return True

    def _show(self, place: Place, by: By) -> None:
        if place != self._place:
            self._revision = -1
        self._place, self._by = place, by
        self._stand()

    def _stand(self) -> None:
        """Stand below the number, or above it where there is no room; nowhere while it is out of sight."""
        place, slider, room = self._place, self._slider, self._editor.viewport().rect()
        if place is None:
            return
        box = self._box(place)
        slider.resize(slider.sizeHint())
        x = max(0, min(box.center().x() - slider.width() // 2, room.width() - slider.width()))
        y = box.bottom() + 2 if box.bottom() + 2 + slider.height() <= room.height() else box.top() - slider.height() - 1
        slider.move(x, y)
        slider.setVisible(room.intersects(box))
        slider.raise_()
        self._curve.stand_by(slider.geometry(), box, room)
        self._curve.setVisible(slider.isVisible() and self._curve.said != "")
        self._tell_where()

    def give_way(self) -> None:
        """Go away: something opens where it stands."""
        if not self._slider.dragging:
            self._let_go()

    def _put_away(self) -> None:
        self._place = None
        self._slider.hide()
        self._curve.hide()
        self._tell_where()

    def _tell_where(self) -> None:
        shown = [one.geometry() for one in (self._slider, self._curve) if one.isVisible()]
        taken = shown[0].united(shown[-1]) if shown else QRect()
        if taken != self._taken:
            self._taken = taken
            self.stood.emit(taken)

    def _under(self, at: QPoint) -> Place | None:
        block = self._editor.cursorForPosition(at).block()
        return next((one for one in self._numbers(block) if self._box(one).contains(at)), None)

    def _box(self, place: Place) -> QRect:
        """Where a number is painted."""
        block = self._editor.document().findBlockByNumber(place.block)
        ends = QTextCursor(block), QTextCursor(block)
        for end, column in zip(ends, (place.start, place.start + len(place.text)), strict=True):
            end.setPosition(block.position() + min(column, block.length() - 1))
        first, last = map(self._editor.cursorRect, ends)
        return QRect(first.topLeft(), last.bottomLeft())

    def _numbers(self, block: QTextBlock) -> list[Place]:
        text, number = block.text(), block.blockNumber()
        found = numbers(_line(block), _above(block))
        return [Place(number, utf16(text, one.start), one.text) for one in found]

    # What it does to the text.

    def _hold(self) -> None:
        """Begin anew from the number as it is: what follows is one step of undo."""
        if self._place is not None:
            self._origin, self._count, self._revision = self._place.text, 0, -1
            self._holds += 1

    def _nudge(self, count: int) -> None:
        """Slide by so many steps more. Those that follow each other are one step of undo."""
        if self._revision != self._editor.document().revision():
            self._hold()
        self._move(self._count + count)

    def _move(self, count: int) -> None:
        """Have the number slid by so many steps since it was taken hold of."""
        place, document = self._place, self._editor.document()
        if place is None:
            return
        text, start = stepped(self._origin, count), document.findBlockByNumber(place.block).position() + place.start
        joined = self._revision == document.revision()
        self._own = True
        self._editor.put(start, start + len(place.text), text, joined=joined)
        self._own = False
        self._place, self._count = place._replace(text=text), count
        self._pointed = None if self._pointed is None else self._place
        self._revision = self._seen = document.revision()
        if not self._slider.dragging:
            self._stand()
        self._rest.start()
        now, origin = value_of(text), value_of(self._origin)
        self.slid.emit(Slid(self._editor.toPlainText(), place.block + 1, now, origin, self._holds))

    def _release(self) -> None:
        self._revision = -1
        self._rest.stop()
        self.rested.emit()

    def _refuse(self) -> None:
        """Bring back what was when it was taken hold of, and let go."""
        place, document = self._place, self._editor.document()
        self._rest.stop()
        if place is not None and self._revision == document.revision():
            self._own = True
            document.undo()
            self._own = False
            self._place, self._seen = place._replace(text=self._origin), document.revision()
        self._revision = -1
        self._leave()

    def _leave(self) -> None:
        """Go on in the program."""
        if self._by == "key":
            self._by = "cursor"
        self._editor.setFocus()


def _line(block: QTextBlock) -> Line:
    """A line as the highlighter has left it: what each begins inside of is known."""
    return Line(block.text(), max(block.previous().userState(), CODE))


def _above(block: QTextBlock) -> Iterator[Line]:
    """The lines above one, the nearest first, read as far as anybody wants to know."""
    block = block.previous()
    while block.isValid():
        yield _line(block)
        block = block.previous()
