"""Where a person types what to find in the program, and what to put in its place. Knows no text of the program."""

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QToolButton, QWidget


class Sought(NamedTuple):
    """What a person looks for in the program, and what is to stand in its place."""

    query: str
    other: str
    capitals: bool
    replacing: bool
    shown: bool  # whether the bar is open


class FindBar(QWidget):
    """Hidden while nobody looks for anything.

    Signals:
        typed: what is looked for, or how, changed.
        stepped: 1 to the next place, -1 to the one before.
        replaceWanted: put the other text in this place.
        replaceAllWanted: put it in all places.
        closed: the person looks for nothing any longer.
    """

    typed = Signal()
    stepped = Signal(int)
    replaceWanted = Signal()
    replaceAllWanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query, self._other = self._line(self.tr("Find")), self._line(self.tr("Replace with"))
        self._query.textEdited.connect(lambda: self.typed.emit())
        self._count = QLabel(self)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setMinimumWidth(self.fontMetrics().horizontalAdvance("000/000"))
        self._case = self._button("Aa", self.tr("Capitals matter"))
        self._case.setCheckable(True)
        self._case.toggled.connect(lambda: self.typed.emit())
        back = self._button("↑", self.tr("The place before (Shift+Enter)"))
        back.clicked.connect(lambda: self.stepped.emit(-1))
        on = self._button("↓", self.tr("The next place (Enter)"))
        on.clicked.connect(lambda: self.stepped.emit(1))
        close = self._button("×", self.tr("Close (Esc)"))
        close.clicked.connect(self.closed)
        self._one = self._button(self.tr("Replace"), self.tr("Replace this place, and go to the next (Enter)"))
        self._one.clicked.connect(self.replaceWanted)
        self._all = self._button(self.tr("All"), self.tr("Replace all places as one step that can be undone"))
        self._all.clicked.connect(self.replaceAllWanted)
        layout = QGridLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        for column, widget in enumerate((self._query, self._count, self._case, back, on, close)):
            layout.addWidget(widget, 0, column)
        layout.addWidget(self._other, 1, 0)
        layout.addWidget(self._one, 1, 1, 1, 2)
        layout.addWidget(self._all, 1, 3, 1, 3)
        layout.setColumnStretch(0, 1)
        self.setFocusProxy(self._query)
        self.hide()

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText(name)
        line.setAccessibleName(name)
        line.setMinimumWidth(60)
        return line

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    @property
    def query(self) -> str:
        """What is looked for."""
        return self._query.text()

    @property
    def other(self) -> str:
        """What is to be put in its place."""
        return self._other.text()

    @property
    def capitals(self) -> bool:
        """Whether a capital is another letter than its small one."""
        return self._case.isChecked()

    @property
    def count(self) -> str:
        """What is said of how much was found."""
        return self._count.text()

    @property
    def sought(self) -> Sought:
        """What the person looks for now."""
        return Sought(self.query, self.other, self.capitals, not self._other.isHidden(), not self.isHidden())

    def go_on(self, sought: Sought) -> None:
        """Look for what was looked for in a window of another language."""
        self._query.setText(sought.query)
        self._other.setText(sought.other)
        self._case.setChecked(sought.capitals)
        if sought.shown:
            self._open(replacing=sought.replacing)

    def begin(self, query: str, *, replacing: bool) -> None:
        """Take the focus, with what to look for ready to be typed over.

        Args:
            query: what to look for; empty: what was looked for last.
            replacing: whether there is something to put in its place.
        """
        if query:
            self._query.setText(query)
        self._open(replacing=replacing)
        self._query.setFocus()
        self._query.selectAll()

    def _open(self, *, replacing: bool) -> None:
        for widget in (self._other, self._one, self._all):
            widget.setVisible(replacing)
        self.show()
        self.typed.emit()

    def show_count(self, at: int, found: int) -> None:
        """Show at which place of how many the cursor is; 0 where it is at none."""
        self._count.setText(f"{at:,}/{found:,}" if self.query else "")
        self._one.setEnabled(bool(found))
        self._all.setEnabled(bool(found))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step on Enter, back on Shift+Enter, close on Esc. What is typed goes to the line itself."""
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._other.hasFocus():
                self.replaceWanted.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.stepped.emit(-1 if back else 1)
            case Qt.Key.Key_Escape:
                self.closed.emit()
            case _:
                super().keyPressEvent(event)
