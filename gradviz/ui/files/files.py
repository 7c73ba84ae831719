"""Which program is in the editor: new, opened, saved, recent, a lesson, or brought back after a crash."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from gradviz.model.source.left import is_left
from gradviz.model.wire import Request
from gradviz.picture.picture import Language
from gradviz.resources import Words
from gradviz.state.session import ENDING, Session
from gradviz.ui.files.beside import Beside, Found
from gradviz.ui.files.documents import DocumentError, Kept, Recovery, read, read_session, write, write_session
from gradviz.ui.style.plain import one_line

RECENT = 9
_RECENT_KEY = "recent"


@dataclass(slots=True)
class Opened:
    """A program that was opened, and where it is kept by now."""

    text: str  # that it was opened with
    path: Path | None  # of its file
    saved: str  # what that holds
    title: Words | None = None  # of the lesson or session that it is
    session: Session | None = None  # that it was opened as
    place: Path | None = None  # of that: files that the program imports lie beside it


class Files(QObject):
    """The open program's place on disk.

    Signals:
        opened: another program is to be shown, as it was `Opened`; whether undo is to lead back to the one before.
        named: the name to show and whether the file holds something else.
        said: a sentence about a file.
        reread: the text of the program's file, which another program has changed.
        neighboursChanged: the program would import something else from the files beside it than when it ran last.
    """

    opened = Signal(object, bool)
    named = Signal(str, bool)
    said = Signal(str)
    reread = Signal(str)
    neighboursChanged = Signal()

    def __init__(self, settings: QSettings, folder: Path, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._recovery = Recovery(folder)
        self._open = Opened("", None, "")
        self._text = ""
        self._beside = Beside(self)
        self._beside.answered.connect(self._look_around)
        self._program: tuple[Path | None, str] = None, ""  # that was run last: its file and its text
        self._found = Found()  # that it had
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.applicationStateChanged.connect(self._come_back)
        self._begun = False  # a program is shown, to which undo can lead back
        self._language: Language = "en"

    @property
    def path(self) -> Path | None:
        """The program's file."""
        return self._open.path

    @property
    def dirty(self) -> bool:
        """Whether there is a file and it holds something else."""
        return self.path is not None and self._text != self._open.saved

    @property
    def recent(self) -> tuple[str, ...]:
        """The files opened last, newest first."""
        stored = self._settings.value(_RECENT_KEY, [])
        names = stored if isinstance(stored, list) else [stored]
        return tuple(str(name) for name in names if name)[:RECENT]

    def edited(self, text: str) -> None:
        """Note what is in the editor."""
        self._text = text
        self._tell()

    def remember(self, text: str) -> None:
        """Keep the text where a crash does not reach it."""
        self._text = text
        path, place = (None if one is None else str(one) for one in (self.path, self._open.place))
        saved = self._open.saved if self.dirty else None
        self._recovery.keep(Kept(text, path, self.dirty, place=place, saved=saved))

    def restore(self) -> bool:
        """Bring back what was in the editor when the window was last there; False where there is nothing."""
        kept = self._recovery.restore()
        if kept is None or not (kept.text.strip() or kept.path):
            return False
        path = Path(kept.path) if kept.path else None
        on_disk = kept.text
        if path is not None:
            was = kept.text if kept.saved is None else kept.saved  # and is taken to be until the disk answers
            try:
                found = self._beside.text(path)
                on_disk = was if found is None else found
            except DocumentError:
                path = None  # the file is gone, its text is not
        text = kept.text if kept.dirty or path is None else on_disk
        saved = on_disk if kept.saved is None or text == on_disk else kept.saved  # which tells when it is replaced
        self._show(text, path, saved, undo=False, place=Path(kept.place) if kept.place else None)
        return True

    @property
    def _place(self) -> Path | None:
        """Where the files lie that the program imports: beside its own, or the session's."""
        return self.path or self._open.place

    def joined(self, request: Request, *, anew: bool) -> Request:
        """Return a run of the program with the files beside it that it imports.

        Args:
            request: the run alone.
            anew: as they are now; else as the newest run of this text had them.
        """
        program = self._place, request.source
        if anew or program != self._program:
            found = self._beside.of(*program)
            if found is None:
                silent = self.tr("The disk of {name} does not answer: its files are read as soon as it does.")
                self.said.emit(silent.format(name=self._title))
                found = self._found if self._place == self._program[0] else Found(str(self._place))
            self._program, self._found = program, found
        return request._replace(file=self._found.file, neighbours=self._found.neighbours)

    def _come_back(self, to: Qt.ApplicationState) -> None:
        if to == Qt.ApplicationState.ApplicationActive and self._beside.of(self._place, "") is not None:
            self._look_around()

    def _look_around(self) -> None:
        """The disk answers, and another program may have written to it."""
        self._look_at_own()
        self._look_again()

    def _look_at_own(self) -> None:
        """Another program may have changed the file of this one: what is here as it was there is read anew."""
        path = self.path
        if path is None or not self._changed_elsewhere(path):
            return
        kept, name = self.dirty, one_line(path.name)
        try:
            text = read(path)
        except DocumentError as error:
            changed = self.tr("Another program has changed {name}, which cannot be read now: {reason}")
            self.said.emit(changed.format(name=name, reason=error))
            return
        if kept:
            changed = self.tr(
                "Another program has changed {name}. Here is your text; saving asks before it replaces that."
            )
        else:
            self._open.saved = text
            self.reread.emit(text)
            changed = self.tr("Another program has changed {name}: it was read anew. Undo brings back what was here.")
        self.said.emit(changed.format(name=name))

    def _look_again(self) -> None:
        """Another program may have saved a file while the person was there."""
        found = self._beside.of(self._place, self._program[1])
        if found is not None and found.neighbours != self._found.neighbours:
            self.neighboursChanged.emit()

    def close(self) -> None:
        """Let go of the recovery file; what is in it comes back next time."""
        self._program, self._found = (None, ""), Found()  # that is not run again
        self._beside.close()
        self._recovery.close()

    def new(self) -> None:
        """Start an empty program. Undo brings back one that had no file."""
        if self.may_leave():
            self._show("", None, "", undo=True)

    def speak(self, language: Language) -> None:
        """Tell the name of the program in this language from now on."""
        self._language = language
        self._tell()

    def lesson(self, title: Words, source: str) -> None:
        """Show a lesson's program."""
        if self.may_leave():
            self._show(source, None, source, undo=True, title=title)

    def open(self) -> None:
        """Ask for a file and open it."""
        start = str(self.path.parent) if self.path else ""
        kinds = self.tr("Programs and sessions (*.py *.gradviz);;All files (*)")
        name, _kind = QFileDialog.getOpenFileName(self._window, self.tr("Open a program"), start, kinds)
        if name:
            self.open_path(Path(name))

    def open_paths(self, names: list[str]) -> None:
        """Open the first of some files: a window holds one program."""
        if not names:
            return
        self.open_path(Path(names[0]))
        if len(names) > 1 and self.path == Path(names[0]).absolute():
            said = self.tr("Opened {name} only: a window holds one program.")
            self.said.emit(said.format(name=one_line(Path(names[0]).name)))

    def open_path(self, path: Path) -> None:
        """Open a file."""
        if not self.may_leave():
            return
        try:
            if path.suffix == ENDING:
                session = read_session(path)
                program, place = session.program, path.absolute()
                self._show(program, None, program, undo=True, title=_named(path), session=session, place=place)
            else:
                text = read(path)
                self._show(text, path.absolute(), text, undo=True)
        except DocumentError as error:
            self.said.emit(self.tr("{name} was not opened: {reason}").format(name=path.name, reason=error))
            return
        self._note(path)

    def save(self, session: Session) -> bool:
        """Save to the program's file, or to the session that it was opened as; ask for a file where it has neither.

        Args:
            session: the program as it is looked at now.
        """
        if self.path:
            return self.save_to(self.path)
        return self._save_session_to(self._session, session) if self._session else self.save_as(session)

    def save_as(self, session: Session) -> bool:
        """Ask for a file and save to it: the program, or the session where its name is that of one."""
        kinds = self.tr("Python programs (*.py);;All files (*)")
        start = (self._place or Path.cwd() / "program").with_suffix(".py")
        path = self._asked(self.tr("Save the program"), self.path or start, kinds)
        if path is None:
            return False
        return self._save_session_to(path, session) if path.suffix == ENDING else self.save_to(path)

    def save_to(self, path: Path) -> bool:
        """Save to a file, which is the program's own from then on; tell whether it was done."""
        if path == self.path and self._changed_elsewhere(path) and not self._may_replace(path):
            return False
        try:
            write(path, self._text)
        except DocumentError as error:
            return self._not_saved(path, str(error))
        self._open.path, self._open.saved = path.absolute(), self._text
        self._tell()
        self._saved(path)
        self._look_again()  # in another folder there are others
        return True

    def save_session(self, session: Session) -> None:
        """Ask for a file and keep a session in it. The program's own file stays what it is."""
        start = (self._place or Path.cwd() / "session").with_suffix(ENDING)
        path = self._asked(self.tr("Save the session"), start, self.tr("Sessions (*.gradviz);;All files (*)"))
        if path is not None and path.suffix == ENDING:
            self._save_session_to(path, session)
        elif path is not None:
            self._not_saved(path, self.tr("the name of a session ends in {ending}").format(ending=ENDING))

    def _asked(self, title: str, start: Path, kinds: str) -> Path | None:
        """Ask for a file to save to; None: the person would rather not."""
        dialog = QFileDialog(self._window, title, str(start), kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(start.suffix[1:])  # before it asks whether a file may be replaced
        dialog.selectFile(str(start))
        wanted = dialog.exec()
        names = dialog.selectedFiles()
        dialog.deleteLater()
        return Path(names[0]) if wanted and names else None

    def may_leave(self) -> bool:
        """Ask about changes that are in no file. A program without a file is never asked about: undo has it."""
        if not self.dirty:
            return True
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(self.tr("Save the changes to {name}?").format(name=self._title))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        answer = _answer(box)
        if answer == buttons.Save and self.path:
            return self.save_to(self.path)
        return answer == buttons.Discard

    def return_to(self, opened: Opened, text: str) -> None:
        """Note that undo has led to another program, and how that is by now."""
        self._open, self._text = opened, text
        self._tell()

    def _show(
        self,
        text: str,
        path: Path | None,
        saved: str,
        *,
        undo: bool,
        title: Words | None = None,
        session: Session | None = None,
        place: Path | None = None,
    ) -> None:
        self._open, self._text = Opened(text, path, saved, title, session, place), text
        undo, self._begun = undo and self._begun, True
        self.opened.emit(self._open, undo)
        self._tell()

    @property
    def _session(self) -> Path | None:
        """The session that the program is kept in; None: it has a file of its own, or was opened as another thing."""
        return self._open.place if self._open.session and not self.path else None

    def _save_session_to(self, path: Path, session: Session) -> bool:
        if path == self._session and self._changed_elsewhere(path) and not self._may_replace(path):
            return False
        try:
            write_session(path, session)
        except DocumentError as error:
            return self._not_saved(path, str(error))
        if path == self._session:
            self._open.saved = session.program
        self._saved(path)
        return True

    def _saved(self, path: Path) -> None:
        self._note(path)
        self.said.emit(self.tr("Saved {name}").format(name=path.name))

    def _not_saved(self, path: Path, reason: str) -> bool:
        self.said.emit(self.tr("{name} was not saved: {reason}").format(name=path.name, reason=reason))
        return False

    def _changed_elsewhere(self, path: Path) -> bool:
        """Whether the file of the program or its session holds what neither was read from it nor is to be written."""
        try:
            return path.exists() and _program(path) not in (self._open.saved, self._text)
        except DocumentError:
            return True  # it is no program any more

    def _may_replace(self, path: Path) -> bool:
        """Ask whether what another program wrote is to be lost."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(self.tr("Another program has changed {name}.").format(name=one_line(path.name)))
        box.setInformativeText(self.tr("Saving replaces what it wrote."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Cancel)
        box.setDefaultButton(buttons.Cancel)
        return _answer(box) == buttons.Save

    def _note(self, path: Path) -> None:
        name = str(path.absolute())
        self._settings.setValue(_RECENT_KEY, [name, *(other for other in self.recent if other != name)][:RECENT])

    @property
    def name(self) -> str:
        """What the program is called: its file, or the lesson as long as it is that; nothing where it is neither."""
        title, lesson = self._open.title, self._open.session is None
        if title is None or (lesson and is_left(self._open.text, self._text)):
            title = Words("", "")
        return one_line(self.path.name if self.path else getattr(title, self._language))

    @property
    def _title(self) -> str:
        return self.name or self.tr("Untitled")

    def _tell(self) -> None:
        self.named.emit(self._title, self.dirty)


def _program(path: Path) -> str:
    """The program in a file, which may be a session; raises as reading it does."""
    return read_session(path).program if path.suffix == ENDING else read(path)


def _named(path: Path) -> Words:
    """The name of a file, which is the same in every language."""
    return Words(path.name, path.name)


def _answer(box: QMessageBox) -> int:
    """Put a question, in which a name of a file is no markup, and let go of it."""
    box.setTextFormat(Qt.TextFormat.PlainText)
    answer = box.exec()
    box.deleteLater()
    return answer
