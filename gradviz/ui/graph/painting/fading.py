"""What leaves a drawing, fading away over it. Where the desktop wants no motion it is gone at once."""

from PySide6 import QtWidgets  # QStyle is named where it is needed: see app.py
from PySide6.QtCore import QVariantAnimation
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from gradviz.drawing.excerpt import OVERHANG
from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import Theme
from gradviz.export.raster import paint
from gradviz.layout.geometry import Rect
from gradviz.ui.graph.painting.layers import FAR
from gradviz.ui.graph.painting.viewport import Viewport

_LASTS = 700  # milliseconds


class Fading:
    """At most one drawing on its way out."""

    def __init__(self, panel: QWidget) -> None:
        self._panel = panel
        self._drawing: Drawing | None = None
        self._animation = QVariantAnimation(panel)
        self._animation.setStartValue(1.0)
        self._animation.setEndValue(0.0)
        self._animation.setDuration(_LASTS)
        self._animation.valueChanged.connect(lambda _value: panel.update())
        self._animation.finished.connect(self.end)

    @property
    def going(self) -> bool:
        """Whether something is still to be seen."""
        return self._drawing is not None

    def begin(self, drawing: Drawing) -> None:
        """Let a drawing go."""
        style = self._panel.style()
        if style.styleHint(QtWidgets.QStyle.StyleHint.SH_Widget_Animation_Duration, None, self._panel) and (
            drawing.nodes or drawing.edges
        ):
            self._drawing = drawing
            self._animation.start()

    def end(self) -> None:
        """Show nothing of it any more."""
        self._drawing = None
        self._animation.stop()

    def paint(self, painter: QPainter, view: Viewport, seen: Rect, theme: Theme) -> None:
        """Paint what is left of it; from far away, where no text is, nothing."""
        if self._drawing is None or view.scale < FAR:
            return
        painter.save()
        try:
            painter.setOpacity(float(self._animation.currentValue()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(view.scale, view.scale)
            painter.translate(-view.x, -view.y)
            paint(self._drawing, theme, painter, seen.grown(OVERHANG))
        finally:
            painter.restore()
