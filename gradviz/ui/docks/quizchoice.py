"""One choice of a question: a button of as many lines as its text takes, which then shows whether it was right."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.plain import plain
from gradviz.ui.style.theme import Colours

_RIGHT, _WRONG = "✓", "✗"


class Choice(QPushButton):
    """Its number, its text, and after an answer a sign and a border: solid the right one, dashed a wrong one taken."""

    def __init__(self, at: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.at = at
        self._sign, self._words = QLabel(self), wrapped_label(self)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(8, 7, 8, 7)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._make_room()

    def changeEvent(self, event: QEvent) -> None:
        """Give the sign its room in another size of text too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._make_room()

    def _make_room(self) -> None:
        self._sign.setFixedWidth(self.fontMetrics().horizontalAdvance(f"{_RIGHT} 8") + 2)

    def text(self) -> str:
        """Return what it says."""
        return f"{self._sign.text()} {self._words.text()}"

    def show_choice(self, text: str, taken: int | None, right: int, colours: Colours) -> None:
        """Show a choice.

        Args:
            text: of it.
            taken: the choice that the person took; None: none yet.
            right: the choice that is right.
            colours: of the window.
        """
        mine, so = taken == self.at, right == self.at
        sign = "" if taken is None else _RIGHT if so else _WRONG if mine else ""
        self._sign.setText(f"{sign} {self.at + 1}".strip())
        self._words.setText(plain(text))
        self.setAccessibleName(self.text())
        self.setEnabled(taken is None)
        ink = colours.text if taken is None or so or mine else colours.muted
        border = f"1px solid {colours.border}"
        if taken is not None and so:
            border, ink = f"2px solid {colours.string}", colours.string
        elif mine:
            border, ink = f"2px dashed {colours.error}", colours.error
        self.setStyleSheet(
            f"Choice {{ background: {colours.button}; border: {border}; border-radius: 6px; }}"
            f"Choice:hover:enabled {{ background: {colours.lit_line}; }}"
            f"Choice:focus {{ border: 2px solid {colours.accent}; }}"
            f"QLabel {{ color: {ink}; background: transparent; }}"
        )
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the room that its text takes."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the least that it can be read in."""
        return self._row.minimumSize()

    def hasHeightForWidth(self) -> bool:
        """Return that it is the higher the narrower it is."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how high it is at a width."""
        return self._row.heightForWidth(width)
