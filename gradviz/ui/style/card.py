"""A small card of plain text that floats over a panel: what a thing is, while the pointer rests on it."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.plain import one_line, plain

_GAP = 14  # pixels between pointer and card
_LETTERS = 52  # of a line at most


class Card(QFrame):
    """A title and some lines. Never takes the mouse or the focus, and never reads its text as markup."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
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
        self.move(self._place(at))
        self.raise_()
        self.show()

    def _place(self, at: QPoint) -> QPoint:
        room = self._room.rect()
        x = at.x() + _GAP if at.x() + _GAP + self.width() <= room.right() else at.x() - _GAP - self.width()
        y = at.y() + _GAP if at.y() + _GAP + self.height() <= room.bottom() else at.y() - _GAP - self.height()
        return QPoint(max(room.left(), x), max(room.top(), y))
