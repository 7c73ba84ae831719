"""A few words beside a part of the window, with an arrow to it. The window goes on being used meanwhile."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gradviz.ui.style.labels import wrapped_label

Side = Literal["right", "left", "below", "above", "over"]  # of the part, where the words stand

_ARROW = 12  # pixels that the arrow is long, and wide to each side
_RING = 3  # pixels of the line round the part
_LETTERS = 44  # of a line


class Place(NamedTuple):
    """Where the words stand."""

    corner: QPoint
    side: Side


def placed(part: QRect, size: QSize, room: QRect) -> Place:
    """Return where words of a size stand beside a part, inside the room: over the part where there is no other room."""
    free: dict[Side, int] = {
        "right": room.right() - part.right() - size.width(),
        "left": part.left() - room.left() - size.width(),
        "below": room.bottom() - part.bottom() - size.height(),
        "above": part.top() - room.top() - size.height(),
    }
    flat = part.width() > 2 * part.height()
    order: tuple[Side, ...] = ("below", "above", "right", "left") if flat else ("right", "left", "below", "above")
    side: Side = next((one for one in order if free[one] >= 0), "over")
    x, y = part.x() + (part.width() - size.width()) // 2, part.y() + (part.height() - size.height()) // 2
    x = {"right": part.right() + 1, "left": part.left() - size.width()}.get(side, x)
    y = {"below": part.bottom() + 1, "above": part.top() - size.height()}.get(side, y)
    x = max(room.left(), min(x, room.right() + 1 - size.width()))
    y = max(room.top(), min(y, room.bottom() + 1 - size.height()))
    return Place(QPoint(x, y), side)


class Ring(QWidget):
    """A line round the part that is spoken of."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), _RING))
            inside = QRectF(self.rect()).adjusted(_RING, _RING, -_RING, -_RING)
            painter.drawRoundedRect(inside, 2 * _RING, 2 * _RING)
        finally:
            painter.end()


class Callout(QFrame):
    """A title, some words, and buttons to go on, back and away.

    Signals:
        stepped: 1 for the next part, -1 for the one before.
        ended: the person has seen enough.
        typed: a key that means nothing here, as a `QKeyEvent`.
    """

    stepped = Signal(int)
    ended = Signal()
    typed = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._part = window, QRect()
        self._side: Side = "over"
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title, self._text, self._where = wrapped_label(self), wrapped_label(self), QLabel(self)
        bold = QFont()
        bold.setWeight(QFont.Weight.DemiBold)
        self._title.setFont(bold)
        self._away = self._button(self.tr("End the tour"), self.ended.emit)
        self._back = self._button(self.tr("Back"), lambda: self.stepped.emit(-1))
        self._next = self._button("", lambda: self.stepped.emit(1))
        row = QHBoxLayout()
        row.addWidget(self._where)
        row.addStretch()
        for button in (self._away, self._back, self._next):
            row.addWidget(button)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(*[_ARROW + 12] * 4)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addLayout(row)

    @property
    def text(self) -> str:
        """What is said."""
        return f"{self._title.text()}\n{self._text.text()}"

    def say(self, title: str, text: str, at: int, count: int) -> None:
        """Say something.

        Args:
            title: of it.
            text: a sentence or two.
            at: how many there were before.
            count: how many there are.
        """
        self._title.setText(title)
        self._text.setText(text)
        self._where.setText(f"{at + 1} / {count}")
        self._back.setEnabled(at > 0)
        self._away.setVisible(at + 1 < count)
        self._next.setText(self.tr("Next part") if at + 1 < count else self.tr("Done"))
        self.setAccessibleName(f"{title} ({at + 1} / {count})")
        self.setAccessibleDescription(text)
        letters = self.fontMetrics().averageCharWidth() * _LETTERS
        width = max(letters, self._layout.minimumSize().width())
        self.resize(width, self._layout.heightForWidth(width))

    def point_at(self, part: QRect) -> None:
        """Stand beside a part of the window."""
        place = placed(part, self.size(), self._window.rect())
        self._part, self._side = part.translated(-place.corner), place.side
        self.move(place.corner)
        self.raise_()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on, back or away; whoever types already has seen where."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Right:
                self.stepped.emit(1)
            case Qt.Key.Key_Left:
                self.stepped.emit(-1)
            case Qt.Key.Key_Escape:
                self.ended.emit()
            case _ if event.text().isprintable() and event.text():
                self.typed.emit(event)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a card with an arrow to the part."""
        card = QRectF(self.rect()).adjusted(_ARROW, _ARROW, -_ARROW, -_ARROW)
        path = QPainterPath()
        path.addRoundedRect(card, 8, 8)
        if self._side != "over":
            path = path.united(self._arrow(card))
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1.5))
            painter.setBrush(self.palette().color(QPalette.ColorRole.ToolTipBase))
            painter.drawPath(path)
        finally:
            painter.end()

    def _arrow(self, card: QRectF) -> QPainterPath:
        """Return a triangle from the card to the part, as near to its middle as the card reaches."""
        far = 2 * _ARROW  # of a corner
        x = max(card.left() + far, min(float(self._part.center().x()), card.right() - far))
        y = max(card.top() + far, min(float(self._part.center().y()), card.bottom() - far))
        path = QPainterPath()
        if self._side in ("right", "left"):
            edge, out = (card.left(), -_ARROW) if self._side == "right" else (card.right(), _ARROW)
            points = [QPointF(edge, y - _ARROW), QPointF(edge + out, y), QPointF(edge, y + _ARROW)]
        else:
            edge, out = (card.top(), -_ARROW) if self._side == "below" else (card.bottom(), _ARROW)
            points = [QPointF(x - _ARROW, edge), QPointF(x, edge + out), QPointF(x + _ARROW, edge)]
        path.addPolygon(points)
        path.closeSubpath()
        return path

    def _button(self, text: str, press: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.clicked.connect(press)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
