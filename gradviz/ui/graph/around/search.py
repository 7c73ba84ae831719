"""Where a person types what to look for in the graph, sees how much was found, and walks through it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from gradviz.state.values.chosen import Search


class SearchField(QWidget):
    """Hidden while nobody searches.

    Signals:
        typed: the query after a change.
        stepped: 1 to the next hit, -1 to the one before.
        closed: the person searches no longer.
    """

    typed = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query = QLineEdit(self)
        self._query.setPlaceholderText(self.tr("Name, op, shape, line 3"))
        self._query.setAccessibleName(self.tr("Search the graph"))
        self._query.setMinimumWidth(60)
        self._query.textEdited.connect(self.typed)
        self._count = QLabel(self)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setToolTip(self.tr("Enter: next, Shift+Enter: previous, Esc: close"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 6, 0)
        layout.addWidget(self._query, 1)
        layout.addWidget(self._count)
        self.setFocusProxy(self._query)
        self.hide()

    @property
    def count(self) -> str:
        """What is said of how much was found."""
        return self._count.text()

    def show_search(self, search: Search | None) -> None:
        """Show how a search stands."""
        self.setVisible(search is not None)
        if search is None:
            return
        if search.query != self._query.text():
            self._query.setText(search.query)
        self._count.setText(f"{search.at + 1}/{len(search.hits)}" if search.hits else "0/0")
        self._count.setVisible(bool(search.query.strip()))

    def begin(self) -> None:
        """Take the focus, with what was looked for ready to be typed over."""
        self._query.setFocus()
        self._query.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step on Enter, back on Shift+Enter, close on Esc. What is typed goes to the line itself."""
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.stepped.emit(-1 if back else 1)
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Escape:
                self.closed.emit()
            case _:
                super().keyPressEvent(event)
