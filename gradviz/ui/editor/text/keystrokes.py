"""What the editor's keys do at a cursor, each as one step of undo. Knows documents and cursors, no widget."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor

from gradviz.ui.editor.text import editing
from gradviz.ui.style.plain import utf16

BREAK = "\u2029"  # what Qt puts for the end of a line within a selection


def before(cursor: QTextCursor) -> str:
    """Return the text left of the cursor, or of its selection, on its line."""
    block = cursor.document().findBlock(cursor.selectionStart())
    units = block.text().encode("utf-16-le", "surrogatepass")
    return units[: 2 * (cursor.selectionStart() - block.position())].decode("utf-16-le", "surrogatepass")


def typed(cursor: QTextCursor, event: QKeyEvent) -> bool:
    """Do what Python's indents want a key to do; return False, and do nothing, where it is left to Qt."""
    key, modifiers = event.key(), event.modifiers()
    plain_key = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    if key == Qt.Key.Key_Tab and plain_key:
        if BREAK in cursor.selectedText():
            rewrite(cursor, editing.indented)
        else:
            cursor.insertText(editing.to_stop(len(before(cursor).expandtabs(editing.STEP))))
    elif key == Qt.Key.Key_Backtab:
        rewrite(cursor, editing.dedented)
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain_key:
        cursor.insertText("\n" + editing.next_indent(before(cursor)))
    elif key == Qt.Key.Key_Backspace and plain_key and not cursor.hasSelection():
        _take_back(cursor, editing.back_to_stop(before(cursor)))
    elif key == Qt.Key.Key_Home and not modifiers & Qt.KeyboardModifier.ControlModifier:
        _to_start(cursor, selecting=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
    else:
        return False
    return True


def _take_back(cursor: QTextCursor, count: int) -> None:
    """Take away so many characters left of the cursor."""
    if count == 1:
        cursor.deletePreviousChar()
    else:
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, count)
        cursor.removeSelectedText()


def _to_start(cursor: QTextCursor, *, selecting: bool) -> None:
    """Go to where the line's code begins; from there to where the line does."""
    block = cursor.block()
    code = block.position() + len(block.text()) - len(block.text().lstrip())
    mode = QTextCursor.MoveMode.KeepAnchor if selecting else QTextCursor.MoveMode.MoveAnchor
    cursor.setPosition(block.position() if cursor.position() == code else code, mode)


def rewrite(cursor: QTextCursor, change: Callable[[list[str]], list[str]]) -> None:
    """Change the lines of the selection, and keep them selected."""
    document = cursor.document()
    first, last = document.findBlock(cursor.selectionStart()), document.findBlock(cursor.selectionEnd())
    if cursor.hasSelection() and last != first and cursor.selectionEnd() == last.position():
        last = last.previous()
    selected, start = cursor.hasSelection(), first.position()
    from_end = last.position() + last.length() - 1 - cursor.position()
    lines = QTextCursor(first)
    lines.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
    old = lines.selectedText().split(BREAK)
    new = change(old)
    if new == old:
        return
    lines.insertText("\n".join(new))
    end = lines.position()
    cursor.setPosition(start if selected else max(start, end - max(0, from_end)))
    if selected:
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)


def put(own: QTextCursor, start: int, end: int, text: str, *, joined: bool = False) -> QTextCursor:
    """Put a text in the place of another, as a step of its own, and return where the cursor is then: at its text.

    Args:
        own: the cursor of the person.
        start: where the other text begins, in Qt's units.
        end: where it ends.
        text: what is to be there.
        joined: whether it can only be undone together with the change before it.
    """
    moved = [editing.shifted(at, start, end, utf16(text, len(text))) for at in (own.anchor(), own.position())]
    cursor = QTextCursor(own.document())
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    (cursor.joinPreviousEditBlock if joined else cursor.beginEditBlock)()
    cursor.insertText(text + " ")
    cursor.deletePreviousChar()  # Qt joins insertions that follow each other at one place
    cursor.endEditBlock()
    own.setPosition(moved[0])
    own.setPosition(moved[1], QTextCursor.MoveMode.KeepAnchor)
    return own
