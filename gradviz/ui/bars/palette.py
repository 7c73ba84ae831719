"""The command palette: a line to type in over the window, and below it what is meant, the best first.

It is there from its opening to its end. It knows how to choose, and nothing of what is chosen.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFocusEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gradviz.state.matching import letters
from gradviz.state.palette import Choices, Entry, found
from gradviz.ui.style.theme import Colours, colour

_ROWS = 14  # that are seen
_WIDEST = 720  # pixels, at text of the usual size
_PAD, _GAP = 10, 14  # pixels at both sides of a row, and between what stands in it
_TOP = 8  # pixels below the top of the room
_LEAVING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)  # from which one comes back
Index = QModelIndex | QPersistentModelIndex


class Look(NamedTuple):
    """How a row looks now."""

    name: str
    note: str = ""  # where it is found without the palette, or why it is not to be had now
    keys: str = ""
    able: bool = True
    on: bool | None = None  # None: it is neither on nor off

    @property
    def told(self) -> str:
        """All of it, as it is read out."""
        return ", ".join(filter(None, (self.name, self.keys, "✓" if self.on else "", self.note)))


class Rows(QAbstractListModel):
    """What is meant; each row is asked how it looks only when it is painted or read out."""

    def __init__(self, look: Callable[[Entry], Look], parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self._entries: tuple[Entry, ...] = ()
        self._query = ""

    @property
    def query(self) -> str:
        """The letters by which they are meant."""
        return self._query

    def show_entries(self, entries: tuple[Entry, ...], query: str) -> None:
        """Have these rows, which are meant by these letters."""
        self.beginResetModel()
        self._entries, self._query = entries, query
        self.endResetModel()

    def entry(self, row: int) -> Entry | None:
        """Return what a row is of."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def look(self, row: int) -> Look:
        """Return how a row looks now."""
        return self._look(self._entries[row])

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many there are."""
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what is read out of a row."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.look(index.row()).name
        return self.look(index.row()).told if role == Qt.ItemDataRole.AccessibleTextRole else None


class _Painter(QStyledItemDelegate):
    """Paints a row: what it is called, where it stands, its keys at the right."""

    def __init__(self, rows: Rows, colours: Colours, parent: QObject) -> None:
        super().__init__(parent)
        self._rows, self._colours = rows, colours

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return room for one line."""
        return QSize(0, row_height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint it; what is not to be had now is pale, and says why."""
        own, look, metrics = self._colours, self._rows.look(index.row()), option.fontMetrics
        room = option.rect.adjusted(_PAD, 0, -_PAD, 0)
        if index.row() == self._current():
            painter.fillRect(option.rect, colour(own.lit_line))
            painter.fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), colour(own.accent))
        tick = metrics.horizontalAdvance("✓ ")
        painter.setPen(colour(own.accent))
        if look.on:
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, "✓")
        room.setLeft(room.left() + tick)
        painter.setPen(colour(own.muted))
        keys = metrics.horizontalAdvance(look.keys)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, look.keys)
        room.setRight(room.right() - keys - (_GAP if keys else 0))
        painter.setPen(colour(own.text if look.able else own.muted))
        name = metrics.elidedText(look.name, Qt.TextElideMode.ElideRight, max(0, room.width()))
        self._mark(painter, metrics, room, name, letters(look.name, self._rows.query))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
        room.setLeft(room.left() + _GAP + metrics.horizontalAdvance(name))
        painter.setPen(colour(own.muted))
        note = metrics.elidedText(look.note, Qt.TextElideMode.ElideRight, max(0, room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, note)

    def _mark(self, painter: QPainter, metrics: QFontMetrics, room: QRect, name: str, places: Collection[int]) -> None:
        """Underline the letters by which a name is meant."""
        below = room.center().y() + metrics.height() // 2
        for at in places:
            if at < len(name):
                left, right = (room.left() + metrics.horizontalAdvance(name[:end]) for end in (at, at + 1))
                painter.fillRect(QRect(left, below, right - left, 2), colour(self._colours.accent))

    def _current(self) -> int:
        view = self.parent()
        return view.currentIndex().row() if isinstance(view, QListView) else -1


def row_height(metrics: QFontMetrics) -> int:
    """Return how high a row is: as high as a finger or a shaking hand hits."""
    return max(24, metrics.height() + 8)


class _Line(QLineEdit):
    """The line to type in.

    Signals:
        left: the person works elsewhere in the window.
    """

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell of it, but not while a menu is open or another program is worked with."""
        super().focusOutEvent(event)
        if event.reason() not in _LEAVING:
            self.left.emit()


class Palette(QFrame):
    """Chooses one of many things by some letters of its name.

    Signals:
        picked: the entry that was chosen. The palette is gone by then, and the focus where it was.
    """

    picked = Signal(object)

    def __init__(
        self, among: Choices, used: tuple[str, ...], look: Callable[[Entry], Look], colours: Colours, parent: QWidget
    ) -> None:
        """Make a palette that nobody sees yet.

        Args:
            among: what there is to choose.
            used: what was chosen before: see `found`.
            look: how an entry looks now.
            colours: of its rows.
            parent: over which it stands.
        """
        super().__init__(parent)
        self._among, self._used, self._window = among, used, parent
        self._before = QApplication.focusWidget()
        self._line, self._list, self._rows = _Line(self), QListView(self), Rows(look, self)
        self._nothing = QLabel(self.tr("Nothing is called so"), self)
        self.setObjectName("palette")
        self.setStyleSheet(
            f"#palette {{ background: {colours.base}; border: 1px solid {colours.accent}; border-radius: 8px; }}"
            f"#palette QListView {{ background: {colours.base}; border: none; }}"
        )
        self._line.setPlaceholderText(self.tr("Command, example, file, tensor, op or :line"))
        self._line.setAccessibleName(self.tr("Command palette"))
        self._line.textChanged.connect(self._find)
        self._line.left.connect(self.end)
        self._list.setModel(self._rows)
        self._list.setItemDelegate(_Painter(self._rows, colours, self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName(self._line.accessibleName())
        self._list.clicked.connect(lambda index: self._pick(index.row()))
        self._nothing.setContentsMargins(_PAD, 4, _PAD, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for widget in (self._line, self._list, self._nothing):
            layout.addWidget(widget)
        parent.installEventFilter(self)
        self._find("")

    @property
    def line(self) -> QLineEdit:
        """Where letters are typed."""
        return self._line

    @property
    def rows(self) -> Rows:
        """What is meant."""
        return self._rows

    @property
    def row(self) -> int:
        """The row that Enter chooses; -1: there is none."""
        return self._list.currentIndex().row()

    def begin(self) -> None:
        """Come into view and take the focus."""
        self.show()
        self.raise_()
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def end(self) -> None:
        """Be gone; the focus is where it was, unless the person has put it elsewhere."""
        if self.isHidden():
            return
        focused, before = self._line.hasFocus(), self._before
        self._line.blockSignals(True)
        if focused and before is not None:
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._window.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def refresh(self) -> None:
        """Show how rows look now."""
        self._list.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep its place in the window."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Go through the rows with Tab: there is nothing else here to come to."""
        self._step(1 if following else -1)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the rows, choose one, or leave. What is typed goes to the line itself."""
        page = max(1, self._list.viewport().height() // row_height(self.fontMetrics()) - 1)
        match event.key():
            case Qt.Key.Key_Escape:
                self.end()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._pick(self.row)
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                self._go(self.row + (page if event.key() == Qt.Key.Key_PageDown else -page))
            case _:
                super().keyPressEvent(event)

    def _find(self, query: str) -> None:
        self._rows.show_entries(found(self._among, query, self._used), query)
        self._nothing.setVisible(self._rows.rowCount() == 0)
        self._list.setVisible(self._rows.rowCount() > 0)
        self._place()
        self._go(0)

    def _step(self, by: int) -> None:
        """Go to the next row, the first again after the last."""
        count = self._rows.rowCount()
        self._go((self.row + by) % count if count else 0)

    def _go(self, row: int) -> None:
        """Go to a row, and have it read out."""
        row = min(max(0, row), self._rows.rowCount() - 1)
        if row < 0:
            self._line.setAccessibleDescription(self._nothing.text())
            return
        self._list.setCurrentIndex(self._rows.index(row))
        told = self._rows.look(row).told
        self._line.setAccessibleDescription(told)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._line, told))
        self.refresh()

    def _pick(self, row: int) -> None:
        entry = self._rows.entry(row)
        if entry is not None and self._rows.look(row).able:
            self.end()
            self.picked.emit(entry)

    def _place(self) -> None:
        """Stand at the top of the window, as high as there are rows."""
        room = self._window.size()
        metrics = self.fontMetrics()
        wide = min(room.width() - 40, max(_WIDEST, 52 * metrics.averageCharWidth()))
        height = row_height(metrics)
        seen = min(_ROWS, self._rows.rowCount(), max(3, room.height() * 6 // 10 // height))
        self._list.setFixedHeight(seen * height + 2)
        self.resize(wide, self.sizeHint().height())
        self.move((room.width() - wide) // 2, _TOP + self._window.fontMetrics().height() * 2)
