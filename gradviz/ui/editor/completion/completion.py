"""Completion and call tips while a program is typed: when the list opens, what its keys do, when all of it goes away.

What there is to offer and to say is found by gradviz.model.completion, from the text, from what the last run held and
from what the engine has said of its libraries. What it has not said yet is asked for; nobody waits for it.
"""

from typing import Literal, NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QHelpEvent, QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from gradviz.model.completion.found import Found
from gradviz.model.completion.offers import Candidate, Offers, offers
from gradviz.model.completion.things import Known
from gradviz.model.completion.tips import call_tip, name_tip
from gradviz.ui.editor.completion.offerlist import ROWS, OfferList
from gradviz.ui.editor.completion.tipcard import TipCard
from gradviz.ui.editor.text import keystrokes
from gradviz.ui.style.card import Card
from gradviz.ui.style.plain import python_index, utf16
from gradviz.ui.style.theme import Colours

PAUSE = 120  # milliseconds without a key, after which the list opens by itself
_LEAST = 2  # letters of a name for which it does
_NO_KEYS = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: 1 - ROWS, Qt.Key.Key_PageDown: ROWS - 1}
_TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)

Saying = Literal["call", "name", ""]


class _Moment(NamedTuple):
    """A text and a place in it."""

    revision: int
    position: int


class Completion(QObject):
    """What is offered and said at the cursor of an editor.

    Signals:
        wanted: a dotted path that the engine is to be asked about.
        opened: the list is shown at a place where it was not.
    """

    wanted = Signal(str)
    opened = Signal()

    def __init__(self, editor: QPlainTextEdit, colours: Colours) -> None:
        super().__init__(editor)
        self._editor = editor
        self._list, self._card = OfferList(colours, editor), TipCard(colours, editor)
        self._list.picked.connect(self._take)
        self._known = Known()
        self._catalogue: dict[str, Found] = {}
        self._asked: set[str] = set()
        self._offers: Offers | None = None  # that are in the list
        self._opened = False  # the person asked for the list
        self._waiting = False  # the list is to open once there is something to offer
        self._moved_choice = False  # the person has gone to another row
        self._composing = False
        self._typed: Literal["", "letter", "other"] = ""  # by the key that is pressed
        self._saying: Saying = ""  # what the card says, or would say if it were known
        self._about = 0  # the position of the name that it is about
        self._taken = QRect()  # of the viewport: what the card is not to cover
        self._seen = self._moment()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(lambda: self._open(asked=False))
        editor.installEventFilter(self)
        editor.viewport().installEventFilter(self)
        editor.textChanged.connect(self._changed)
        editor.cursorPositionChanged.connect(self._moved)
        editor.verticalScrollBar().valueChanged.connect(self._follow)

    @property
    def list(self) -> OfferList:
        """The names that are offered."""
        return self._list

    @property
    def card(self) -> TipCard:
        """What is said of a name or a call."""
        return self._card

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._list.apply(colours)
        self._card.apply(colours)

    # What is known.

    def know(self, known: Known) -> None:
        """Note what the last run held."""
        self._known = known

    def learn(self, found: Found) -> None:
        """Note what the engine said of a path, and show what has waited for it."""
        self._catalogue[found.path] = found
        if self._seen != self._moment():
            return
        if self._list.isVisible() or self._waiting:
            self._fill()
        if self._saying:
            self._say()

    def forget(self) -> None:
        """Forget what an engine said: there is another one."""
        self._catalogue.clear()
        self._asked.clear()

    def _ask(self, paths: tuple[str, ...]) -> None:
        for path in paths:
            if path not in self._asked:
                self._asked.add(path)
                self.wanted.emit(path)

    # What the person asks for.

    def open(self) -> None:
        """Offer all that can be written at the cursor."""
        self._open(asked=True)

    def explain(self) -> None:
        """Say what the name at the cursor is; where there is none, how what is called there is called."""
        self._about = self._moment().position
        self._saying = "name"
        if not self._say():
            self._saying = "call"
            self._say()

    def close(self) -> None:
        """Put away all that is shown."""
        self._close_list()
        self._hide_card()

    # The list.

    def _open(self, *, asked: bool) -> None:
        self._pause.stop()
        if self._composing or self._editor.isReadOnly() or not self._editor.hasFocus():
            return
        self._opened = asked
        self._waiting = True
        self._fill()

    def _fill(self) -> None:
        """Fill the list with what can be written at the cursor, and show it if that is worth it."""
        self._seen = moment = self._moment()
        source = self._editor.toPlainText()
        found = offers(source, python_index(source, moment.position), self._known, self._catalogue)
        candidates = self._worth(found)
        if not candidates:
            waiting = self._waiting and bool(found.asked)
            self._close_list()
            self._waiting = waiting
            self._ask(found.asked)
            return
        chosen = self._chosen(candidates)
        if chosen is None:
            chosen = 0 if candidates[0].begins or self._opened else -1
        self._offers = found._replace(candidates=candidates)
        word = self._rect(utf16(source, found.place.start), moment.position)
        self._list.lie_over(self._editor.window())
        if not self._list.isVisible():
            self.opened.emit()
        self._list.show_candidates(candidates, chosen, word, self._editor.font())
        if self._saying:
            self._say()
        self._ask(found.asked)

    def _worth(self, found: Offers) -> tuple[Candidate, ...]:
        """What of the offers is shown: unasked, nothing where the word may be meant as it stands."""
        here = found.place
        if self._opened:
            return found.candidates
        if here.what == "nothing" or here.end > here.start + len(here.word):
            return ()
        candidates = found.candidates
        if here.what == "name":
            candidates = tuple(one for one in candidates if one.begins) if len(here.word) >= _LEAST else ()
        return () if [one.name for one in candidates] == [here.word] else candidates

    def _chosen(self, candidates: tuple[Candidate, ...]) -> int | None:
        """Where the person's own choice stands now; None: there is none."""
        if not self._list.isVisible() or not self._moved_choice:
            return None
        name = self._list.candidate(self._list.row).name
        return next((row for row, one in enumerate(candidates) if one.name == name), None)

    def _close_list(self) -> None:
        self._pause.stop()
        self._waiting = self._opened = self._moved_choice = False
        self._offers = None
        self._list.hide()

    def _take(self, row: int) -> None:
        """Write a candidate in the place of the word that is begun."""
        found = self._offers
        if found is None or not 0 <= row < len(found.candidates):
            return
        source, name = self._editor.toPlainText(), found.candidates[row].name
        end = found.place.end if self._opened else found.place.start + len(found.place.word)
        start = utf16(source, found.place.start)
        self._close_list()
        self._typed = ""
        cursor = keystrokes.put(self._editor.textCursor(), start, utf16(source, end), name)
        cursor.setPosition(start + utf16(name, len(name)))
        self._editor.setTextCursor(cursor)
        self._editor.ensureCursorVisible()

    # The card.

    def _say(self) -> bool:
        """Show what there is to say; tell whether there is anything, or may be once the engine has answered."""
        self._seen = moment = self._moment()
        source = self._editor.toPlainText()
        about = self._about if self._saying == "name" else moment.position
        tip = (name_tip if self._saying == "name" else call_tip)(
            source, python_index(source, about), self._known, self._catalogue
        )
        if not tip:
            self._card.hide()
            self._saying = self._saying if tip.asked else ""
            self._ask(tip.asked)
            return bool(tip.asked)
        self._card.lie_over(self._editor.window())
        listed = (self._list.geometry(),) if self._list.isVisible() else ()
        taken = () if self._taken.isEmpty() else (self._in_window(self._taken),)
        self._card.show_tip(tip, self._rect(about, about), self._editor.font(), (*listed, *taken))
        self._ask(tip.asked)
        return True

    def keep_off(self, taken: QRect) -> None:
        """Do not cover a stretch of the viewport with the card: something else stands there. Empty: nothing does."""
        self._taken = taken
        if self._card.isVisible() and self._seen == self._moment():
            self._say()

    def _hide_card(self) -> None:
        self._saying = ""
        self._card.hide()

    # What happens in the editor.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that are for the list; put all away when the person is elsewhere."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        if kind == QEvent.Type.InputMethod and isinstance(event, QInputMethodEvent):
            self._composing, self._typed = bool(event.preeditString()), ""
            self.close()
        elif kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._hover(event.pos())
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.MouseButtonPress):
            self.close()
        elif kind == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._follow)  # when the editor has made what it shows fit
        elif kind in (QEvent.Type.MouseMove, QEvent.Type.Leave) and self._saying == "name":
            self._hide_card()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        """Do what a key does to what is shown; tell whether it is used up."""
        key, plain = Qt.Key(event.key()), event.modifiers() in _NO_KEYS
        text = event.text()
        commands = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        self._typed = "" if commands or not text else "letter" if text.isprintable() else "other"
        if key == Qt.Key.Key_Escape and (self._list.isVisible() or self._card.isVisible()):
            if self._list.isVisible():
                self._close_list()
            else:
                self._hide_card()
            return True
        if self._saying == "name":
            self._hide_card()
        if not self._list.isVisible() or not plain:
            return False
        if key in _STEPS:
            self._moved_choice = True
            self._list.step(_STEPS[key])
            return True
        if key in _TAKES:
            row = max(self._list.row, 0) if key == Qt.Key.Key_Tab else self._list.row
            if row >= 0 and self._offers is not None and self._list.candidate(row).name != self._offers.place.word:
                self._take(row)
                return True
            self._close_list()
        return False

    def _changed(self) -> None:
        """The text is another."""
        typed, self._typed = self._typed, ""
        if not typed or self._composing:
            self.close()
            return
        self._seen = self._moment()
        last = keystrokes.before(self._editor.textCursor())[-1:]
        if self._list.isVisible():
            before = self._offers.place.start if self._offers is not None else -1
            self._fill()
            if self._offers is not None and self._offers.place.start != before:
                self._close_list()
        if typed == "letter" and not self._list.isVisible() and (last == "." or f"_{last}".isidentifier()):
            self._pause.start()
        if typed == "letter" and last in ("(", ",") and not self._saying:
            self._saying = "call"
        if self._saying:
            self._say()

    def _moved(self) -> None:
        """The cursor is elsewhere; where that comes of an edit, that is told as well."""
        if self._moment() == self._seen or self._moment().revision != self._seen.revision:
            return
        self._close_list()
        if self._saying == "call":
            self._say()

    def _follow(self) -> None:
        """The text is elsewhere: what is shown goes along, as long as its place is in view."""
        if not self._list.isVisible() and not self._saying:
            return
        if not self._editor.viewport().rect().intersects(self._editor.cursorRect()):
            self.close()
        elif self._list.isVisible():
            self._fill()
        else:
            self._say()

    def _hover(self, at: QPoint) -> None:
        """Say what the name under the pointer is."""
        cursor = self._editor.cursorForPosition(at)
        problem = self._editor.viewport().findChild(Card)
        busy = self._list.isVisible() or self._saying == "call" or (problem is not None and problem.isVisible())
        if busy or not self._rect_of(cursor).contains(at):
            return
        self._saying, self._about = "name", cursor.position()
        self._say()

    # Places.

    def _moment(self) -> _Moment:
        return _Moment(self._editor.document().revision(), self._editor.textCursor().position())

    def _rect_of(self, cursor: QTextCursor) -> QRect:
        letter = self._editor.fontMetrics().horizontalAdvance("x")
        return self._editor.cursorRect(cursor).adjusted(-letter, 0, letter, 0)

    def _rect(self, start: int, end: int) -> QRect:
        """Where a stretch of a line is, in the window."""
        cursor = QTextCursor(self._editor.document())
        cursor.setPosition(start)
        first = self._editor.cursorRect(cursor)
        cursor.setPosition(end)
        return self._in_window(first.united(self._editor.cursorRect(cursor)))

    def _in_window(self, rect: QRect) -> QRect:
        return QRect(self._editor.viewport().mapTo(self._editor.window(), rect.topLeft()), rect.size())
