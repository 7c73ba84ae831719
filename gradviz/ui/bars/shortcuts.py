"""The sheet of all keys: the shortcuts of the table of commands, and what single keys do in the graph."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from gradviz.ui.bars.actions import COMMANDS, QT_TRANSLATE_NOOP, said, unmarked
from gradviz.ui.style.theme import monospace

IN_GRAPH = QT_TRANSLATE_NOOP("Actions", "In the graph")

# Keys of the graph, which hold only while it has the focus.
GRAPH_KEYS = (
    (QT_TRANSLATE_NOOP("Actions", "Walk along the edges"), "← ↑ → ↓"),
    (QT_TRANSLATE_NOOP("Actions", "Next, previous place of what is selected: its box and its badges"), "N  Shift+N"),
    (QT_TRANSLATE_NOOP("Actions", "Unfold, or go to the line"), "Enter"),
    (QT_TRANSLATE_NOOP("Actions", "Unfold, fold what is round it"), "U  Shift+U"),
    (QT_TRANSLATE_NOOP("Actions", "Why? Tell all of the tensor or op, here or in the table of tensors"), "W"),
    (QT_TRANSLATE_NOOP("Actions", "Switch requires_grad, here or in the table of tensors, there also with Space"), "R"),
    (QT_TRANSLATE_NOOP("Actions", "Switch retain_grad() and detach, here or in the table of tensors"), "G  D"),
    (QT_TRANSLATE_NOOP("Actions", "Only what it comes from, what it leads to, what is linked with it"), "I  O  L"),
    (QT_TRANSLATE_NOOP("Actions", "Hide, show all"), "H  A"),
    (QT_TRANSLATE_NOOP("Actions", "Fit, fit what is selected"), "F  Shift+F"),
    (QT_TRANSLATE_NOOP("Actions", "Larger, smaller, full size"), "+  -  1"),
    (QT_TRANSLATE_NOOP("Actions", "Drag the graph"), "Space"),
    (QT_TRANSLATE_NOOP("Actions", "Search"), "/"),
    (QT_TRANSLATE_NOOP("Actions", "Select nothing, then return to the end of the run"), "Esc"),
)


def shortcut_sheet() -> str:
    """Return every shortcut under the title of its menu, one a line: keys, then what they do."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for command in COMMANDS:
        if command.keys:
            parts.setdefault(command.menu, []).append((", ".join(command.keys), said(command.text)))
    parts[IN_GRAPH] = [(keys, said(text)) for text, keys in GRAPH_KEYS]
    width = max(len(keys) for rows in parts.values() for keys, _ in rows) + 3
    return "\n\n".join(
        "\n".join([unmarked(said(title)), *(f"  {keys.ljust(width)}{unmarked(text)}" for keys, text in rows)])
        for title, rows in parts.items()
    )


class ShortcutSheet(QDialog):
    """Shows them all: more than a screen has room for, so they scroll."""

    def __init__(self, parent: QWidget, points: float) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self._text = QPlainTextEdit(shortcut_sheet(), self)
        self._text.setReadOnly(True)
        self._text.setFont(monospace(points))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(self.windowTitle())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._text)
        layout.addWidget(buttons)
        wide = max(map(self._text.fontMetrics().horizontalAdvance, self.text.splitlines())) + 80
        room = parent.size()
        self.resize(min(wide, room.width() * 9 // 10), room.height() * 8 // 10)

    @property
    def text(self) -> str:
        """All of it."""
        return self._text.toPlainText()
