"""The lesson that is open: what it wants one to see, in words, and what to change then, each change one click away."""

from typing import NamedTuple

from PySide6.QtCore import QSize, QUrl, Signal
from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from gradviz.model.quiz.wanted import Wanted
from gradviz.model.source.left import is_left
from gradviz.picture.picture import Language
from gradviz.resources import Lesson
from gradviz.ui.style.plain import plain
from gradviz.ui.style.prose import CHANGE, ProsePanel, look
from gradviz.ui.style.theme import Colours

_LETTERS, _LINES = 42, 24  # that are seen at first
_LEFT = -1  # the stage of a program that has no line of its lesson any more
_LINE = 130  # of a hundred parts of a line's height


class Told(NamedTuple):
    """How much of a lesson is told."""

    veiled: bool = False  # what it tells would answer the questions of a quiz
    done: bool = False  # its quiz has been answered to the end
    asks: bool = False  # its question is put before it tells more


ALL = Told()


class LessonPanel(ProsePanel):
    """Shows the prose of a lesson; Tab walks through its links, Enter follows one.

    Signals:
        textWanted: the program is to be this text: the lesson's own, or what an idea makes of it.
        picked: the name of another lesson.
        quizWanted: questions about the program are wanted.
        predictionWanted: the question of the lesson is wanted.
        restWanted: what comes after it is wanted without an answer.
    """

    textWanted = Signal(str)
    picked = Signal(str)
    quizWanted = Signal()
    predictionWanted = Signal()
    restWanted = Signal()

    def __init__(
        self, lessons: tuple[Lesson, ...], language: Language, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._lessons, self._language, self._colours = lessons, language, colours
        self._at: int | None = None  # which lesson is open
        self._text = ""  # the program in the editor
        self._told = ALL
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

    @property
    def asked(self) -> Wanted | None:
        """The question of the lesson that is open; None: it has none."""
        ask = None if self._at is None else self._lessons[self._at].telling.ask
        return None if ask is None else ask.wanted

    def show_lesson(self, name: str, text: str, told: Told = ALL) -> None:
        """Show a lesson, "": none, beside the program in the editor, as far as it is told."""
        at = next((at for at, lesson in enumerate(self._lessons) if lesson.name == name), None)
        same, self._told = told == self._told, told
        if same and (at, self._stage(at, text)) == (self._at, self._stage(self._at, self._text)):
            self._text = text
            return
        bar = self.verticalScrollBar()
        place = bar.value() if at == self._at else 0
        self._at, self._text = at, text
        self._write()
        bar.setValue(place)

    def _stage(self, at: int | None, text: str) -> int | None:
        """Which of the texts of a lesson this is: 0: its own, 1: that of its first idea; None: an edited one."""
        if at is None:
            return None
        texts = self._texts(self._lessons[at])
        if text in texts:
            return texts.index(text)
        return _LEFT if is_left(texts[0], text) else None

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
        parts, ask = getattr(lesson.telling.prose, self._language).split("\n\n"), lesson.telling.ask
        if stage == _LEFT:
            self._write_way_back(cursor)
            return
        if self._told.asks and ask is not None:
            self._write_question(cursor, parts[: ask.part], ask.wanted.line)
            return
        if self._told.veiled:
            self._paragraph(cursor, self.tr("The rest is told when the questions have been answered"), own.muted)
            return
        again = self.tr("✓ Quiz done. Once more") if self._told.done else self.tr("Predict first: a quiz")
        self._link(cursor, "quiz/", f"▸ {again}")
        for part in parts:
            self._paragraph(cursor, part, own.text)
        self._write_ideas(cursor, lesson, stage)
        self.moveCursor(QTextCursor.MoveOperation.Start)  # or the end of it is kept in view

    def _write_question(self, cursor: QTextCursor, parts: list[str], line: int) -> None:
        """What is told before the question of a lesson, and the way to it."""
        for part in parts:
            self._paragraph(cursor, part, self._colours.text)
        self._heading(cursor, self.tr("Predict, then see"))
        asks = self.tr("Line {line} is about to run. What will it do?").format(line=line)
        self._paragraph(cursor, asks, self._colours.text)
        self._link(cursor, "predict/", f"▸ {self.tr('Choose an answer')}")
        self._link(cursor, "rest/", f"▸ {self.tr('Read on without')}")
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _write_ideas(self, cursor: QTextCursor, lesson: Lesson, stage: int | None) -> None:
        """What to change, the way back, and the next lesson."""
        own = self._colours
        self._heading(cursor, self.tr("Now change this"))
        for number, idea in enumerate(lesson.telling.ideas, start=1):
            self._paragraph(cursor, getattr(idea.words, self._language), own.text)
            done = stage == number
            self._link(
                cursor, f"text/{number}", self.tr("Changed so") if done else self.tr("Change it so"), link=not done
            )
        if stage != 0:
            self._write_way_back(cursor)
        at = self._lessons.index(lesson)
        if at + 1 < len(self._lessons):
            following = self._lessons[at + 1]
            self._heading(cursor, self.tr("Next"))
            self._link(cursor, f"lesson/{at + 1}", plain(getattr(following.title, self._language)))

    def _write_way_back(self, cursor: QTextCursor) -> None:
        self._heading(cursor, self.tr("The program is another now"))
        self._link(cursor, "text/0", self.tr("Back to the program of the lesson"))

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
        wanted = {"quiz": self.quizWanted, "predict": self.predictionWanted, "rest": self.restWanted}.get(kind)
        if wanted is not None:
            wanted.emit()
        elif kind == "lesson":
            self.picked.emit(self._lessons[int(number)].name)
        elif self._at is not None:
            self.textWanted.emit(self._texts(self._lessons[self._at])[int(number)])
