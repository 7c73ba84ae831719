"""The tensors table: one row for each tensor of the run, in PyTorch's own words."""

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gradviz.model.source.edits import KEYWORD
from gradviz.picture.picture import TensorRow
from gradviz.state.values.chosen import Chosen
from gradviz.ui.docks.tensormodel import FLAG, GRAD, HEADS, Index, TensorModel
from gradviz.ui.style.columns import shared
from gradviz.ui.style.flags import FLAG_KEYS, FlagBox
from gradviz.ui.style.theme import Colours

_WIDEST = 46  # letters of a column
# Letters of each column that stay to be read where there is room for some of each, and where there is little of it:
# what else there is can be scrolled to.
_LETTERS = (16, 16, 18, 11, 7, 8, 9, 7, 4)
_FEWEST = (12, 7, 8, 11, 7, 7, 6, 7, 4)
_LOOKED_AT = 60  # rows that decide how wide a column is


class NameCell(QStyledItemDelegate):
    """A name too long for its column is cut at its beginning: those of parameters differ at their ends."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Say how a name is cut."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideLeft


class Tensors(QTableView):
    """The table.

    Signals:
        chosen: the id of the tensor whose row the person selected.
        lineWanted: the line of the tensor whose row was activated.
        flagWanted: the tensor, as a `Chosen`, a flag of which is to be the other way, and the flag.
        whyWanted: the tensor, as a `Chosen`, of which all there is to say is to be shown.
        menuWanted: the tensor, as a `Chosen`, whose menu is to open, and where on the screen.
    """

    chosen = Signal(int)
    lineWanted = Signal(int)
    flagWanted = Signal(object, str)
    whyWanted = Signal(object)
    menuWanted = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = TensorModel(self)
        self._lighting = self._fitting = self._own_widths = False
        self.setModel(self._model)
        self.setAccessibleName(self.tr("Tensors"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setMinimumSectionSize(30)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        head.setResizeContentsPrecision(_LOOKED_AT)
        head.sectionResized.connect(self._resized)
        self._fit()
        self.selectionModel().selectionChanged.connect(self._selected)
        self.activated.connect(self._activated)
        self.setItemDelegateForColumn(0, NameCell(self))
        self.setItemDelegateForColumn(FLAG, FlagBox(self))
        self.clicked.connect(self._clicked)

    def flags(self) -> QRect:
        """Where the boxes of requires_grad are, with their head; in pixels of the table."""
        left = self.columnViewportPosition(FLAG) + self.viewport().x()
        return QRect(left, 0, self.columnWidth(FLAG), self.height()).intersected(self.rect())

    def show_rows(self, rows: tuple[TensorRow, ...], *, fit: bool = True) -> None:
        """Show the tensors of a picture, in columns that fit them or in those that are there."""
        if rows == self._model.rows:
            return  # after an edit that changes no value nobody waits until all cells are measured
        self._lighting = True
        self._model.show(rows)
        self._lighting = False
        if fit:
            self._fit()

    def dim(self, dimmed: bool) -> None:
        """Tell that the tensors are not of the program as it stands, as the graph tells of itself, or that they are."""
        self._model.dim(dimmed)
        self.setAccessibleDescription(self.tr("Of a run before, and not of the program as it stands") if dimmed else "")

    def show_changes(self, earlier: tuple[TensorRow, ...] | None) -> None:
        """Mark what is not as it was in these rows; None: nothing."""
        self._model.compare(earlier)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._model.apply(colours)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width. It is new too where a step has so few rows that they need no scroll bar."""
        super().resizeEvent(event)
        self._share()

    def changeEvent(self, event: QEvent) -> None:
        """Give rows and columns the room of a larger text; a style that only has other colours needs none."""
        super().changeEvent(event)
        changed = event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if changed and self._metrics() != self._fitted:
            self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
            self._fit()

    def light(self, tensors: frozenset[int]) -> None:
        """Select the rows of these tensors, and go to the first unless the person is at another of them."""
        self._lighting = True
        there = [self._model.index(at, 0) for at, row in enumerate(self._model.rows) if row.tensor in tensors]
        rows, flags = QItemSelection(), QItemSelectionModel.SelectionFlag
        for index in there:
            rows.select(index, index)
        if self.currentIndex().siblingAtColumn(0) not in there:
            first = there[0] if there else QModelIndex()
            self.selectionModel().setCurrentIndex(first, flags.NoUpdate)
            self.scrollTo(first)
        self.selectionModel().select(rows, flags.ClearAndSelect | flags.Rows)
        self._lighting = False

    def _fit(self) -> None:
        """Make the columns as wide as their text and the panel allow, unless the person chose a width."""
        self._fitted = self._metrics()
        head = self.horizontalHeader()
        hints = (max(self.sizeHintForColumn(at), head.sectionSizeHint(at)) for at in range(len(HEADS)))
        widest = self.fontMetrics().averageCharWidth() * _WIDEST
        self._wanted = [min(widest, hint) for hint in hints]
        self._share()

    def _metrics(self) -> tuple[str, int, int]:
        """What the widths of columns depend on beside their text: the font, and how a style spaces heads and cells."""
        cell = self.sizeHintForIndex(self._model.index(0, FLAG)).width()
        return self.font().toString(), self.horizontalHeader().sectionSizeHint(FLAG), cell

    def _share(self) -> None:
        """Share the panel among the columns by what they asked for when they were fitted."""
        if self._own_widths:
            return
        self._fitting = True
        letter = self.fontMetrics().averageCharWidth()
        # The longest head is longer than what is below it, and is what one learns first.
        head = self.horizontalHeader().fontMetrics().horizontalAdvance(KEYWORD) + 13
        fewest, least = (
            [
                max(min(want, letter * letters + 16), head if at == FLAG else 0)
                for at, (want, letters) in enumerate(zip(self._wanted, columns, strict=True))
            ]
            for columns in (_FEWEST, _LETTERS)
        )
        room = self.viewport().width()
        widths = shared(self._wanted, shared(least, fewest, room), room)
        # At a step a .grad may be told at more length than at the end. A scroll bar comes and goes: nothing moves then.
        spare = self.width() - self.verticalScrollBar().sizeHint().width() - sum(widths)
        widths[GRAD] = max(widths[GRAD], min(letter * _WIDEST, widths[GRAD] + spare))
        for at, width in enumerate(widths):
            self.setColumnWidth(at, width)
        self._fitting = False

    def _resized(self) -> None:
        self._own_widths = self._own_widths or not self._fitting

    def _selected(self) -> None:
        rows = self.selectionModel().selectedRows()
        if rows and not self._lighting:
            self.chosen.emit(self._model.rows[rows[0].row()].tensor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Switch a flag of the row by Space or a letter; W asks why."""
        index, letter = self.currentIndex(), event.text()
        if not index.isValid():
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space:
            self.flagWanted.emit(self._tensor(index), KEYWORD)
        elif letter in FLAG_KEYS:
            self.flagWanted.emit(self._tensor(index), FLAG_KEYS[letter])
        elif letter == "w":
            self.whyWanted.emit(self._tensor(index))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of the row under the pointer; by key that of the row selected."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if index.isValid():
            place = event.pos() if by_mouse else self.visualRect(index).center()
            self.menuWanted.emit(self._tensor(index), self.viewport().mapToGlobal(place))

    def _tensor(self, index: QModelIndex) -> Chosen:
        return Chosen("tensor", self._model.rows[index.row()].tensor)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == FLAG:
            self.flagWanted.emit(self._tensor(index), KEYWORD)

    def _activated(self, index: QModelIndex) -> None:
        line = self._model.rows[index.row()].line
        if line is not None and index.column() != FLAG:
            self.lineWanted.emit(line)
