"""The strip below the program: the message of the error that ended the run, with what PyTorch said of it.

A program may say as much as it likes: what is too long is cut, so that the program is left in view, and is the tip.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gradviz.picture.picture import Offer, Problem
from gradviz.ui.style.copying import copy, is_copy, offer_copy
from gradviz.ui.style.labels import CutButton, wrapped_label
from gradviz.ui.style.plain import brief, plain, tooltip
from gradviz.ui.style.problemtext import whole
from gradviz.ui.style.theme import Colours

# Letters and lines: a sentence of ours is never cut.
_MESSAGE, _ORIGINAL = (480, 6), (200, 3)


class ProblemStrip(QFrame):
    """One problem in words; hidden where there is none.

    Signals:
        placeWanted: line and column of the problem, when it is clicked.
        fixWanted: what mends it, as an `Offer` has it, when its button is pressed.
    """

    placeWanted = Signal(int, int)
    fixWanted = Signal(object)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem: Problem | None = None
        self._message, self._original = wrapped_label(self), wrapped_label(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(2)
        layout.addWidget(self._message)
        layout.addWidget(self._original)
        self._offers = QVBoxLayout()
        layout.addLayout(self._offers)
        self.setAccessibleName(self.tr("Problem"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.apply(colours)
        self.hide()

    @property
    def text(self) -> str:
        """What the strip says."""
        return f"{self._message.text()}\n{self._original.text()}".strip()

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self.setStyleSheet(
            f"ProblemStrip {{ background: {colours.on_error}; border-top: 1px solid {colours.border}; }}"
            f"ProblemStrip:focus {{ border: 1px solid {colours.accent}; }}"
            f"QLabel {{ color: {colours.error}; }}"
        )
        self._original.setStyleSheet(f"color: {colours.muted};")

    def show_problem(self, problem: Problem | None) -> None:
        """Show a problem, or nothing."""
        self._problem = problem
        self._clear()
        self.setVisible(problem is not None)
        if problem is None:
            return
        where = self.tr("Line {line}: {message}") if problem.line else "{message}"
        self._message.setText(where.format(line=problem.line, message=brief(problem.message, *_MESSAGE)))
        self._original.setText(brief(problem.original, *_ORIGINAL))
        self._original.setVisible(bool(problem.original) and problem.original not in problem.message)
        self.setToolTip(tooltip(whole(problem)) if "…" in self.text else "")
        self.setAccessibleDescription(plain(whole(problem)))
        for offer in problem.offers:
            self._offers.addWidget(self._button(offer), 0, Qt.AlignmentFlag.AlignLeft)

    def _button(self, offer: Offer) -> CutButton:
        button = CutButton(offer.text)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        button.clicked.connect(lambda: self.fixWanted.emit(offer.edit))
        return button

    def _clear(self) -> None:
        while (item := self._offers.takeAt(0)) is not None:
            button = item.widget()
            if button is not None:
                button.hide()
                button.deleteLater()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press: its release goes to the problem."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go to the problem; the right button has opened a menu."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the problem, or go to it."""
        if is_copy(event) and self._problem:
            copy(whole(self._problem))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the problem."""
        if self._problem:
            offer_copy(self, event.globalPos(), whole(self._problem))

    def _go(self) -> None:
        if self._problem and self._problem.line:
            self.placeWanted.emit(self._problem.line, self._problem.column)
