"""Which program is in the window, as files, editor and lessons have a part in it."""

from collections.abc import Callable

from gradviz.model.source.place import between
from gradviz.resources import Lesson
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.session import Session
from gradviz.ui.files.files import Files, Opened
from gradviz.ui.panels import Panels
from gradviz.ui.room import Room


class Programs:
    """Between the files, the lessons and the editor."""

    def __init__(
        self,
        send: Callable[[said.Message], None],
        state: Callable[[], AppState],
        panels: Panels,
        files: Files,
        lessons: tuple[Lesson, ...],
        room: Room,
    ) -> None:
        self._send, self._state, self._panels = send, state, panels
        self._files, self._lessons, self._room = files, lessons, room
        panels.editor.edited.connect(self._edited)
        panels.editor.crossed.connect(self._crossed)
        panels.sliding.slid.connect(lambda slid: files.edited(slid.text))
        panels.welcome.exampleWanted.connect(self.pick_first)
        panels.welcome.programWanted.connect(panels.editor.setFocus)
        panels.welcome.fileWanted.connect(files.open)
        for chooser in (panels.examples, panels.lesson):
            chooser.picked.connect(self.pick)
        panels.lesson.textWanted.connect(self.rewrite)

    def open(self, opened: Opened, undo: bool) -> None:
        """Show a program that was opened.

        Args:
            opened: the program.
            undo: whether undo is to lead back to the one before.
        """
        editor = self._panels.editor
        (editor.replace if undo else editor.open)(opened.text, opened)
        self._begin(opened, opened.session)

    def pick_first(self) -> None:
        """Open the first lesson."""
        if self._lessons:
            self.pick(self._lessons[0].name)

    def pick(self, name: str) -> None:
        """Open the lesson of this name, unless the person keeps the program that is there."""
        lesson = next(one for one in self._lessons if one.name == name)
        self._files.lesson(lesson.title, lesson.source)
        if self._state().lesson == name:
            self._room.show("lesson", on=True)

    def rewrite(self, text: str) -> None:
        """Have the program be this text, by one step that can be undone."""
        editor = self._panels.editor
        before = editor.toPlainText()
        if text != before:
            editor.change(between(before, text))
            self._edited(text)

    def _edited(self, text: str) -> None:
        self._files.edited(text)
        self._send(said.Edited(text))

    def _crossed(self, opened: Opened) -> None:
        """Undo has led to another program: it has its own name, file and lesson."""
        self._files.return_to(opened, self._panels.editor.toPlainText())
        self._begin(opened)

    def _begin(self, opened: Opened, session: Session | None = None) -> None:
        panels = self._panels
        lesson = next((one for one in self._lessons if one.source == opened.text), None)
        ask = lesson.telling.ask if lesson and opened.title == lesson.title else None
        name, text = lesson.name if lesson else "", panels.editor.toPlainText()
        self._send(said.Opened(text, name, session, ask and ask.wanted))
        if not lesson and self._room.shows(panels.lesson):
            self._room.show("lesson", on=False)
