"""Graphs as files: the person's choice, and writing it from the drawing that is shown or through the command line.

Pictures are made of the drawing on the canvas. DOT and JSON hold more than it does, so the program is run again by
`gradviz export`, in a process of its own.
"""

import sys
from pathlib import Path
from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, QProcess, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import THEMES, ThemeName
from gradviz.export.raster import pdf, png
from gradviz.export.svg import svg
from gradviz.export.whole import write_whole
from gradviz.state.values import AppState

Format = Literal["svg", "png", "pdf", "dot", "json"]
FORMATS: tuple[Format, ...] = ("svg", "png", "pdf", "dot", "json")
_PICTURES = ("svg", "png", "pdf")


class Choice(NamedTuple):
    """What kind of file a person wants."""

    format: Format = "svg"
    theme: ThemeName = "light"
    transparent: bool = False
    scale: float = 2.0  # of a PNG


def picture_bytes(drawing: Drawing, choice: Choice) -> bytes:
    """Return the drawing as an SVG, PNG or PDF file."""
    theme = THEMES[choice.theme]
    ground = None if choice.transparent else theme.ground
    if choice.format == "svg":
        return svg(drawing, theme, ground).encode()
    if choice.format == "png":
        return png(drawing, theme, choice.scale, ground)
    return pdf(drawing, theme, ground)


def arguments(path: Path, choice: Choice, state: AppState) -> list[str]:
    """Return the arguments of the command line that writes the program's DOT or JSON; it reads the program on stdin."""
    options = state.options
    common = ["-P", "-m", "gradviz"]
    if choice.format == "json":
        return [*common, "trace", "-", "-o", str(path), "--mode", state.mode]
    view = ["--view", options.view, "--fold", options.fold, "--direction", options.direction, "--theme", choice.theme]
    return [*common, "export", "-", "-o", str(path), "--format", "dot", "--mode", state.mode, *view]


class Exporter(QObject):
    """Writes files.

    Signals:
        done: the file's name.
        failed: why there is no file.
    """

    done = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self._process = QProcess(self)
        self._process.setProgram(sys.executable)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._broke)

    def export(self, path: Path, choice: Choice, state: AppState) -> None:
        """Write the graph of a state to a file, whole or not at all."""
        if choice.format in _PICTURES:
            self._write(path, choice, state)
        elif self._process.state() != QProcess.ProcessState.NotRunning:
            self.failed.emit(self.tr("the file before is still being written"))
        else:
            self._name = path.name
            self._process.setArguments(arguments(path, choice, state))
            self._process.start()
            self._process.write(state.text.encode("utf-8", "surrogatepass"))
            self._process.closeWriteChannel()

    def close(self) -> None:
        """End what is being written."""
        self._process.blockSignals(True)
        self._process.kill()
        self._process.waitForFinished(2000)

    def _write(self, path: Path, choice: Choice, state: AppState) -> None:
        if state.shown is None:
            self.failed.emit(self.tr("there is no graph yet"))
            return
        try:
            write_whole(path, picture_bytes(state.shown.drawing, choice))
        except OSError as error:
            self.failed.emit(error.strerror or str(error))
        else:
            self.done.emit(path.name)

    def _finished(self, code: int) -> None:
        # 1 and 3: the program raised or met a limit; what there was of its trace is written.
        if code in (0, 1, 3):
            self.done.emit(self._name)
        else:
            said = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip()
            self.failed.emit(said.splitlines()[-1] if said else self.tr("status {code}").format(code=code))

    def _broke(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.failed.emit(self._process.errorString())


class ExportDialog(QDialog):
    """Asks what kind of file is wanted."""

    def __init__(self, choice: Choice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export the graph"))
        self._format = QComboBox(self)
        for name, what in zip(FORMATS, self._names(), strict=True):
            self._format.addItem(what, name)
        self._format.setCurrentIndex(FORMATS.index(choice.format))
        self._theme = QComboBox(self)
        self._theme.addItem(self.tr("Light"), "light")
        self._theme.addItem(self.tr("Dark"), "dark")
        self._theme.setCurrentIndex(self._theme.findData(choice.theme))
        self._transparent = QCheckBox(self.tr("Transparent ground"), self)
        self._transparent.setChecked(choice.transparent)
        self._scale = QDoubleSpinBox(self)
        self._scale.setRange(0.5, 8.0)
        self._scale.setSingleStep(0.5)
        self._scale.setValue(choice.scale)
        form = QFormLayout()
        form.addRow(self.tr("Format"), self._format)
        form.addRow(self.tr("Colours"), self._theme)
        form.addRow("", self._transparent)
        form.addRow(self.tr("Scale"), self._scale)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(buttons)
        self._format.currentIndexChanged.connect(self._fit)
        self._fit()

    def _names(self) -> tuple[str, ...]:
        return (
            self.tr("SVG, a drawing that scales"),
            self.tr("PNG, an image"),
            self.tr("PDF, a page"),
            self.tr("DOT, for Graphviz"),
            self.tr("JSON, the whole trace"),
        )

    def choice(self) -> Choice:
        """Return what was asked for."""
        theme: ThemeName = "dark" if self._theme.currentData() == "dark" else "light"
        return Choice(FORMATS[self._format.currentIndex()], theme, self._transparent.isChecked(), self._scale.value())

    def _fit(self) -> None:
        """Offer only what matters to the format."""
        chosen = FORMATS[self._format.currentIndex()]
        self._theme.setEnabled(chosen != "json")
        self._transparent.setEnabled(chosen in _PICTURES)
        self._scale.setEnabled(chosen == "png")
