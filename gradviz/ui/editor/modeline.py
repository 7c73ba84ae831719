"""The line above the program's first: the grad mode that all of it runs in, as Python would write it.

It is no text of the program and cannot be edited: pressing it opens the choice.
"""

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from gradviz.model.trace import GradMode
from gradviz.ui.style.theme import POINTS, Colours, colour, monospace

_MARGIN = 4  # pixels, as between the gutter and the text of the program
_WITH: dict[GradMode, str] = {"no_grad": "with torch.no_grad():", "inference": "with torch.inference_mode():"}


class ModeLine(QAbstractButton):
    """Looks like a line of the program, in the colour of what is not its own."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._indent = 0
        self._menu = QMenu(self)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("The grad mode of the whole run. Click to choose another."))
        self.clicked.connect(self._choose)
        self.set_size(POINTS)
        self.show_mode("grad")

    @property
    def menu(self) -> QMenu:
        """The choice."""
        return self._menu

    def fill(self, modes: Iterable[QAction]) -> None:
        """Take the modes to choose from."""
        self._menu.addActions(list(modes))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.update()

    def set_size(self, points: float) -> None:
        """Set the size of the text."""
        self.setFont(monospace(points))
        self.updateGeometry()

    def show_mode(self, mode: GradMode) -> None:
        """Say which mode it is."""
        text = f"{_WITH[mode]}  # {self.tr('the whole run')}" if mode in _WITH else f"# {self.tr('grad mode')}"
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)

    def indent(self, pixels: int) -> None:
        """Begin where the program's text begins."""
        if pixels != self._indent:
            self._indent = pixels
            self.update()

    def sizeHint(self) -> QSize:
        """Return the height of a line with some room."""
        return QSize(0, self.fontMetrics().height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line, and a mark that there is a choice."""
        own, metrics = self._colours, self.fontMetrics()
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), colour(own.current_line if self.underMouse() else own.base))
            painter.setPen(colour(own.muted))
            left, base = self._indent + _MARGIN, (self.height() + metrics.ascent() - metrics.descent()) / 2
            room = self.width() - left - _MARGIN
            text = metrics.elidedText(f"{self.text()}  ▾", Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(left, base), text)
            if self.hasFocus():
                painter.setPen(colour(own.accent))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        finally:
            painter.end()

    def _choose(self) -> None:
        self._menu.popup(self.mapToGlobal(QPoint(self._indent, self.height())))
