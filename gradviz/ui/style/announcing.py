"""Saying something to whoever listens with a screen reader, without taking the focus away."""

from PySide6 import QtGui  # QAccessible and its constants are named where they are needed: see app.py
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str) -> None:
    """Have a text of a widget read out, now and when the widget is come to."""
    widget.setAccessibleDescription(text)
    QtGui.QAccessible.updateAccessibility(QtGui.QAccessibleAnnouncementEvent(widget, text))
