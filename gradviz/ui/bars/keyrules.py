"""Which keys can ask for a command: none that types or edits text, walks through a list, or opens a menu."""

from collections.abc import Iterable, Sequence
from typing import cast

from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPlainTextEdit

from gradviz.ui.bars.actions import USUAL
from gradviz.ui.bars.command import unmarked

_HELD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_FUNCTION_KEYS = range(Qt.Key.Key_F1.value, Qt.Key.Key_F35.value + 1)
_MENU_KEY = "Shift+F10"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Keys", text)


def is_key(command: str, key: str) -> bool:
    """Whether a text is one key, as Qt writes it, that can ask for a command."""
    keys = QKeySequence(key)
    return keys.count() == 1 and keys.toString() == key and not refused(command, key, ())


def refused(command: str, key: str, menus: Iterable[str]) -> str:
    """Return why a key cannot ask for a command; "": it can.

    Args:
        command: its id; its usual keys can.
        key: as Qt writes it.
        menus: the titles of those of the menu bar.
    """
    if key in USUAL.get(command, ()):
        return ""
    pressed = _pressed(key)
    if not pressed.keyboardModifiers() & _HELD and pressed.key().value not in _FUNCTION_KEYS:
        why = _tr("{key} alone types, or walks through lists: press Ctrl or Alt with it, or a function key")
    elif key == _MENU_KEY:
        why = _tr("{key} opens the menu of what is selected")
    elif _edits(key):
        why = _tr("{key} is for text: fields and the program take it")
    else:
        menu = next((title for title in menus if QKeySequence.mnemonic(title).toString() == key), None)
        return "" if menu is None else _tr("{key} opens the menu {menu}").format(key=key, menu=unmarked(menu))
    return why.format(key=key)


def _pressed(key: str) -> QKeyCombination:
    return cast("Sequence[QKeyCombination]", QKeySequence(key))[0]  # it is one, and its type does not say so


def _edits(key: str) -> bool:
    """Whether a field of text takes a key for itself. Qt asks the field before it looks for a command."""
    pressed = _pressed(key)
    asked = QKeyEvent(QEvent.Type.ShortcutOverride, pressed.key().value, pressed.keyboardModifiers())
    asked.ignore()
    QCoreApplication.sendEvent(QPlainTextEdit(), asked)
    return asked.isAccepted()
