"""What the person does in the panels, as messages to the window's state."""

from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QDockWidget

from gradviz.state import messages as said
from gradviz.ui.panels import Panels

Send = Callable[[said.Message], None]


def connect(send: Send, panels: Panels, costs: Iterable[QDockWidget]) -> None:
    """Have everything sent that the person points at, searches, switches or mends.

    Args:
        send: takes a message.
        panels: in which it is done.
        costs: where those are shown.
    """
    _choosing(send, panels)
    _searching(send, panels)
    for switch in (panels.tensors, panels.canvas, panels.invitation):
        switch.flagWanted.connect(lambda of, flag: send(said.FlagSwitched(of, flag)))
    for mending in (panels.strip, panels.output):
        mending.fixWanted.connect(lambda edit: send(said.FixTaken(edit)))
    panels.strip.fixWanted.connect(panels.editor.setFocus)  # the button is gone with what it mended
    panels.sliding.slid.connect(send)
    panels.sliding.rested.connect(lambda: send(said.SlideRested()))
    panels.cost.pressed.connect(lambda: send(said.MeasurePressed()))
    for dock in costs:
        dock.visibilityChanged.connect(lambda on: send(said.CostsSeen(on)))
    panels.status.stopWanted.connect(lambda: send(said.StopPressed()))


def go_to_mark(send: Send, panels: Panels, mark: str) -> None:
    """Choose a mark, and bring it into view as large as it can be read."""
    send(said.MarkChosen(mark))
    panels.canvas.read(mark)


def _choosing(send: Send, panels: Panels) -> None:
    """Lines, marks and tensors, and the places of the program that panels lead to."""
    panels.editor.lineChosen.connect(lambda line: send(said.LineChosen(line)))
    panels.canvas.markChosen.connect(lambda mark: send(said.MarkChosen(mark)))
    panels.canvas.marksChosen.connect(lambda marks: send(said.MarksChosen(marks)))
    panels.tensors.chosen.connect(lambda tensor: send(said.TensorChosen(tensor)))
    panels.output.markWanted.connect(lambda mark: go_to_mark(send, panels, mark))
    for lines in (panels.tensors, panels.cost):
        lines.lineWanted.connect(panels.editor.go_to)
    for places in (panels.output, panels.strip):
        places.placeWanted.connect(panels.editor.go_to)


def _searching(send: Send, panels: Panels) -> None:
    panels.search.typed.connect(lambda query: send(said.Searched(query)))
    panels.search.stepped.connect(lambda step: send(said.SearchStepped(step)))
    panels.search.closed.connect(lambda: send(said.Searched(None)))
    panels.search.closed.connect(panels.canvas.setFocus)
