"""The table below the grad modes side by side: what differs between them, as it was recorded and as it was measured."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTableWidget, QTableWidgetItem, QWidget

from gradviz.ui.style.plain import one_line, tooltip

Row = tuple[str, ...]  # a quantity, then how much of it there is in each mode
_WIDTH, _ROWS = 480, 6  # pixels at first, and rows: the four that are recorded, the time and what is saved
_LONGEST = 200


class Sides(QTableWidget):
    """A row for each quantity, a column for each mode; hidden while there is nothing to compare."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setMinimumHeight(72)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().sectionClicked.connect(self._choose)
        self._menu = QMenu(self)
        self.setAccessibleName(self.tr("What differs between the grad modes"))
        self._heads: Row = ()
        self._errors: Row = ()
        self._rows: tuple[Row, ...] = ()
        self.hide()

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown, the names of the modes left out."""
        return self._rows

    @property
    def menu(self) -> QMenu:
        """Which modes there may be a column for."""
        return self._menu

    def fill(self, choices: Iterable[QAction]) -> None:
        """Offer these choices of the modes at the head of any column."""
        self._menu.addActions(list(choices))

    def sizeHint(self) -> QSize:
        """Return room for the rows that weigh most, whether they have come or not: the graphs come first."""
        head = self.horizontalHeader().sizeHint().height()
        return QSize(_WIDTH, head + _ROWS * self._row_height() + 2 * self.frameWidth())

    def show_sides(self, modes: Row, rows: tuple[Row, ...], errors: Row = ()) -> None:
        """Show how much of each quantity there is in each mode; a quantity that differs is in bold.

        Args:
            modes: a column for each.
            rows: the quantities.
            errors: of each mode, the error that its run ended in, which the pointer brings out anywhere in its column.
        """
        heads = (self.tr("in each grad mode") + " ▾", *modes)
        if (heads, rows, errors) == (self._heads, self._rows, self._errors):
            return
        self._heads, self._rows, self._errors = heads, rows, errors
        self.setColumnCount(len(heads))
        self.setRowCount(len(rows))
        hints = ("", *errors, *[""] * len(heads))
        for column, head in enumerate(heads):
            item = QTableWidgetItem(head)
            item.setToolTip(tooltip(hints[column]))
            self.setHorizontalHeaderItem(column, item)
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                hint = "\n".join(part for part in (text, hints[column]) if part)
                self.setItem(at, column, self._item(text, hint, bold=column == 0 and len(set(row[1:])) > 1))
        self.verticalHeader().setDefaultSectionSize(self._row_height())

    def changeEvent(self, event: QEvent) -> None:
        """Give rows the room of a larger text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.verticalHeader().setDefaultSectionSize(self._row_height())

    def _row_height(self) -> int:
        return self.fontMetrics().height() + 6

    def _choose(self, column: int) -> None:
        """Open the menu below the head of a column."""
        head = self.horizontalHeader()
        self._menu.popup(head.mapToGlobal(QPoint(head.sectionViewportPosition(column), head.height())))

    def _item(self, text: str, hint: str, *, bold: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(one_line(text, _LONGEST))
        item.setToolTip(tooltip(hint))
        if bold:
            font = item.font()
            font.setBold(True)
            item.setFont(font)
        return item
