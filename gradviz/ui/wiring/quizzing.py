"""The quiz as the window has a part in it: what its commands and its panel send, and what is shown of it."""

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from gradviz.model.quiz.wanted import Wanted
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.ui.focus import has_focus, parts
from gradviz.ui.panels import Panels
from gradviz.ui.room import Room

NAME = "quiz"  # of the panel


class Quizzing:
    """Between the window and the panel of the quiz."""

    def __init__(
        self,
        window: QMainWindow,
        send: Callable[[said.Message], None],
        state: Callable[[], AppState],
        panels: Panels,
        room: Room,
    ) -> None:
        self._send, self._state, self._panels, self._room = send, state, panels, room
        self._came_from: QWidget = panels.editor  # where the person worked before
        quiz = panels.quiz
        quiz.begun.connect(lambda: self.begin())
        quiz.left.connect(self.leave)
        quiz.taken.connect(lambda choice: send(said.ChoiceTaken(choice)))
        quiz.wentOn.connect(lambda: send(said.QuizWentOn()))
        quiz.looked.connect(lambda before: send(said.AnswerShown(before)))
        panels.lesson.quizWanted.connect(lambda: self.begin())
        panels.lesson.predictionWanted.connect(lambda: self.begin(panels.lesson.asked))
        panels.lesson.restWanted.connect(lambda: send(said.TellAnyway()))
        for dock in window.findChildren(QDockWidget, NAME):
            dock.visibilityChanged.connect(lambda on, dock=dock: self._put_away(dock, on=on))

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what each command about it does, by its id."""
        return {"quiz": self._toggle}

    def begin(self, only: Wanted | None = None) -> None:
        """Bring the panel into view, go there, and ask for questions, or for one alone."""
        self._came_from = next((part for part in parts(self._panels) if has_focus(part)), self._panels.editor)
        self._room.show(NAME, on=True)
        self._panels.quiz.setFocus()
        self._send(said.QuizSet(True, only))

    def leave(self) -> bool:
        """Put the quiz away, and go back to where the person was; False where there is none."""
        quiz = self._state().quiz
        if quiz is None:
            return False
        self._send(said.QuizSet(False))
        self._room.show(NAME, on=False)
        if quiz.asked.wanted is not None:
            self._room.show("lesson", on=True)
            self._came_from = self._panels.lesson
        (self._came_from if self._came_from.isVisible() else self._panels.editor).setFocus()
        return True

    def show(self, actions: Mapping[str, QAction], before: AppState, now: AppState) -> None:
        """Show how far it has come. What has the focus may be gone with its question."""
        actions["quiz"].setChecked(now.quiz is not None)
        if now.quiz != before.quiz:
            self._panels.quiz.show_quiz(now.quiz)

    def _toggle(self) -> None:
        if not self.leave():
            self.begin()

    def _put_away(self, dock: QDockWidget, *, on: bool) -> None:
        """A panel that is closed, and not only behind another, ends the quiz, or nobody knew what veils the graph."""
        if not on and dock.isHidden() and self._state().quiz is not None:
            self._send(said.QuizSet(False))
