"""A small card of plain text that floats over a panel: what a thing is, while the pointer rests on it."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.plain import one_line, plain

_GAP = 14  # pixels between pointer and card
_BESIDE = 3  # pixels between the card and what it is not to cover
_LETTERS = 52  # of a line at most


class Card(QFrame):
    """A title and some lines. Never takes the mouse or the focus, and never reads its text as markup."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self._at, self._taken = QPoint(), QRect()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._title, self._body = wrapped_label(self), wrapped_label(self)
        bold = QFont()  # and nothing else: what a font is not told it takes from the card
        bold.setWeight(QFont.Weight.DemiBold)
        self._title.setFont(bold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(3)
        layout.addWidget(self._title)
        layout.addWidget(self._body)
        self.hide()

    @property
    def text(self) -> str:
        """What the card says."""
        return f"{self._title.text()}\n{self._body.text()}"

    def show_at(self, at: QPoint, title: str, body: str) -> None:
        """Show beside a point of the parent, inside the parent, in the font of the window: not in that of a program."""
        self.setFont(QApplication.font())
        self._title.setText(one_line(title))
        self._body.setText(plain(body, 1200))
        self._body.setVisible(bool(body))
        self._title.setVisible(bool(title))
        metrics = self.fontMetrics()
        lines = plain(f"{title}\n{body}", 1200).splitlines()
        widest = max((metrics.horizontalAdvance(line) for line in lines), default=0)
        self.setFixedWidth(min(metrics.averageCharWidth() * _LETTERS, int(widest * 1.1) + 32))
        self.adjustSize()
        self._at = at
        self.move(self._place())
        self.raise_()
        self.show()

    def keep_off(self, taken: QRect) -> None:
        """Do not cover a stretch of the parent, now or later: something else stands there. Empty: nothing does."""
        self._taken = taken
        if self.isVisible():
            self.move(self._place())

    def _place(self) -> QPoint:
        room, at, taken, height = self._room.rect(), self._at, self._taken, self.height()
        x = at.x() + _GAP if at.x() + _GAP + self.width() <= room.right() else at.x() - _GAP - self.width()
        x = max(room.left(), x)
        tops = [at.y() + _GAP, at.y() - _GAP - height]
        if not taken.isEmpty():
            tops += [taken.bottom() + _BESIDE, taken.top() - _BESIDE - height]
        places = (QRect(x, y, self.width(), height) for y in tops if room.top() <= y <= room.bottom() - height)
        free = (place.topLeft() for place in places if not place.intersects(taken))
        return next(free, QPoint(x, max(room.top(), tops[1])))
