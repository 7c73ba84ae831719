"""What a person has in view stays so where all that is in the window is made anew, in another language."""

from typing import NamedTuple

from gradviz.ui.focus import has_focus, parts
from gradviz.ui.graph.graphview import Gaze
from gradviz.ui.panels import Panels

_PROGRAM = 0  # its place among `parts`


class Staying(NamedTuple):
    """What is in view, and where the person works."""

    cursor: int  # its place in the program
    focused: int  # the place among `parts` of what has the focus
    left: int  # of the part of the program that is seen, as its scroll bars count
    top: int
    tab: int  # of the output
    gaze: Gaze  # at the graph


def seen(panels: Panels) -> Staying:
    """Return what is to stay, before the panels are gone."""
    editor = panels.editor
    across, down = editor.horizontalScrollBar(), editor.verticalScrollBar()
    return Staying(
        editor.textCursor().position(),
        next((at for at, part in enumerate(parts(panels)) if has_focus(part)), _PROGRAM),
        across.value(),
        down.value(),
        panels.output.currentIndex(),
        panels.canvas.gaze,
    )


def choose(panels: Panels, staying: Staying) -> None:
    """Have the tab and the cursor where they were."""
    panels.output.setCurrentIndex(staying.tab)
    cursor = panels.editor.textCursor()
    cursor.setPosition(staying.cursor)
    panels.editor.setTextCursor(cursor)


def look(panels: Panels, staying: Staying) -> None:
    """Have in view what was, and the focus there, once the panels have their sizes."""
    focused = parts(panels)[staying.focused]
    (focused if focused.isVisible() and focused.isEnabled() else panels.editor).setFocus()
    panels.editor.horizontalScrollBar().setValue(staying.left)
    panels.editor.verticalScrollBar().setValue(staying.top)
    panels.canvas.go_on(staying.gaze)
