"""The tensors table: one row for each tensor of the run, in PyTorch's own words."""

from collections.abc import Iterable
from itertools import groupby

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QKeyEvent, QResizeEvent
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
from gradviz.ui.docks.changes import Changes, changes
from gradviz.ui.style.columns import shared
from gradviz.ui.style.flags import FLAG_KEYS, LOCKED, FlagBox
from gradviz.ui.style.plain import one_line, plain, tooltip
from gradviz.ui.style.theme import Colours, colour

_HEADS = ("name", "value", ".grad", "requires_grad", "is_leaf", "grad_fn", "shape", "dtype", "line")
_FLAG, _GRAD = _HEADS.index("requires_grad"), _HEADS.index(".grad")
_LONGEST_CELL = 200
_WIDEST = 46  # letters of a column
# Letters of each column that stay to be read where there is room for some of each, and where there is little of it:
# what else there is can be scrolled to.
_LETTERS = (16, 16, 18, 11, 7, 8, 9, 7, 4)
_FEWEST = (12, 8, 10, 11, 7, 7, 6, 7, 4)
_LOOKED_AT = 60  # rows that decide how wide a column is
Index = QModelIndex | QPersistentModelIndex
Shown = str | QFont | QColor | Qt.CheckState | None  # of a cell


def cells(row: TensorRow) -> tuple[str, ...]:
    """Return what the table shows of a tensor, in the order of its columns."""
    line = "" if row.line is None else str(row.line)
    flags = (str(row.requires_grad), str(row.is_leaf))
    return (row.name, row.value, row.grad, *flags, row.grad_fn or "None", row.shape, row.dtype, line)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Tensors", text)


def _bold() -> QFont:
    font = QFont()
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _underlined(font: QFont) -> QFont:
    """A line under a text takes no room: a column that shows it whole does so when it has changed too."""
    font.setUnderline(True)
    return font


class TensorModel(QAbstractTableModel):
    """The rows of a picture as Qt asks for them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: tuple[TensorRow, ...] = ()
        self._cells: tuple[tuple[str, ...], ...] = ()  # of each row; Qt asks for each a dozen times
        self._changes: Changes = {}
        self._ground, self._muted = QColor(), QColor()
        self._dimmed = False
        # Words of PyTorch are the same in every language.
        self._heads = (_tr("name"), _tr("value"), *_HEADS[2:-1], _tr("line"))

    @property
    def rows(self) -> tuple[TensorRow, ...]:
        """The tensors shown."""
        return self._rows

    def show(self, rows: tuple[TensorRow, ...]) -> None:
        """Show other tensors."""
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._take(rows)
            self.endResetModel()
        elif rows != self._rows:
            before = self._rows
            self._take(rows)
            self._repaint(at for at, (one, other) in enumerate(zip(rows, before, strict=True)) if one != other)

    def _take(self, rows: tuple[TensorRow, ...]) -> None:
        self._rows, self._cells = rows, tuple(map(cells, rows))

    def compare(self, earlier: tuple[TensorRow, ...] | None) -> None:
        """Mark what is not as it was in these rows; None: nothing."""
        before = None if earlier is None else [cells(row) for row in earlier]
        found = changes(self._cells, before)
        if found != self._changes:
            rows = {row for (row, _), _ in found.items() ^ self._changes.items()}
            self._changes = found
            self._repaint(sorted(rows))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._ground, self._muted = colour(colours.step_line), colour(colours.muted)
        self._repaint(range(len(self._rows)))

    def dim(self, dimmed: bool) -> None:
        """Show the rows as those of another text than the program, or no longer."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self._repaint(range(len(self._rows)))

    def _repaint(self, rows: Iterable[int]) -> None:
        """Tell which rows are others, those that follow each other together."""
        for _, run in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
            places = [row for _, row in run]
            self.dataChanged.emit(self.index(places[0], 0), self.index(places[-1], len(_HEADS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of tensors."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of facts."""
        return 0 if parent.isValid() else len(_HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Shown:
        """Return a cell's text, its whole text as a tip, a bold font for names, and the box of requires_grad."""
        if not index.isValid():
            return None
        row, flag = self._rows[index.row()], index.column() == _FLAG
        text = self._cells[index.row()][index.column()]
        tip = row.locked if flag and row.locked else text
        if flag and role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if row.requires_grad else Qt.CheckState.Unchecked
        if flag and role == LOCKED:
            return row.locked
        if (index.row(), index.column()) in self._changes:
            said = tip if role == Qt.ItemDataRole.ToolTipRole else text
            look = self._changed(index, said, self._changes[index.row(), index.column()], role)
            if look is not None:
                return look
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(text, _LONGEST_CELL)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(tip)
        if role == Qt.ItemDataRole.FontRole and index.column() == 0:
            return _bold()
        if role == Qt.ItemDataRole.ForegroundRole and self._dimmed:
            return self._muted
        return None

    def _changed(self, index: Index, text: str, before: str, role: int) -> str | QFont | QColor | None:
        """What is different about a cell that has just changed, for the eye and for who is read to."""
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._ground
        if role == Qt.ItemDataRole.FontRole:
            return _underlined(_bold() if index.column() == 0 else QFont())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = _tr("{text}\nshown before: {before}") if before else _tr("{text}\nnot there before")
            whole = words.format(text=text, before=before)
            return tooltip(whole) if role == Qt.ItemDataRole.ToolTipRole else plain(whole)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Return a column's head, and as its tip too, where it is cut."""
        texts = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        if orientation == Qt.Orientation.Horizontal and role in texts:
            return self._heads[section]
        return None


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
        self.setItemDelegateForColumn(_FLAG, FlagBox(self))
        self.clicked.connect(self._clicked)

    def flags(self) -> QRect:
        """Where the boxes of requires_grad are, with their head; in pixels of the table."""
        left = self.columnViewportPosition(_FLAG) + self.viewport().x()
        return QRect(left, 0, self.columnWidth(_FLAG), self.height()).intersected(self.rect())

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
        """Select the first row of these tensors, or none."""
        self._lighting = True
        row = next((at for at, row in enumerate(self._model.rows) if row.tensor in tensors), None)
        if row is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        elif self.currentIndex().row() != row or not self.selectionModel().hasSelection():
            self.selectRow(row)
            self.scrollTo(self._model.index(row, 0))
        self._lighting = False

    def _fit(self) -> None:
        """Make the columns as wide as their text and the panel allow, unless the person chose a width."""
        self._fitted = self._metrics()
        head = self.horizontalHeader()
        hints = (max(self.sizeHintForColumn(at), head.sectionSizeHint(at)) for at in range(len(_HEADS)))
        widest = self.fontMetrics().averageCharWidth() * _WIDEST
        self._wanted = [min(widest, hint) for hint in hints]
        self._share()

    def _metrics(self) -> tuple[str, int, int]:
        """What the widths of columns depend on beside their text: the font, and how a style spaces heads and cells."""
        cell = self.sizeHintForIndex(self._model.index(0, _FLAG)).width()
        return self.font().toString(), self.horizontalHeader().sectionSizeHint(_FLAG), cell

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
                max(min(want, letter * letters + 16), head if at == _FLAG else 0)
                for at, (want, letters) in enumerate(zip(self._wanted, columns, strict=True))
            ]
            for columns in (_FEWEST, _LETTERS)
        )
        room = self.viewport().width()
        widths = shared(self._wanted, shared(least, fewest, room), room)
        # At a step a .grad may be told at more length than at the end. A scroll bar comes and goes: nothing moves then.
        spare = self.width() - self.verticalScrollBar().sizeHint().width() - sum(widths)
        widths[_GRAD] = max(widths[_GRAD], min(letter * _WIDEST, widths[_GRAD] + spare))
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
        if index.column() == _FLAG:
            self.flagWanted.emit(self._tensor(index), KEYWORD)

    def _activated(self, index: QModelIndex) -> None:
        line = self._model.rows[index.row()].line
        if line is not None and index.column() != _FLAG:
            self.lineWanted.emit(line)
