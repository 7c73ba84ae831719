"""What a person has in view stays so where all that is in the window is made anew, in another language."""

from typing import NamedTuple

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from gradviz.ui.editor.finding.findbar import Sought
from gradviz.ui.focus import has_focus, parts
from gradviz.ui.graph.graphview import Gaze
from gradviz.ui.panels import Panels

_PROGRAM = 0  # its place among `_places`


class Staying(NamedTuple):
    """What is in view, and where the person works."""

    anchor: int  # where in the program the selection begins
    cursor: int  # its place in the program
    sought: Sought  # what is looked for there
    focused: int  # the place among `_places` of what has the focus
    left: int  # of the part of the program that is seen, as its scroll bars count
    top: int
    tab: int  # of the output
    gaze: Gaze  # at the graph
    example: int  # the first of the list that is seen, as its scroll bar counts


def seen(panels: Panels) -> Staying:
    """Return what is to stay, before the panels are gone."""
    editor = panels.editor
    across, down = editor.horizontalScrollBar(), editor.verticalScrollBar()
    return Staying(
        editor.textCursor().anchor(),
        editor.textCursor().position(),
        panels.find_bar.sought,
        next((at for at, part in enumerate(_places(panels)) if has_focus(part)), _PROGRAM),
        across.value(),
        down.value(),
        panels.output.currentIndex(),
        panels.canvas.gaze,
        panels.examples.verticalScrollBar().value(),
    )


def _places(panels: Panels) -> list[QWidget]:
    """Where somebody may type or press keys."""
    return [*parts(panels), panels.find_bar, panels.search]


def choose(panels: Panels, staying: Staying) -> None:
    """Have the tab, the cursor and what is looked for where they were."""
    panels.output.setCurrentIndex(staying.tab)
    cursor = panels.editor.textCursor()
    cursor.setPosition(staying.anchor)
    cursor.setPosition(staying.cursor, QTextCursor.MoveMode.KeepAnchor)
    panels.editor.setTextCursor(cursor)
    panels.find_bar.go_on(staying.sought)


def look(panels: Panels, staying: Staying) -> None:
    """Have in view what was, and the focus there, once the panels have their sizes."""
    focused = _places(panels)[staying.focused]
    (focused if focused.isVisible() and focused.isEnabled() else panels.editor).setFocus()
    panels.editor.horizontalScrollBar().setValue(staying.left)
    panels.editor.verticalScrollBar().setValue(staying.top)
    panels.canvas.go_on(staying.gaze)
    panels.examples.verticalScrollBar().setValue(staying.example)
