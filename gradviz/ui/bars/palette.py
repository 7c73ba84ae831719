"""The command palette: a line to type in over the window, and below it what is meant, the best first.

It is there from its opening to its end. It knows how to choose, and nothing of what is chosen.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from gradviz.state.commands.palette import Choices, Entry, found
from gradviz.ui.bars.paletterows import PAD, Look, RowPainter, Rows, row_height
from gradviz.ui.style.announcing import announce
from gradviz.ui.style.theme import Colours

_ROWS = 14  # that are seen
_WIDEST = 720  # pixels, at text of the usual size
_TOP = 8  # pixels below the top of the room
_LEAVING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)  # from which one comes back


class _Line(QLineEdit):
    """The line to type in.

    Signals:
        left: the person works elsewhere in the window.
    """

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell of it, but not while a menu is open or another program is worked with."""
        super().focusOutEvent(event)
        if event.reason() not in _LEAVING:
            self.left.emit()


class Palette(QFrame):
    """Chooses one of many things by some letters of its name.

    Signals:
        picked: the entry that was chosen. The palette is gone by then, and the focus where it was.
    """

    picked = Signal(object)

    def __init__(
        self, among: Choices, used: tuple[str, ...], look: Callable[[Entry], Look], colours: Colours, parent: QWidget
    ) -> None:
        """Make a palette that nobody sees yet.

        Args:
            among: what there is to choose.
            used: what was chosen before: see `found`.
            look: how an entry looks now.
            colours: of its rows.
            parent: over which it stands.
        """
        super().__init__(parent)
        self._among, self._used, self._window = among, used, parent
        self._before = QApplication.focusWidget()
        self._line, self._list, self._rows = _Line(self), QListView(self), Rows(look, self)
        self._nothing = QLabel(self.tr("Nothing is called so"), self)
        self.setObjectName("palette")
        self.setStyleSheet(
            f"#palette {{ background: {colours.base}; border: 1px solid {colours.accent}; border-radius: 8px; }}"
            f"#palette QListView {{ background: {colours.base}; border: none; }}"
        )
        self._line.setPlaceholderText(self.tr("Command, example, file, tensor, op or :line"))
        self._line.setAccessibleName(self.tr("Command palette"))
        self._line.textChanged.connect(self._find)
        self._line.left.connect(self.end)
        self._list.setModel(self._rows)
        self._list.setItemDelegate(RowPainter(self._rows, colours, self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName(self._line.accessibleName())
        self._list.clicked.connect(lambda index: self._pick(index.row()))
        self._nothing.setContentsMargins(PAD, 4, PAD, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for widget in (self._line, self._list, self._nothing):
            layout.addWidget(widget)
        parent.installEventFilter(self)
        self._find("")

    @property
    def line(self) -> QLineEdit:
        """Where letters are typed."""
        return self._line

    @property
    def rows(self) -> Rows:
        """What is meant."""
        return self._rows

    @property
    def row(self) -> int:
        """The row that Enter chooses; -1: there is none."""
        return self._list.currentIndex().row()

    def begin(self) -> None:
        """Come into view and take the focus."""
        self.show()
        self.raise_()
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def end(self) -> None:
        """Be gone; the focus is where it was, unless the person has put it elsewhere."""
        if self.isHidden():
            return
        focused, before = self._line.hasFocus(), self._before
        self._line.blockSignals(True)
        if focused and before is not None:
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._window.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def refresh(self) -> None:
        """Show how rows look now."""
        self._list.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep its place in the window."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Go through the rows with Tab: there is nothing else here to come to."""
        self._step(1 if following else -1)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the rows, choose one, or leave. What is typed goes to the line itself."""
        page = max(1, self._list.viewport().height() // row_height(self.fontMetrics()) - 1)
        match event.key():
            case Qt.Key.Key_Escape:
                self.end()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._pick(self.row)
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                self._go(self.row + (page if event.key() == Qt.Key.Key_PageDown else -page))
            case _:
                super().keyPressEvent(event)

    def _find(self, query: str) -> None:
        self._rows.show_entries(found(self._among, query, self._used), query)
        self._nothing.setVisible(self._rows.rowCount() == 0)
        self._list.setVisible(self._rows.rowCount() > 0)
        self._place()
        self._go(0)

    def _step(self, by: int) -> None:
        """Go to the next row, the first again after the last."""
        count = self._rows.rowCount()
        self._go((self.row + by) % count if count else 0)

    def _go(self, row: int) -> None:
        """Go to a row, and have it read out."""
        row = min(max(0, row), self._rows.rowCount() - 1)
        if row < 0:
            announce(self._line, self._nothing.text())
            return
        self._list.setCurrentIndex(self._rows.index(row))
        announce(self._line, self._rows.look(row).told)
        self.refresh()

    def _pick(self, row: int) -> None:
        entry = self._rows.entry(row)
        if entry is not None and self._rows.look(row).able:
            self.end()
            self.picked.emit(entry)

    def _place(self) -> None:
        """Stand at the top of the window, as high as there are rows."""
        room = self._window.size()
        metrics = self.fontMetrics()
        wide = min(room.width() - 40, max(_WIDEST, 52 * metrics.averageCharWidth()))
        height = row_height(metrics)
        seen = min(_ROWS, self._rows.rowCount(), max(3, room.height() * 6 // 10 // height))
        self._list.setFixedHeight(seen * height + 2)
        self.resize(wide, self.sizeHint().height())
        self.move((room.width() - wide) // 2, _TOP + self._window.fontMetrics().height() * 2)
