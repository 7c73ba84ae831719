"""The rectangle that a person draws with the mouse round the boxes that are meant."""

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QRubberBand, QWidget

DRAG = 4  # pixels before a press becomes a drag
_FILL = 32  # alpha: what is in it is read


class Band(QRubberBand):
    """Begins where the mouse was pressed, and is seen once it was dragged."""

    def __init__(self, parent: QWidget) -> None:
        """Draw nothing yet."""
        super().__init__(QRubberBand.Shape.Rectangle, parent)
        self._corner: QPointF | None = None

    @property
    def begun(self) -> bool:
        """Whether the mouse was pressed to draw it, and not let go."""
        return self._corner is not None

    def begin(self, at: QPointF) -> None:
        """The mouse was pressed there, in pixels of the panel."""
        self._corner = at

    def stretch(self, to: QPointF) -> None:
        """The mouse was dragged there."""
        if self._corner is None:
            return
        if self.isVisible() or (to - self._corner).manhattanLength() >= DRAG:
            self.setGeometry(QRectF(self._corner, to).normalized().toAlignedRect())
            self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint its border, and a breath of the same colour within."""
        border = self.palette().highlight().color()
        painter = QPainter(self)
        painter.setPen(border)
        painter.setBrush(QColor(border.red(), border.green(), border.blue(), _FILL))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def end(self) -> QRect | None:
        """Take it away, and return what it was drawn round; None: the mouse was not dragged."""
        drawn = self.geometry() if self.begun and not self.isHidden() else None
        self._corner = None
        self.hide()
        return drawn
