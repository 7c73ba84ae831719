"""Copying what a panel says: by Ctrl+C and by its menu, as Qt's own texts do."""

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gradviz.ui.style.plain import plain

_MOST = 256 * 1024  # characters


def copy(text: str) -> None:
    """Put a text on the clipboard, without characters that mislead where it is pasted."""
    QApplication.clipboard().setText(plain(text, _MOST))


def is_copy(event: QKeyEvent) -> bool:
    """Whether a key asks for a copy."""
    return event.matches(QKeySequence.StandardKey.Copy)


def offer_copy(panel: QWidget, place: QPoint, text: str) -> None:
    """Open a menu that offers to copy a text.

    Args:
        panel: that says it.
        place: on the screen.
        text: all of it.
    """
    menu = QMenu(panel)
    action = menu.addAction(_tr("Copy"), lambda: copy(text))
    action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Copying", text)
