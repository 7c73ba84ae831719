"""The rows of the command palette: what is meant, and how each is painted and read out."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from gradviz.state.commands.matching import letters
from gradviz.state.commands.palette import Entry
from gradviz.ui.style.theme import Colours, colour

PAD = 10  # pixels at both sides of a row
_GAP = 14  # and between what stands in it
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


class RowPainter(QStyledItemDelegate):
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
        room = option.rect.adjusted(PAD, 0, -PAD, 0)
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
