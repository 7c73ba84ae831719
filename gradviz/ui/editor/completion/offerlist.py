"""The list of names that can be written at the cursor: over the window, never with the focus, as wide as it opened."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gradviz.model.completion.offers import Candidate
from gradviz.ui.editor.completion.kinds import kind_word
from gradviz.ui.style.plain import one_line
from gradviz.ui.style.theme import Colours, colour

ROWS = 9  # in view at once
_NAME, _TOLD = (14, 34), (9, 26)  # characters of a name and of what is told of it: at least and at most
_PAD = 8  # pixels left and right of a row
_INDEX = QModelIndex()


class _Candidates(QAbstractListModel):
    """What is offered, with a word for its kind."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.candidates: tuple[Candidate, ...] = ()

    def put(self, candidates: tuple[Candidate, ...]) -> None:
        self.beginResetModel()
        self.candidates = candidates
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _INDEX) -> int:
        return 0 if parent.isValid() else len(self.candidates)

    def told(self, one: Candidate) -> str:
        kind = kind_word(one.kind)
        return f"{kind} {one.told}" if one.kind == "argument" else one.told or kind

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        one = self.candidates[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one.name
        return f"{one.name}, {self.told(one)}" if role == Qt.ItemDataRole.AccessibleTextRole else None


class _Row(QStyledItemDelegate):
    """Paints a name, and at the right what is told of it."""

    def __init__(self, colours: Colours, parent: "OfferList") -> None:
        super().__init__(parent)
        self._list, self.colours = parent, colours

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, self._list.row_height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        one, row = self._list.candidate(index.row()), QRect(option.rect)
        if index.row() == self._list.row:
            painter.fillRect(row, colour(self.colours.lit_line))
            painter.fillRect(QRect(row.left(), row.top(), 3, row.height()), colour(self.colours.accent))
        row.adjust(_PAD, 0, -_PAD, 0)
        metrics = QFontMetrics(self._list.font())
        small = self._list.small_font
        room = max(row.width() - self._list.told_width, row.width() // 2)
        painter.setFont(self._list.font())
        painter.setPen(colour(self.colours.text))
        name = metrics.elidedText(one_line(one.name), Qt.TextElideMode.ElideRight, room - _PAD)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | middle, name)
        left = row.width() - min(room, metrics.horizontalAdvance(name) + _PAD)
        painter.setFont(small)
        painter.setPen(colour(self.colours.muted))
        told = QFontMetrics(small).elidedText(one_line(self._list.told(one)), Qt.TextElideMode.ElideRight, left)
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | middle, told)


class OfferList(QFrame):
    """Names to choose from. It belongs to the window of the editor, over which it lies.

    Signals:
        picked: the row that the person has pressed.
    """

    picked = Signal(int)

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._model = _Candidates(self)
        self._rows = _Row(colours, self)
        self._view = view = QListView(self)
        view.setModel(self._model)
        view.setItemDelegate(self._rows)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setUniformItemSizes(True)
        view.setSelectionMode(QListView.SelectionMode.NoSelection)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setAccessibleName(self.tr("Names that can be written here"))
        view.pressed.connect(lambda index: self.picked.emit(index.row()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(view)
        self.row = -1  # that is chosen; -1: none
        self.small_font = QFont()
        self.told_width = 0
        self.apply(colours)
        self.hide()

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What can be chosen."""
        return self._model.candidates

    @property
    def row_height(self) -> int:
        """Pixels of a row."""
        return QFontMetrics(self.font()).height() + 6

    def candidate(self, row: int) -> Candidate:
        """The candidate of a row."""
        return self._model.candidates[row]

    def told(self, one: Candidate) -> str:
        """What is told of a candidate, in words."""
        return self._model.told(one)

    def lie_over(self, window: QWidget) -> None:
        """Belong to a window: an editor may be taken out of its own."""
        if self._room is not window:
            self._room = window
            self.setParent(window)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._rows.colours = colours
        self.setStyleSheet(
            f"OfferList {{ border: 1px solid {colours.muted}; background: {colours.button}; }}"
            f"QListView {{ background: {colours.button}; }}"
        )

    def show_candidates(self, candidates: tuple[Candidate, ...], row: int, word: QRect, font: QFont) -> None:
        """Show these below a word, or above it where there is no room.

        Args:
            candidates: at least one.
            row: that is chosen; -1: none.
            word: where the word is, in the window.
            font: of the program.
        """
        again = self.isVisible()
        self.setFont(font)
        self.small_font = QFont(font)
        self.small_font.setPointSizeF(font.pointSizeF() * 0.88)
        self._model.put(candidates)
        self._choose(row)
        letter = QFontMetrics(font).horizontalAdvance("x")
        names = _between(max(len(one.name) for one in candidates), _NAME)
        told = _between(max(len(self.told(one)) for one in candidates[: 20 * ROWS]), _TOLD)
        self.told_width = round(letter * 0.9 * told)
        width = letter * names + self.told_width + 3 * _PAD + self._view.verticalScrollBar().sizeHint().width()
        width = max(width, self.width()) if again else width
        height = self.row_height * min(ROWS, len(candidates)) + 4
        room = self._room.rect().adjusted(4, 4, -4, -4)
        width = min(width, room.width())
        below, above = room.bottom() - word.bottom(), word.top() - room.top()
        over = height > below and above > below
        height = min(height, max(above if over else below, self.row_height + 4))
        top = word.top() - height - 2 if over else word.bottom() + 2
        left = max(room.left(), min(word.left() - _PAD, room.right() - width))
        self.setGeometry(QRect(QPoint(left, top), QSize(width, height)))
        self._view.scrollTo(self._model.index(max(0, row)))
        self.raise_()
        self.show()

    def step(self, by: int) -> None:
        """Choose another row; from the last follows the first."""
        count = len(self.candidates)
        if abs(by) == 1:
            row = (self.row + by) % count if self.row >= 0 else (0 if by > 0 else count - 1)
        else:
            row = min(max(self.row + by, 0), count - 1)
        self._choose(row)
        self._view.scrollTo(self._model.index(row))

    def _choose(self, row: int) -> None:
        self.row = row
        self._view.setCurrentIndex(self._model.index(row))
        self._view.viewport().update()


def _between(wanted: int, bounds: tuple[int, int]) -> int:
    return min(max(wanted, bounds[0]), bounds[1])
