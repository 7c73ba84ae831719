"""What a tensor was at each number that has been slid to, as points: one for each run that came back, and no more.

Where the number is what a leaf holds, its .grad is the slope of what the points lie on, and a line shows it.
"""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gradviz.model.values import number_text
from gradviz.state.values.slide import Point, Slide
from gradviz.ui.style.plain import one_line
from gradviz.ui.style.theme import Colours, colour

_FEWEST = 2  # points that show how anything depends on the number
_LETTERS = 30  # of a line of its words
_ROWS, _FLATTEST = 5, 2  # lines of text that the points have the height of, and at least have
_MOST = 0.45  # of the height of the program that may be covered: what is slid is seen, and much of what follows from it
_WIDEST = "-8.888e-88"  # a number, as it is told
_EDGE = 8  # pixels
_GAP = 3  # pixels to the slider
_DOT = 2.2  # pixels: the radius of a point
_SLOPE = 0.28  # of the width that the line of the slope takes to either side


class Curve(QWidget):
    """Painted from a `Slide`. Takes neither the mouse nor the keys."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = colours
        self._slide: Slide | None = None
        self._said: tuple[str, ...] = ()
        self._widest: tuple[str, ...] = ()  # the same with numbers that take the most room
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("What the number does"))
        self.hide()

    @property
    def said(self) -> str:
        """What it says in words; nothing while there is nothing to show."""
        return "\n".join(self._said)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.update()

    def show_slide(self, slide: Slide | None) -> bool:
        """Show the points of a slide; return whether they are others than before."""
        if slide is self._slide:
            return False
        self._slide = slide
        enough = slide is not None and len(slide.points) >= _FEWEST
        self._said = tuple(self._words(slide, number_text)) if slide is not None and enough else ()
        self._widest = tuple(self._words(slide, lambda _: _WIDEST)) if slide is not None and enough else ()
        self.setAccessibleDescription(self.said)
        self.update()
        return True

    def _words(self, slide: Slide, told: Callable[[float], str]) -> list[str]:
        last = slide.points[-1]
        value = self.tr("{name} = {value} at {number}")
        name = one_line(slide.name)
        words = [value.format(name=name, value=told(last.value), number=told(last.at))]
        if last.slope is not None:
            slope = self.tr("slope = {leaf}.grad = {slope}")
            words.append(slope.format(leaf=one_line(slide.leaf), slope=told(last.slope)))
        return words

    def sizeHint(self) -> QSize:
        """Return the room for two lines of words, whatever their numbers become, and the points below them."""
        metrics = self.fontMetrics()
        across = max([metrics.averageCharWidth() * _LETTERS, *map(metrics.horizontalAdvance, self._widest)])
        return QSize(across + 2 * _EDGE, self._high(_ROWS))

    def _high(self, rows: int) -> int:
        """The height where the points have that of so many lines of text."""
        return self.fontMetrics().height() * (rows + 3) + 2 * _EDGE

    def stand_by(self, slider: QRect, number: QRect, room: QRect) -> None:
        """Stand below the slider and the number, above both where there is no room, flatter where that is not enough.

        Where there is no room for points either, only the words stand there.
        """
        size = self.sizeHint().boundedTo(room.size())
        below, above = max(slider.bottom(), number.bottom()) + _GAP, min(slider.top(), number.top()) - _GAP
        free = room.bottom() - below
        under = free >= min(size.height(), above)
        height = min(size.height(), free if under else above, round(room.height() * _MOST))
        if height < self._high(_FLATTEST):
            height = self.fontMetrics().height() * len(self._said) + 2 * _EDGE
        y = below if under else above - height
        x = max(0, min(slider.left(), room.right() - size.width()))
        self.setGeometry(x, max(0, min(y, room.bottom() - height)), size.width(), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words, the points and the slope at the last of them."""
        own, metrics, slide = self._colours, self.fontMetrics(), self._slide
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour(own.accent), 1.2))
            painter.setBrush(colour(own.base))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
            painter.setPen(colour(own.text))
            for row, words in enumerate(self._said):
                elided = metrics.elidedText(words, Qt.TextElideMode.ElideRight, self.width() - 2 * _EDGE)
                painter.drawText(_EDGE, _EDGE + metrics.ascent() + row * metrics.height(), elided)
            if slide is not None and self._said and self.height() >= self._high(_FLATTEST):
                self._paint_points(painter, slide.points)
        finally:
            painter.end()

    def _paint_points(self, painter: QPainter, points: tuple[Point, ...]) -> None:
        own, metrics = self._colours, self.fontMetrics()
        line = metrics.height()
        box = QRectF(self.rect()).adjusted(_EDGE + 2, _EDGE + 2 * line + 4, -_EDGE - 2, -_EDGE - line - 2)
        low, high = min(one.at for one in points), max(one.at for one in points)
        least, most = min(one.value for one in points), max(one.value for one in points)
        across, up = box.width() / ((high - low) or 1.0), box.height() / ((most - least) or 1.0)

        def place(at: float, value: float) -> QPointF:
            y = box.bottom() - (value - least) * up if most > least else box.center().y()
            return QPointF(box.left() + (at - low) * across, y)

        painter.setPen(colour(own.muted))
        ends = QRectF(box.left(), box.bottom() + 2, box.width(), line)
        painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, number_text(low))
        painter.drawText(ends, Qt.AlignmentFlag.AlignRight, number_text(high))
        last, here = points[-1], place(points[-1].at, points[-1].value)
        if last.slope is not None:
            painter.save()
            painter.setClipRect(box.adjusted(-2, -4, 2, 4))
            painter.setPen(QPen(colour(own.step), 2.0))
            reach = _SLOPE * box.width() / across
            ends_of = (place(last.at + way * reach, last.value + way * reach * last.slope) for way in (-1, 1))
            painter.drawLine(*ends_of)
            painter.restore()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(own.accent))
        for point in points:
            painter.drawEllipse(place(point.at, point.value), _DOT, _DOT)
        painter.setPen(QPen(colour(own.accent), 2.0))
        painter.setBrush(colour(own.base))
        painter.drawEllipse(here, 2 * _DOT, 2 * _DOT)
