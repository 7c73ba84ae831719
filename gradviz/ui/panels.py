"""The panels of the window and where they stand; only this and the window know them all."""

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QTextDocument
from PySide6.QtWidgets import (
    QDockWidget,
    QGridLayout,
    QMainWindow,
    QMenuBar,
    QSplitter,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from gradviz.drawing.theme import THEMES
from gradviz.picture.picture import Language
from gradviz.resources import Lesson
from gradviz.ui.bars.bars import GraphBar
from gradviz.ui.bars.statusbar import StatusLine
from gradviz.ui.bars.timeline import Timeline
from gradviz.ui.docks.cost import CostPanel
from gradviz.ui.docks.dock import Dock
from gradviz.ui.docks.examples import Examples
from gradviz.ui.docks.inspector import Inspector
from gradviz.ui.docks.lesson import LessonPanel
from gradviz.ui.docks.outline import Outline
from gradviz.ui.docks.output import OutputTabs
from gradviz.ui.docks.quiz import QuizPanel
from gradviz.ui.docks.tensors import Tensors
from gradviz.ui.editor.completion.completion import Completion
from gradviz.ui.editor.editor import Editor
from gradviz.ui.editor.finding.findbar import FindBar
from gradviz.ui.editor.modeline import ModeLine
from gradviz.ui.editor.patience import Patience
from gradviz.ui.editor.sliding.sliding import Sliding
from gradviz.ui.editor.strip import ProblemStrip
from gradviz.ui.graph.around.crumbs import Crumbs
from gradviz.ui.graph.around.invitation import Invitation
from gradviz.ui.graph.around.notice import Notice
from gradviz.ui.graph.around.question import Question
from gradviz.ui.graph.around.search import SearchField
from gradviz.ui.graph.around.sides import Sides
from gradviz.ui.graph.around.welcome import Welcome
from gradviz.ui.graph.canvas import Canvas
from gradviz.ui.graph.minimap import Minimap
from gradviz.ui.room import Wish
from gradviz.ui.style.theme import Colours


class Panels(NamedTuple):
    """Everything the state is shown in."""

    examples: Examples
    lesson: LessonPanel
    quiz: QuizPanel
    mode_line: ModeLine
    editor: Editor
    completion: Completion
    sliding: Sliding
    find_bar: FindBar
    strip: ProblemStrip
    patience: Patience
    graph_bar: GraphBar
    notice: Notice
    search: SearchField
    canvas: Canvas
    welcome: Welcome
    invitation: Invitation
    question: Question
    crumbs: Crumbs
    outline: Outline
    minimap: Minimap
    sides: Sides
    tensors: Tensors
    output: OutputTabs
    cost: CostPanel
    inspector: Inspector
    status: StatusLine
    timeline: Timeline


def build(
    window: QMainWindow,
    lessons: tuple[Lesson, ...],
    language: Language,
    own: Colours,
    document: QTextDocument | None = None,
) -> Panels:
    """Make the panels and put them into the window.

    Args:
        window: has no panels.
        lessons: to choose from.
        language: of their titles.
        own: the colours of the panels.
        document: the program, where there is one already.
    """
    panels = _made(window, lessons, language, own, document)
    _float(panels)
    window.setCentralWidget(_stacked(panels.graph_bar, panels.crumbs, _over(panels.canvas, panels.sides)))
    window.setStatusBar(panels.status)
    _place(window, panels)
    return panels


def _made(
    window: QMainWindow, lessons: tuple[Lesson, ...], language: Language, own: Colours, document: QTextDocument | None
) -> Panels:
    """The panels, each by itself: who needs another is given it."""
    canvas, notice, search = Canvas(own), Notice(own, window), SearchField(window)
    editor = Editor(own, document)
    completion, strip = Completion(editor, own), ProblemStrip(own)
    return Panels(
        examples=Examples(lessons, language),
        lesson=LessonPanel(lessons, language, own),
        quiz=QuizPanel(own),
        mode_line=ModeLine(own),
        editor=editor,
        completion=completion,
        sliding=Sliding(editor, own),
        find_bar=FindBar(),
        strip=strip,
        patience=Patience(editor, completion, strip),
        graph_bar=GraphBar(window, notice, search),
        notice=notice,
        search=search,
        canvas=canvas,
        welcome=Welcome(canvas),
        invitation=Invitation(canvas),
        question=Question(canvas),
        crumbs=Crumbs(),
        outline=Outline(),
        minimap=Minimap(own, THEMES["light"], canvas),
        sides=Sides(),
        tensors=Tensors(),
        output=OutputTabs(own),
        cost=CostPanel(own),
        inspector=Inspector(own),
        status=StatusLine(window),
        timeline=Timeline(own, window),
    )


def clear(window: QMainWindow) -> None:
    """Take everything out of the window that was built into it. It is gone when what goes on now has ended."""
    for dock in window.findChildren(QDockWidget):
        dock.blockSignals(True)  # nobody put it away
        window.removeDockWidget(dock)
    for bar in window.findChildren(QToolBar):
        window.removeToolBar(bar)
    for part in (*window.findChildren(QDockWidget), *window.findChildren(QToolBar)):
        part.setObjectName("")  # or a layout would be restored to it
        part.deleteLater()
    for made in (*window.actions(), *window.findChildren(QActionGroup)):
        made.deleteLater()
    window.setMenuBar(QMenuBar())


def _float(panels: Panels) -> None:
    """Put over the graph what stands in for it, and its map into the corner where drawings end."""
    over = QGridLayout(panels.canvas)
    over.setSizeConstraint(QGridLayout.SizeConstraint.SetNoConstraint)
    over.addWidget(panels.welcome, 0, 0)
    over.addWidget(panels.invitation, 0, 0, Qt.AlignmentFlag.AlignCenter)
    over.addWidget(panels.question, 0, 0, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    over.addWidget(panels.minimap, 0, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)


def _place(window: QMainWindow, panels: Panels) -> None:
    """Give each panel its place: what is read and written at the left, the tensors below the graph, in long rows.

    Beside the graph comes what is asked for, and goes again: the rest of the time that room is the graph's.
    """
    window.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)
    window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
    left, bottom = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
    examples = _dock(window, "examples", window.tr("Examples"), panels.examples, left)
    text = _stacked(panels.mode_line, panels.editor, panels.find_bar, panels.strip)
    program = _dock(window, "program", window.tr("Program"), text, left)
    lesson = _dock(window, "lesson", window.tr("Lesson"), panels.lesson, left)
    tensors = _dock(window, "tensors", window.tr("Tensors"), panels.tensors, bottom)
    output = _dock(window, "output", window.tr("Output and problems"), panels.output, bottom)
    # Beside the graph and above the tensors, so that a switch and all that it changes are seen together.
    cost = _dock(window, "cost", window.tr("Cost"), panels.cost, Qt.DockWidgetArea.RightDockWidgetArea)
    inspector = _dock(
        window, "inspector", window.tr("Inspector"), panels.inspector, Qt.DockWidgetArea.RightDockWidgetArea
    )
    outline = _dock(window, "outline", window.tr("Modules"), panels.outline, Qt.DockWidgetArea.RightDockWidgetArea)
    quiz = _dock(window, "quiz", window.tr("Quiz"), panels.quiz, Qt.DockWidgetArea.RightDockWidgetArea)
    window.tabifyDockWidget(cost, inspector)
    window.tabifyDockWidget(inspector, outline)
    window.tabifyDockWidget(outline, quiz)
    for wanted in (cost, inspector, outline, quiz, lesson):
        wanted.hide()
    window.tabifyDockWidget(examples, lesson)  # once one is hidden: Qt leaves copies of tabs that it makes before
    window.splitDockWidget(tensors, output, Qt.Orientation.Horizontal)
    across, down = window.width(), window.height()
    code = min(panels.editor.width_of(round(Wish().program)), across * 42 // 100)
    window.resizeDocks([examples, program], [down * 33 // 100, down * 55 // 100], Qt.Orientation.Vertical)
    window.resizeDocks([program], [code], Qt.Orientation.Horizontal)
    said = max((across - code) * 29 // 100, panels.output.tabs_width)
    window.resizeDocks([tensors, output], [across - code - said, said], Qt.Orientation.Horizontal)
    window.resizeDocks([tensors], [down * Wish().below // 100], Qt.Orientation.Vertical)


def _over(graph: QWidget, below: QWidget) -> QSplitter:
    """Two panels of which the person decides how high each is."""
    both = QSplitter(Qt.Orientation.Vertical)
    both.setChildrenCollapsible(False)
    for at, panel in enumerate((graph, below)):
        both.addWidget(panel)
        both.setStretchFactor(at, 1 - at)
    return both


def _stacked(*widgets: QWidget) -> QWidget:
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)
    return whole


def _dock(window: QMainWindow, name: str, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
    dock = Dock(title, window)
    dock.setObjectName(name)
    dock.setWidget(panel)
    window.addDockWidget(area, dock)
    return dock
