"""The list of lessons to start from, by chapters: a title each, and what one learns from it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from gradviz.picture.picture import Language
from gradviz.resources import Lesson
from gradviz.ui.style.plain import plain, tooltip


class Examples(QListWidget):
    """The lessons in a learner's order.

    Signals:
        picked: the name of a lesson.
    """

    picked = Signal(str)

    def __init__(self, lessons: tuple[Lesson, ...], language: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open = ""  # the lesson
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Examples"))
        bold = self.font()
        bold.setBold(True)
        for number, lesson in enumerate(lessons, start=1):
            if lesson.chapter is not None:
                heading = QListWidgetItem(plain(getattr(lesson.chapter, language)), self)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)  # a key goes past it
                heading.setFont(bold)
            item = QListWidgetItem(f"{number}  {plain(getattr(lesson.title, language))}", self)
            item.setData(Qt.ItemDataRole.UserRole, lesson.name)
            item.setToolTip(tooltip(getattr(lesson.goal, language)))
        self.itemActivated.connect(self._pick)
        self.itemClicked.connect(self._pick)

    def sizeHint(self) -> QSize:
        """Return room for some of them: the program below needs more."""
        return QSize(300, 5 * (self.fontMetrics().height() + 6))

    def show_lesson(self, name: str) -> None:
        """Mark a lesson as the one that is open and bring it into view; "": none is."""
        if name == self._open:
            return
        self._open = name
        rows = [row for row in range(self.count()) if self.item(row).data(Qt.ItemDataRole.UserRole) == name]
        if rows:
            self.scrollToItem(self.item(rows[0] - 1))  # what is before it too, as the title of its chapter
            self.setCurrentRow(rows[0])
        else:
            self.clearSelection()

    def _pick(self, item: QListWidgetItem) -> None:
        self.picked.emit(item.data(Qt.ItemDataRole.UserRole))
