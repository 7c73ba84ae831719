"""The panels of the window and where they stand; only this and the window know them all."""

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QVBoxLayout, QWidget

from gradviz.picture.picture import Language
from gradviz.resources import Lesson
from gradviz.ui.bars import GraphBar
from gradviz.ui.canvas import Canvas
from gradviz.ui.editor import Editor
from gradviz.ui.examples import Examples
from gradviz.ui.notice import Notice
from gradviz.ui.output import OutputTabs
from gradviz.ui.statusbar import StatusLine
from gradviz.ui.strip import ProblemStrip
from gradviz.ui.tensors import Tensors
from gradviz.ui.theme import Colours


class Panels(NamedTuple):
    """Everything the state is shown in."""

    examples: Examples
    editor: Editor
    strip: ProblemStrip
    graph_bar: GraphBar
    canvas: Canvas
    notice: Notice
    tensors: Tensors
    output: OutputTabs
    status: StatusLine


def build(window: QMainWindow, lessons: tuple[Lesson, ...], language: Language, own: Colours) -> Panels:
    """Make the panels and put them into the window."""
    canvas = Canvas(own)
    panels = Panels(
        examples=Examples(lessons, language),
        editor=Editor(own),
        strip=ProblemStrip(own),
        graph_bar=GraphBar(window),
        canvas=canvas,
        notice=Notice(own, canvas),
        tensors=Tensors(),
        output=OutputTabs(own),
        status=StatusLine(window),
    )
    window.setCentralWidget(_stacked(panels.graph_bar, canvas))
    window.setStatusBar(panels.status)
    window.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)
    window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
    left, right, bottom = (
        Qt.DockWidgetArea.LeftDockWidgetArea,
        Qt.DockWidgetArea.RightDockWidgetArea,
        Qt.DockWidgetArea.BottomDockWidgetArea,
    )
    examples = _dock(window, "examples", window.tr("Examples"), panels.examples, left)
    program = _dock(window, "program", window.tr("Program"), _stacked(panels.editor, panels.strip), left)
    tensors = _dock(window, "tensors", window.tr("Tensors"), panels.tensors, right)
    output = _dock(window, "output", window.tr("Output and problems"), panels.output, bottom)
    across, down = window.width(), window.height()
    window.resizeDocks([examples, program], [down // 5, down * 3 // 5], Qt.Orientation.Vertical)
    window.resizeDocks([program, tensors], [across * 30 // 100, across * 26 // 100], Qt.Orientation.Horizontal)
    window.resizeDocks([output], [down * 18 // 100], Qt.Orientation.Vertical)
    return panels


def _stacked(upper: QWidget, lower: QWidget) -> QWidget:
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(upper)
    layout.addWidget(lower)
    return whole


def _dock(window: QMainWindow, name: str, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
    dock = QDockWidget(title, window)
    dock.setObjectName(name)
    dock.setWidget(panel)
    window.addDockWidget(area, dock)
    return dock
