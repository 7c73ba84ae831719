"""Graphs as files: written from the drawings that are shown, or by the process that holds the run they are of.

Pictures are made of the drawing on the canvas. DOT and JSON hold more than it does: the picture process, which has the
trace, writes them. Nothing is run again, and what takes long can be left.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTemporaryDir, QTimer, Signal

from gradviz.drawing.excerpt import explained_alike
from gradviz.drawing.shapes import Drawing
from gradviz.export.painted import painted
from gradviz.export.whole import numbered, write_whole
from gradviz.export.work import Work, finished
from gradviz.picture.picture import DataFormat, Save, Saved
from gradviz.state.appstate import AppState
from gradviz.ui.exporting.captions import seen_drawing
from gradviz.ui.exporting.exportchoice import ALL, Choice, Part, cut, load, store
from gradviz.ui.files import reasons
from gradviz.ui.processes.runner import Runner

AT_ONCE = 0.1  # seconds of work after which the window is let have its turn


class Exporter(QObject):
    """Writes files.

    Signals:
        done: the file's name.
        failed: why there is no file.
        advanced: the share of a long work that is done, from 0 to 1.
        copied: what DOT the graph on the canvas is.
    """

    done = Signal(str)
    failed = Signal(str)
    advanced = Signal(float)
    copied = Signal(str)

    def __init__(self, parent: QObject, settings: QSettings) -> None:
        """Write through the Runner that is the parent's child."""
        super().__init__(parent)
        (self._runner,) = parent.findChildren(Runner)
        self._settings = settings
        self._waiting: Path | None = None  # the file that the picture process is writing
        self._copy: QTemporaryDir | None = None  # where that is, if it is not to stay
        self._work: Work | None = None
        self._target = Path()  # of that work
        self._told = ""  # by which name that is told to be done
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._go_on)
        self._runner.saved.connect(self._saved)

    @property
    def choice(self) -> Choice:
        """What was wanted last."""
        return load(self._settings)

    def remember(self, choice: Choice) -> None:
        """Keep what is wanted for the next time."""
        store(self._settings, choice)

    def export(self, path: Path, choice: Choice, state: AppState, part: Part = ALL, name: str = "") -> None:
        """Write the graph of a state to a file, whole or not at all; `name`: of the program's file or lesson."""
        if choice.format == "dot" or choice.format == "json":
            self._ask(path, choice.format, choice, state)
        elif (drawing := seen_drawing(state, name)) is None:
            self.failed.emit(self.tr("there is no graph yet"))
        else:
            self._begin(path, painted([cut(drawing, choice, part)], choice.format, choice.look))

    def export_steps(self, path: Path, choice: Choice, drawings: Sequence[Drawing], part: Part = ALL) -> None:
        """Write drawings of the steps of a run: into one file, or where the format holds one alone, a file for each."""
        form = choice.form
        if form is None or not drawings:
            self.failed.emit(self.tr("there are no steps to show"))
            return
        parts = explained_alike(drawings, part.words if choice.legend else None)
        if form in ("svg", "png"):
            self._begin(path, _numbered(path, parts, choice), f"{numbered(path, 1, len(parts)).name} …")
        else:
            self._begin(path, painted(parts, form, choice.look))

    def copy_dot(self, choice: Choice, state: AppState) -> None:
        """Have the graph told as DOT."""
        folder = QTemporaryDir()
        self._ask(Path(folder.filePath("graph.dot")), "dot", choice, state)
        if self._waiting is not None and self._waiting.parent == Path(folder.path()):
            self._copy = folder

    def cancel(self) -> None:
        """Leave a long work; there is no file of it."""
        if self._work is not None:
            self._clock.stop()
            self._work.close()
            self._work = None
            self.failed.emit(self.tr("it was stopped"))

    def close(self) -> None:
        """Wait for no file any more."""
        self._waiting = self._copy = None
        if self._work is not None:
            self._clock.stop()
            self._work.close()
            self._work = None

    def _begin(self, path: Path, work: Work, told: str = "") -> None:
        if self._work is not None:
            self.failed.emit(self.tr("the file before is still being written"))
            work.close()
            return
        self._target, self._work, self._told = path, work, told or path.name
        self._go_on()

    def _go_on(self) -> None:
        """Work for a while."""
        if self._work is None:
            return
        until = time.monotonic() + AT_ONCE
        try:
            while True:
                done = next(self._work)
                if time.monotonic() > until:
                    self.advanced.emit(done)
                    self._clock.start(0)
                    return
        except StopIteration as end:
            self._work = None
            self._write(end.value)
        except OSError as error:
            self._work = None
            self.failed.emit(reasons.system(error.strerror or str(error)))

    def _write(self, data: bytes) -> None:
        """Write what the work made; nothing, where it wrote files of its own."""
        try:
            if data:
                write_whole(self._target, [data])
        except OSError as error:
            self.failed.emit(reasons.system(error.strerror or str(error)))
        else:
            self.done.emit(self._told)

    def _ask(self, path: Path, form: DataFormat, choice: Choice, state: AppState) -> None:
        if not state.traced:
            self.failed.emit(self.tr("there is no graph yet"))
        elif self._waiting is not None:
            self.failed.emit(self.tr("the file before is still being written"))
        else:
            self._waiting = path.absolute()
            self._runner.save(Save(str(self._waiting), form, choice.theme, state.wanted))

    def _saved(self, saved: Saved) -> None:
        path, self._waiting = self._waiting, None
        copy, self._copy = self._copy, None
        if path is None:
            return
        if saved.reason:
            self.failed.emit(reasons.system(saved.reason))
        elif not path.exists():  # believe nobody that there is a file
            self.failed.emit(self.tr("the file is not there"))
        elif copy is None:
            self.done.emit(path.name)
        else:
            self.copied.emit(path.read_text(encoding="utf-8", errors="replace"))


def _numbered(path: Path, drawings: Sequence[Drawing], choice: Choice) -> Work:
    """Write a file for each drawing, each whole; there is no file of the name itself."""
    form = choice.form
    assert form is not None
    for at, drawing in enumerate(drawings):
        yield at / len(drawings)
        write_whole(numbered(path, at + 1, len(drawings)), [finished(painted([drawing], form, choice.look))])
    return b""
