"""Memory over the run: the plot, what the cursor says, and the tensors that hold the peak."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from gradviz.model.costs.table import Curve, HolderRow
from gradviz.model.quantities import byte_text
from gradviz.ui.docks.memoryplot import MemoryPlot
from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.plain import one_line, tooltip
from gradviz.ui.style.theme import Colours

_NARROWEST = 24  # pixels of a column
_ROWS = 8  # of the list, that there is room for at least


class MemoryView(QWidget):
    """Shows the memory of a program in each grad mode.

    Signals:
        lineWanted: the person asks for a line of the program.
    """

    lineWanted = Signal(int)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[str] = []
        self._title, self._here, self._peak = (wrapped_label(self) for _ in range(3))
        font = self._title.font()
        font.setBold(True)
        for label in (self._title, self._peak):
            label.setFont(font)
        self._title.setText(self.tr("Memory over the run"))
        self._plot = MemoryPlot(colours, self)
        self._plot.moved.connect(self._tell)
        self._plot.lineWanted.connect(self.lineWanted)
        self._list = self._make_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        for part in (self._title, self._plot, self._here, self._peak, self._list):
            layout.addWidget(part)
        layout.addStretch(1)
        self.hide()

    def _make_list(self) -> QTreeWidget:
        made = QTreeWidget(self)
        made.setRootIsDecorated(False)
        made.setUniformRowHeights(True)
        made.setHeaderLabels([self.tr("held by"), self.tr("bytes"), self.tr("line"), self.tr("kind")])
        made.setAccessibleName(self.tr("Who holds the peak"))
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setMinimumWidth(1)  # what does not fit can be scrolled to
        made.setMinimumHeight((_ROWS + 1) * (self.fontMetrics().height() + 6))
        made.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for words in (0, 3):  # give way to numbers, and are told whole by a tip
            made.header().setSectionResizeMode(words, QHeaderView.ResizeMode.Stretch)
        made.header().setStretchLastSection(False)
        made.header().setMinimumSectionSize(_NARROWEST)
        made.itemActivated.connect(self._want_line)
        made.itemClicked.connect(self._want_line)
        return made

    @property
    def plot(self) -> MemoryPlot:
        """The curves."""
        return self._plot

    @property
    def holders(self) -> QTreeWidget:
        """Who holds the peak of the mode that has the cursor."""
        return self._list

    @property
    def words(self) -> str:
        """What is said of where the cursor is."""
        return self._here.text()

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._plot.apply(colours)

    def show_curves(self, curves: tuple[Curve, ...], text: str) -> None:
        """Show the memory of a program.

        Args:
            curves: of each mode.
            text: the program that they are of.
        """
        self._lines = text.splitlines()
        self.setVisible(bool(curves))
        self._plot.show_curves(curves)

    def _tell(self) -> None:
        curve = self._plot.curve
        if curve is None:
            return
        level = curve.levels[self._plot.at]
        sizes = ", ".join(f"{mode} {byte_text(nbytes)}" for mode, nbytes in self._plot.here.items())
        said = self.tr("Step {step}: {sizes}").format(step=f"{level.step:,}", sizes=sizes)
        if level.line is not None:
            code = self._lines[level.line - 1].strip() if level.line <= len(self._lines) else ""
            said += "\n" + self.tr("line {line}: {code}").format(line=level.line, code=one_line(code, 80))
        self._here.setText(said)
        self._plot.setAccessibleDescription(said)
        words = self.tr("{mode}: {peak}, held by").format(mode=curve.mode, peak=curve.peak_text)
        if self._peak.text() != words or self._list.topLevelItemCount() != len(curve.holders):
            self._peak.setText(words)
            self._fill(curve.holders)

    def _fill(self, holders: tuple[HolderRow, ...]) -> None:
        self._list.clear()
        for holder in holders:
            size = f"{holder.size} ({100 * holder.share:.0f} %)"
            line = "" if holder.line is None else str(holder.line)
            item = QTreeWidgetItem([one_line(holder.name), size, line, holder.kind])
            item.setData(0, Qt.ItemDataRole.UserRole, holder.line)
            item.setToolTip(0, tooltip(holder.name))
            item.setToolTip(3, tooltip(holder.kind))
            self._list.addTopLevelItem(item)

    def _want_line(self, item: QTreeWidgetItem) -> None:
        line = item.data(0, Qt.ItemDataRole.UserRole)
        if isinstance(line, int):
            self.lineWanted.emit(line)
