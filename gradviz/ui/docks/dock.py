"""The frame of a panel that can be moved, floated and put away."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QMainWindow


class Dock(QDockWidget):
    """Its buttons keep the icons that they were given: Qt's own are a grey near the ground, and come back."""

    def __init__(self, title: str, window: QMainWindow) -> None:
        """Frame nothing yet.

        Args:
            title: what the panel is called.
            window: which it is in.
        """
        super().__init__(title, window)
        self._icons: Mapping[str, QIcon] = {}
        self.topLevelChanged.connect(self._put)

    def give_icons(self, icons: Mapping[str, QIcon]) -> None:
        """Give the buttons their icons, by the names that Qt gave the buttons."""
        self._icons = icons
        self._put()

    def event(self, event: QEvent) -> bool:
        """Put the icons back with each style."""
        done = super().event(event)
        if event.type() == QEvent.Type.StyleChange:
            self._put()
        return done

    def _put(self) -> None:
        for button in self.findChildren(QAbstractButton, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if button.objectName() in self._icons:
                button.setIcon(self._icons[button.objectName()])
