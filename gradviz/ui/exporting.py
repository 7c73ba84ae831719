"""Graphs as files: the person's choice, and writing it from the drawing that is shown or from the run it is of.

Pictures are made of the drawing on the canvas. DOT and JSON hold more than it does: the picture process, which has the
trace, writes them. Nothing is run again.
"""

from pathlib import Path
from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Signal
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
from gradviz.export.pdf import pdf
from gradviz.export.raster import png
from gradviz.export.svg import svg
from gradviz.export.whole import write_whole
from gradviz.export.work import finished
from gradviz.picture.picture import DataFormat, Save, Saved
from gradviz.state.values import AppState
from gradviz.ui.runner import Runner

Format = Literal["svg", "png", "pdf"] | DataFormat
FORMATS: tuple[Format, ...] = ("svg", "png", "pdf", "dot", "json")


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
    return finished(pdf([drawing], theme, ground))


class Exporter(QObject):
    """Writes files.

    Signals:
        done: the file's name.
        failed: why there is no file.
    """

    done = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        """Write through the Runner that is the parent's child."""
        super().__init__(parent)
        (self._runner,) = parent.findChildren(Runner)
        self._waiting: Path | None = None  # the file that the picture process is writing
        self._runner.saved.connect(self._saved)

    def export(self, path: Path, choice: Choice, state: AppState) -> None:
        """Write the graph of a state to a file, whole or not at all."""
        if choice.format == "dot" or choice.format == "json":
            self._ask(path, choice.format, choice, state)
        else:
            self._write(path, choice, state)

    def close(self) -> None:
        """Wait for no file any more."""
        self._waiting = None

    def _write(self, path: Path, choice: Choice, state: AppState) -> None:
        if state.drawing is None:
            self.failed.emit(self.tr("there is no graph yet"))
            return
        try:
            write_whole(path, [picture_bytes(state.drawing, choice)])
        except OSError as error:
            self.failed.emit(error.strerror or str(error))
        else:
            self._finish(path)

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
        if path is None:
            return
        if saved.reason:
            self.failed.emit(saved.reason)
        else:
            self._finish(path)

    def _finish(self, path: Path) -> None:
        """Believe nobody that there is a file: look."""
        if path.exists():
            self.done.emit(path.name)
        else:
            self.failed.emit(self.tr("the file is not there"))


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
        self._transparent.setEnabled(chosen not in ("dot", "json"))
        self._scale.setEnabled(chosen == "png")
