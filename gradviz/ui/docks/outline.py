"""The modules of the program as a tree: how many ops and parameters each has, and what it keeps for backward."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from gradviz.model.graph.modules import named
from gradviz.model.quantities import byte_text
from gradviz.picture.picture import ModuleRow
from gradviz.ui.style.plain import plain

_PATH = Qt.ItemDataRole.UserRole
_SEEN = 2  # levels that are open at first


class Outline(QTreeWidget):
    """Selecting a module lights what it does in the graph; Enter or a double click looks into it.

    Signals:
        chosen: the path of a module.
        wanted: the path of a module to look into.
    """

    chosen = Signal(str)
    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Modules"))
        self.setHeaderLabels([self.tr("module"), self.tr("ops"), self.tr("parameters"), self.tr("saved")])
        self.setIndentation(12)  # a narrow panel has names to show
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setStretchLastSection(False)
        self._told: list[tuple[str, tuple[str, ...], int, int, int]] = []
        self.currentItemChanged.connect(self._choose)
        self.itemActivated.connect(lambda item, _column: self.wanted.emit(item.data(0, _PATH)))

    def sizeHint(self) -> QSize:
        """Return room for paths and numbers."""
        return QSize(330, 10 * (self.fontMetrics().height() + 6))

    def show_modules(self, rows: tuple[ModuleRow, ...]) -> None:
        """Show the modules; while they are the same, the tree stays as the person left it."""
        told = [(row.path, row.types, row.ops, row.parameters, row.saved_bytes) for row in rows]
        if told == self._told:
            return
        closed = {path for path, item in self._items().items() if item.childCount() and not item.isExpanded()}
        known, here = set(self._items()), self._path()
        self._told = told
        self.blockSignals(True)
        self.clear()
        items: dict[str, QTreeWidgetItem] = {}
        for path, of, ops, parameters, saved in told:
            before, _, name = path.rpartition(".")
            title = plain(named(name, of))
            item = QTreeWidgetItem([title, f"{ops:,}", f"{parameters:,}", byte_text(saved) if saved else ""])
            item.setData(0, _PATH, path)
            item.setToolTip(0, plain(named(path, of)))
            for column in (1, 2, 3):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            items[path] = item
            if before in items:
                items[before].addChild(item)
            else:
                self.addTopLevelItem(item)
        for path, item in items.items():
            item.setExpanded(path not in closed and (path in known or path.count(".") < _SEEN - 1))
        if here in items:
            self.setCurrentItem(items[here])
        self.blockSignals(False)

    def _items(self) -> dict[str, QTreeWidgetItem]:
        todo = [self.invisibleRootItem()]
        found: dict[str, QTreeWidgetItem] = {}
        while todo:
            item = todo.pop()
            for child in filter(None, map(item.child, range(item.childCount()))):
                found[child.data(0, _PATH)] = child
                todo.append(child)
        return found

    def _path(self) -> str:
        item = self.currentItem()
        return "" if item is None else str(item.data(0, _PATH))

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(0, _PATH))
