"""The rows of the tensors table as Qt asks for them: what each cell shows, and which of them have just changed."""

from collections.abc import Iterable
from itertools import groupby

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QWidget

from gradviz.picture.picture import TensorRow
from gradviz.ui.docks.changes import Changes, changes
from gradviz.ui.style.flags import LOCKED
from gradviz.ui.style.plain import one_line, plain, tooltip
from gradviz.ui.style.theme import Colours, colour

HEADS = ("name", "value", ".grad", "requires_grad", "is_leaf", "grad_fn", "shape", "dtype", "line")
FLAG, GRAD = HEADS.index("requires_grad"), HEADS.index(".grad")
_LONGEST_CELL = 200
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
        self._heads = (_tr("name"), _tr("value"), *HEADS[2:-1], _tr("line"))

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
            self.dataChanged.emit(self.index(places[0], 0), self.index(places[-1], len(HEADS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of tensors."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of facts."""
        return 0 if parent.isValid() else len(HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Shown:
        """Return a cell's text, its whole text as a tip, a bold font for names, and the box of requires_grad."""
        if not index.isValid():
            return None
        row, flag = self._rows[index.row()], index.column() == FLAG
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
