"""The lesson that is open: what it wants one to see, in words, and what to change then, each change one click away."""

from PySide6.QtCore import QSize, QUrl, Signal
from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from gradviz.picture.picture import Language
from gradviz.resources import Lesson
from gradviz.ui.style.plain import plain
from gradviz.ui.style.prose import CHANGE, ProsePanel, look
from gradviz.ui.style.theme import Colours

_LETTERS, _LINES = 42, 24  # that are seen at first
_LINE = 130  # of a hundred parts of a line's height


class LessonPanel(ProsePanel):
    """Shows the prose of a lesson; Tab walks through its links, Enter follows one.

    Signals:
        textWanted: the program is to be this text: the lesson's own, or what an idea makes of it.
        picked: the name of another lesson.
        quizWanted: questions about the program are wanted.
    """

    textWanted = Signal(str)
    picked = Signal(str)
    quizWanted = Signal()

    def __init__(
        self, lessons: tuple[Lesson, ...], language: Language, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._lessons, self._language, self._colours = lessons, language, colours
        self._at: int | None = None  # which lesson is open
        self._text = ""  # the program in the editor
        self._veiled = self._done = False
        self.setAccessibleName(self.tr("Lesson"))
        self.anchorClicked.connect(self._follow)
        self._write()

    def sizeHint(self) -> QSize:
        """Return room to read in."""
        metrics = self.fontMetrics()
        return QSize(_LETTERS * metrics.averageCharWidth(), _LINES * metrics.lineSpacing())

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self._write()

    def show_lesson(self, name: str, text: str, *, veiled: bool = False, done: bool = False) -> None:
        """Show a lesson.

        Args:
            name: of the lesson; "": none is open.
            text: the program in the editor.
            veiled: what it tells would answer the questions of a quiz.
            done: its quiz has been answered to the end.
        """
        at = next((at for at, lesson in enumerate(self._lessons) if lesson.name == name), None)
        same = (veiled, done) == (self._veiled, self._done)
        self._veiled, self._done = veiled, done
        if same and (at, self._stage(at, text)) == (self._at, self._stage(self._at, self._text)):
            self._text = text
            return
        bar = self.verticalScrollBar()
        place = bar.value() if at == self._at else 0
        self._at, self._text = at, text
        self._write()
        bar.setValue(place)

    def _stage(self, at: int | None, text: str) -> int | None:
        """Which of the texts of a lesson this is: 0: its own, 1: that of its first idea; None: another."""
        texts = [] if at is None else self._texts(self._lessons[at])
        return texts.index(text) if text in texts else None

    def _texts(self, lesson: Lesson) -> list[str]:
        return [lesson.source, *(lesson.source.replace(idea.old, idea.new) for idea in lesson.telling.ideas)]

    def _write(self) -> None:
        self.document().clear()
        cursor, own = QTextCursor(self.document()), self._colours
        if self._at is None:
            cursor.insertText(self.tr("Pick a lesson in the list of examples"), look(own.muted))
            return
        lesson, stage = self._lessons[self._at], self._stage(self._at, self._text)
        title = f"{self._at + 1}  {plain(getattr(lesson.title, self._language))}"
        cursor.insertText(title, look(own.text, bold=True, larger=2))
        self._paragraph(cursor, getattr(lesson.goal, self._language), own.muted)
        if self._veiled:
            self._paragraph(cursor, self.tr("The rest is told when the questions have been answered"), own.muted)
            return
        again = self.tr("✓ Quiz done. Once more") if self._done else self.tr("Predict first: a quiz")
        self._link(cursor, "quiz/", f"▸ {again}")
        for part in getattr(lesson.telling.prose, self._language).split("\n\n"):
            self._paragraph(cursor, part, own.text)
        self._heading(cursor, self.tr("Now change this"))
        for number, idea in enumerate(lesson.telling.ideas, start=1):
            self._paragraph(cursor, getattr(idea.words, self._language), own.text)
            done = stage == number
            self._link(
                cursor, f"text/{number}", self.tr("Changed so") if done else self.tr("Change it so"), link=not done
            )
        if stage != 0:
            self._heading(cursor, self.tr("The program is another now"))
            self._link(cursor, "text/0", self.tr("Back to the program of the lesson"))
        if self._at + 1 < len(self._lessons):
            following = self._lessons[self._at + 1]
            self._heading(cursor, self.tr("Next"))
            self._link(cursor, f"lesson/{self._at + 1}", plain(getattr(following.title, self._language)))
        self.moveCursor(QTextCursor.MoveOperation.Start)  # or the end of it is kept in view

    def _paragraph(self, cursor: QTextCursor, text: str, ink: str) -> None:
        block = QTextBlockFormat()
        block.setTopMargin(6)
        block.setLineHeight(_LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.insertBlock(block)
        cursor.insertText(plain(text), look(ink))

    def _heading(self, cursor: QTextCursor, text: str) -> None:
        block = QTextBlockFormat()
        block.setTopMargin(10)
        block.setHeadingLevel(2)
        cursor.insertBlock(block)
        cursor.insertText(text, look(self._colours.accent, bold=True))

    def _link(self, cursor: QTextCursor, where: str, text: str, *, link: bool = True) -> None:
        change = where.startswith("text")
        face = look(self._colours.accent, link=where) if link else look(self._colours.muted)
        cursor.insertBlock(QTextBlockFormat())
        cursor.insertText(f"{(CHANGE if link else '✓ ') if change else ''}{text}", face)

    def _follow(self, url: QUrl) -> None:
        kind, _, number = url.path().partition("/")
        if kind == "quiz":
            self.quizWanted.emit()
        elif kind == "lesson":
            self.picked.emit(self._lessons[int(number)].name)
        elif self._at is not None:
            self.textWanted.emit(self._texts(self._lessons[self._at])[int(number)])
