"""The tensors table: one row for each tensor of the run, in PyTorch's own words."""

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from gradviz.picture.picture import TensorRow
from gradviz.ui.columns import shared
from gradviz.ui.plain import one_line, tooltip

_HEADS = ("name", "value", ".grad", "requires_grad", "is_leaf", "grad_fn", "shape", "dtype", "line")
_LONGEST_CELL = 200
_WIDEST = 320  # pixels of a column
_LETTERS = (3, 5, 8, 5, 5, 8, 4, 5, 3)  # of each column that stay to be read however little room there is
_LOOKED_AT = 60  # rows that decide how wide a column is
Index = QModelIndex | QPersistentModelIndex


def cells(row: TensorRow) -> tuple[str, ...]:
    """Return what the table shows of a tensor, in the order of its columns."""
    line = "" if row.line is None else str(row.line)
    flags = (str(row.requires_grad), str(row.is_leaf))
    return (row.name, row.value, row.grad, *flags, row.grad_fn or "None", row.shape, row.dtype, line)


class TensorModel(QAbstractTableModel):
    """The rows of a picture as Qt asks for them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: tuple[TensorRow, ...] = ()

    @property
    def rows(self) -> tuple[TensorRow, ...]:
        """The tensors shown."""
        return self._rows

    def show(self, rows: tuple[TensorRow, ...]) -> None:
        """Show other tensors."""
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows != self._rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(_HEADS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of tensors."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of facts."""
        return 0 if parent.isValid() else len(_HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | QFont | None:
        """Return a cell's text, its whole text as a tip, and a bold font for names."""
        if not index.isValid():
            return None
        text = cells(self._rows[index.row()])[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(text, _LONGEST_CELL)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(text)
        if role == Qt.ItemDataRole.FontRole and index.column() == 0:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Return a column's head, and as its tip too, where it is cut."""
        texts = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        if orientation == Qt.Orientation.Horizontal and role in texts:
            return _HEADS[section]
        return None


class Tensors(QTableView):
    """The table.

    Signals:
        chosen: the id of the tensor whose row the person selected.
        lineWanted: the line of the tensor whose row was activated.
    """

    chosen = Signal(int)
    lineWanted = Signal(int)

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

    def show_rows(self, rows: tuple[TensorRow, ...]) -> None:
        """Show the tensors of a picture."""
        self._lighting = True
        self._model.show(rows)
        self._lighting = False
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Give rows and columns the room of a larger text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
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
        if self._own_widths:
            return
        self._fitting = True
        head, letter = self.horizontalHeader(), self.fontMetrics().averageCharWidth()
        columns = range(len(_HEADS))
        wanted = [min(_WIDEST, max(self.sizeHintForColumn(at), head.sectionSizeHint(at))) for at in columns]
        least = [min(want, letter * letters + 16) for want, letters in zip(wanted, _LETTERS, strict=True)]
        for at, width in enumerate(shared(wanted, least, self.viewport().width())):
            self.setColumnWidth(at, width)
        self._fitting = False

    def _resized(self) -> None:
        self._own_widths = self._own_widths or not self._fitting

    def _selected(self) -> None:
        rows = self.selectionModel().selectedRows()
        if rows and not self._lighting:
            self.chosen.emit(self._model.rows[rows[0].row()].tensor)

    def _activated(self, index: QModelIndex) -> None:
        line = self._model.rows[index.row()].line
        if line is not None:
            self.lineWanted.emit(line)
