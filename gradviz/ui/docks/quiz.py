"""The quiz: a question with its choices, then whether that was right and why, and at the end the score."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gradviz.picture.quiz.questions import Question
from gradviz.state.values.quiz import Quiz
from gradviz.ui.docks.quizchoice import Choice
from gradviz.ui.style.labels import wrapped_label
from gradviz.ui.style.plain import plain
from gradviz.ui.style.theme import Colours

_LETTERS, _LINES = 42, 24  # that are seen at first
_LARGER = 1.2  # of the question
_CHOICES = 4


class QuizPanel(QScrollArea):
    """Shows a Quiz. 1 to 4 choose, Enter goes on, Esc leaves.

    Signals:
        begun: a quiz is wanted.
        taken: the place of the choice that the person takes.
        wentOn: to the next question, or to the score.
        left: no more of it.
        looked: the run is to be shown before the line of the question (True), or after it.
    """

    begun = Signal()
    taken = Signal(int)
    wentOn = Signal()
    left = Signal()
    looked = Signal(bool)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quiz: Quiz | None = None
        self._colours = colours
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Quiz"))
        self._inside = inside = QWidget()
        self._progress, self._text = wrapped_label(inside), wrapped_label(inside)
        self._verdict, self._reason = wrapped_label(inside), wrapped_label(inside)
        self._choices = [Choice(at, inside) for at in range(_CHOICES)]
        for choice in self._choices:
            choice.clicked.connect(lambda _checked=False, at=choice.at: self.taken.emit(at))
        self._look = self._button("", lambda: self.looked.emit(self._quiz is not None and not self._quiz.back))
        self._next = self._button("", self._go_on)
        self._leave = self._button(self.tr("Leave (Esc)"), self.left.emit)
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(12, 10, 12, 10)
        rows.setSpacing(8)
        for part in (self._progress, self._text, *self._choices, self._verdict, self._reason):
            rows.addWidget(part)
        for button in (self._next, self._look, self._leave):
            rows.addWidget(button)
        rows.addStretch(1)
        self.setWidget(inside)
        self._dress()
        self._write()

    def sizeHint(self) -> QSize:
        """Return room to read in."""
        metrics = self.fontMetrics()
        return QSize(_LETTERS * metrics.averageCharWidth(), _LINES * metrics.lineSpacing())

    @property
    def text(self) -> str:
        """All that is said, line by line."""
        parts = (self._progress, self._text, *self._choices, self._verdict, self._reason)
        said = [part.text() for part in parts if isinstance(part, QLabel | QPushButton) and part.isVisibleTo(self)]
        return "\n".join(said)

    @property
    def choices(self) -> list[Choice]:
        """The choices that can be taken."""
        return [one for one in self._choices if one.isVisibleTo(self)]

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self._dress()
        self._write()

    def show_quiz(self, quiz: Quiz | None) -> None:
        """Show how far a quiz has come; None: there is none."""
        if quiz == self._quiz:
            return
        focus = QApplication.focusWidget()
        focused = focus is not None and self.isAncestorOf(focus)  # a choice that is taken cannot keep it
        self._quiz = quiz
        self._write()
        if focused:
            self.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._write()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, go on or leave."""
        at = event.key() - Qt.Key.Key_1
        if event.key() == Qt.Key.Key_Escape and self._quiz is not None:
            self.left.emit()
        elif 0 <= at < len(self.choices) and self._quiz is not None and self._quiz.open:
            self.taken.emit(at)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        """Press the button that has the focus; elsewhere go on."""
        pressed = next((one for one in self.findChildren(QPushButton) if one.hasFocus()), None)
        if pressed is not None:
            pressed.click()
        elif self._next.isVisibleTo(self):
            self._go_on()

    def _go_on(self) -> None:
        quiz = self._quiz
        if quiz is not None and quiz.asked.wanted is not None:
            self.left.emit()  # to the lesson that asked
        elif quiz is None or quiz.question is None:
            self.begun.emit()
        else:
            self.wentOn.emit()

    def _button(self, text: str, do: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda _checked=False: do())
        return button

    def _dress(self) -> None:
        own = self._colours
        self.setStyleSheet(f"QuizPanel, QuizPanel > QWidget > QWidget {{ background: {own.base}; }}")
        self._progress.setStyleSheet(f"color: {own.muted};")

    def _write(self) -> None:
        """Write everything anew: it is little."""
        quiz, parts = self._quiz, (self._verdict, self._reason, self._look)
        question = None if quiz is None else quiz.question
        for part in parts:
            part.setVisible(quiz is not None and question is not None and not quiz.open)
        self._leave.setVisible(question is not None)
        if quiz is None or question is None:
            self._write_outside(quiz)
        else:
            self._write_question(quiz, question)
        bold = QFont(self.font())
        bold.setPointSizeF(bold.pointSizeF() * _LARGER)
        bold.setWeight(QFont.Weight.DemiBold)
        self._text.setFont(bold)

    def _write_outside(self, quiz: Quiz | None) -> None:
        """What is said where there is no question: what this is, that there is nothing to ask, or the score."""
        for choice in self._choices:
            choice.hide()
        self._next.setVisible(quiz is None or not quiz.awaited)
        self._next.setText(self.tr("Begin") if quiz is None or not quiz.questions else self.tr("Another quiz"))
        self._progress.setText(self.tr("Predict, then see"))
        if quiz is None:
            words = self.tr("A few questions about the program as it stands. The answers are what PyTorch really does.")
        elif quiz.awaited:
            words = self.tr("Looking for questions …")
        elif not quiz.questions:
            words = self.tr("There is nothing to ask about this program, or it has not run yet.")
        else:
            words = self.tr("{right} of {count} right").format(right=quiz.right, count=len(quiz.questions))
        self._text.setText(words)

    def _write_question(self, quiz: Quiz, question: Question) -> None:
        progress = self.tr("Question {at} of {count} · {right} right")
        if quiz.asked.wanted is not None:
            progress = self.tr("Predict, then see")
        self._progress.setText(progress.format(at=quiz.at + 1, count=len(quiz.questions), right=quiz.right))
        self._text.setText(plain(question.text))
        taken = None if quiz.open else quiz.answers[quiz.at]
        for choice in self._choices:
            choice.setVisible(choice.at < len(question.choices))
            if choice.at < len(question.choices):
                choice.show_choice(question.choices[choice.at], taken, question.right, self._colours)
        self._next.setVisible(taken is not None)
        following = self.tr("Score (Enter)") if quiz.is_last else self.tr("Next (Enter)")
        self._next.setText(following if quiz.asked.wanted is None else self.tr("Back to the lesson (Enter)"))
        right = plain(question.choices[question.right]).replace("\n", " · ")
        said = (
            self.tr("✓ Right") if taken == question.right else self.tr("✗ Not that. Right: {right}").format(right=right)
        )
        self._verdict.setText(said)
        own = self._colours
        ink = own.string if taken == question.right else own.error
        self._verdict.setStyleSheet(f"color: {ink}; font-weight: 600;")
        self._reason.setText(plain(question.reason))
        self._look.setText(self.tr("Show me: after the line") if quiz.back else self.tr("Show me: before it"))
        self._inside.setAccessibleName(self.text)
        self.ensureVisible(0, 0)
        if taken is not None:
            self.ensureWidgetVisible(self._next)
