"""What the commands of exporting and copying do: ask, walk through the steps if they are wanted, tell how far it is."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox, QProgressDialog

from gradviz.drawing.shapes import Drawing
from gradviz.export.whole import numbered
from gradviz.picture.words import WORDS
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.quiz.quizzing import veiled
from gradviz.ui.exporting import captions
from gradviz.ui.exporting.copying import copy_picture, copy_svg, copy_text
from gradviz.ui.exporting.exportchoice import Choice, Part
from gradviz.ui.exporting.exportdialog import ExportDialog
from gradviz.ui.exporting.exporter import Exporter
from gradviz.ui.exporting.sharing import shared
from gradviz.ui.exporting.walking import Walk
from gradviz.ui.files.files import Files
from gradviz.ui.graph.graphview import GraphView
from gradviz.ui.style.copying import copy
from gradviz.ui.wording import unavailable

_PATIENCE = 400  # milliseconds of work before anything is said of it
_PARTS = 1000  # of a whole that progress is told in


class Exports(QObject):
    """The hands of the commands about files of the graph."""

    def __init__(
        self,
        window: QMainWindow,
        send: Callable[[said.Message], None],
        state: Callable[[], AppState],
        canvas: GraphView,
        files: Files,
        exporter: Exporter,
    ) -> None:
        super().__init__(canvas)  # and gone with it
        self._window, self._send, self._state, self._canvas = window, send, state, canvas
        self._files, self._exporter = files, exporter
        self._progress: QProgressDialog | None = None
        self._walked: Walk | None = None
        exporter.advanced.connect(self._tell)
        exporter.done.connect(self._end)
        exporter.failed.connect(self._end)
        exporter.copied.connect(self._copied)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what each command does, by its id."""
        return {
            "export": self.export,
            "copy_graph": lambda: self._copy(copy_picture),
            "copy_svg": lambda: self._copy(copy_svg),
            "share": self._share,
            "copy_dot": self._copy_dot,
        }

    def export(self) -> None:
        """Ask for a kind of file and a name, and write it."""
        state = veiled(self._state())
        part = Part(self._canvas.seen, state.selection, WORDS[state.options.language])
        before = self._exporter.choice
        steps = len(state.course.kinds) if state.steppable else 0
        legend = before.legend or state.options.legend
        dialog = ExportDialog(before._replace(legend=legend), state.drawing, part, steps, self._window)
        wanted = dialog.exec()
        choice = dialog.choice()
        dialog.deleteLater()
        if not wanted:
            return
        self._exporter.remember(choice)
        self._ask_where(choice, part, steps + 1)

    def _ask_where(self, choice: Choice, part: Part, count: int) -> None:
        """Ask for a name, and write there; `count`: of the pictures that every step makes."""
        ending = f".{choice.format}"
        start = (self._files.path or Path.cwd() / "graph").with_suffix(ending)
        kind = f"{choice.format.upper()} (*{ending})"
        name, _kind = QFileDialog.getSaveFileName(self._window, self._window.tr("Export the graph"), str(start), kind)
        if not name:
            return
        asked = Path(name)
        path = asked if asked.suffix.lower() == ending else asked.with_name(asked.name + ending)
        several = choice.stepped and choice.format in ("svg", "png")
        paths = [numbered(path, number, count) for number in range(1, count + 1)] if several else [path]
        if self._may_replace([one for one in paths if one != asked]):
            self.write(path, choice, part)

    def _may_replace(self, paths: Sequence[Path]) -> bool:
        """Ask before files are replaced of whose names the dialog for files knows nothing."""
        there = sum(path.exists() for path in paths)
        if not there:
            return True
        text = self.tr("Files of these names that are there already: {count}. Replace them?").format(count=f"{there:,}")
        answer = QMessageBox.question(self._window, self.tr("Export the graph"), text)
        return answer == QMessageBox.StandardButton.Yes

    def write(self, path: Path, choice: Choice, part: Part) -> None:
        """Write a file, after a walk through the steps where they are wanted."""
        state = veiled(self._state())
        if choice.form is None and state.asks:  # the record of the run answers every question
            self._exporter.failed.emit(unavailable.asked())
        elif not choice.stepped:
            self._exporter.export(path, choice, state, part, self._files.name)
        elif not state.steppable:
            self._exporter.export_steps(path, choice, ())
        else:
            self._walk(path, choice, part)

    def _walk(self, path: Path, choice: Choice, part: Part) -> None:
        walk = self._walked = Walk(self._send, self._state, self)

        def over() -> None:
            self._walked = None
            walk.deleteLater()

        def arrived(drawings: list[Drawing]) -> None:
            over()
            self._exporter.export_steps(path, choice, captions.steps(self._state(), self._files.name, drawings), part)

        def failed() -> None:
            over()
            self._exporter.failed.emit(self.tr("the program was changed"))

        walk.advanced.connect(lambda share: self._tell(share / 2))
        walk.done.connect(arrived)
        walk.failed.connect(failed)
        walk.begin()

    def _tell(self, share: float) -> None:
        """Tell how far it is, and let it be stopped."""
        if self._progress is None:
            self._progress = QProgressDialog(self.tr("Writing the file …"), self.tr("Stop"), 0, _PARTS, self._window)
            self._progress.setWindowTitle(self.tr("Export the graph"))
            self._progress.setWindowModality(Qt.WindowModality.WindowModal)
            self._progress.setMinimumDuration(_PATIENCE)
            self._progress.canceled.connect(self.stop)
        self._progress.setValue(max(self._progress.value(), int(share * (_PARTS - 1))))

    def stop(self) -> None:
        """Leave what is going on."""
        if self._walked is not None:
            self._walked.stop()
            self._walked.deleteLater()
            self._walked = None
            self._exporter.failed.emit(self.tr("it was stopped"))
        else:
            self._exporter.cancel()

    def _end(self, _told: str) -> None:
        """Tell no more how far it is."""
        progress, self._progress = self._progress, None
        if progress is not None:
            progress.canceled.disconnect(self.stop)
            progress.reset()
            progress.deleteLater()

    def _copy(self, copy: Callable[[Drawing], None]) -> None:
        drawing = captions.seen_drawing(veiled(self._state()), self._files.name)
        if drawing is None:
            self._send(said.Told(self.tr("There is no graph yet")))
        else:
            copy(drawing)
            self._send(said.Told(self.tr("The graph is on the clipboard")))

    def _copy_dot(self) -> None:
        state = self._state()
        if state.asks:
            self._exporter.failed.emit(unavailable.asked())
        else:
            self._exporter.copy_dot(Choice(), state)

    def _share(self) -> None:
        copy(shared(veiled(self._state())))
        self._send(said.Told(self.tr("The program and what came of it are on the clipboard")))

    def _copied(self, text: str) -> None:
        copy_text(text)
        self._send(said.Told(self.tr("The graph is on the clipboard")))
