"""Folds as the window has a part in them: what opens and closes them, and whether so much is to be drawn."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from gradviz.model.fold import MANY
from gradviz.state import messages as said
from gradviz.state.folding import fold_of, round_of
from gradviz.state.values import AppState
from gradviz.ui.panels import Panels

Send = Callable[[said.Message], None]


def connect(send: Send, state: Callable[[], AppState], panels: Panels) -> None:
    """Have the graph and the question send what happens."""
    panels.canvas.unfoldWanted.connect(lambda mark: send(said.FoldOpened(mark)))
    panels.canvas.foldWanted.connect(lambda mark: send(said.FoldClosed(mark)))
    panels.canvas.openWanted.connect(lambda mark: _open(send, state(), panels, mark))
    panels.question.answered.connect(lambda on: send(said.DrawnAnyway(on)))


def handlers(send: Send, state: Callable[[], AppState]) -> dict[str, Callable[[], None]]:
    """Return what each command about folds does, by its id."""
    return {
        "unfold": lambda: _each(send, state(), said.FoldOpened),
        "fold": lambda: _each(send, state(), said.FoldClosed),
        "unfolded": lambda: _unfold(send, state()),
        "refold": lambda: send(said.FoldsClosed()),
    }


def fill_menu(menu: QMenu, send: Send, state: AppState, mark: str, panels: Panels) -> None:
    """Put into the menu of a mark what can be done about it in the graph."""
    line = _line(state, mark)
    if fold_of(state, mark) is not None:
        menu.addAction(f"{menu.tr('Unfold')}\tU", lambda: send(said.FoldOpened(mark)))
    if round_of(state, mark) is not None:
        menu.addAction(f"{menu.tr('Fold again')}\tShift+U", lambda: send(said.FoldClosed(mark)))
    if line is not None:
        menu.addAction(menu.tr("Go to line {line}").format(line=line), lambda: panels.editor.go_to(line))


def show(state: AppState, panels: Panels) -> None:
    """Ask whether more is to be drawn than anybody reads, where that is wanted."""
    picture = state.picture
    panels.question.ask(0 if picture is None or state.dimmed or not picture.complete else picture.withheld)


def _open(send: Send, state: AppState, panels: Panels, mark: str) -> None:
    """Open a fold, close the one whose title this is, or go to the line of anything else."""
    around, line = round_of(state, mark), _line(state, mark)
    if fold_of(state, mark) is not None:
        send(said.FoldOpened(mark))
    elif around is not None and around.mark == mark:
        send(said.FoldClosed(mark))
    elif line is not None:
        panels.editor.go_to(line)


def _each(send: Send, state: AppState, message: type[said.FoldOpened | said.FoldClosed]) -> None:
    for mark in state.selection.marks:
        send(message(mark))


def _unfold(send: Send, state: AppState) -> None:
    fold = state.options.fold
    send(said.OptionsSet(state.options._replace(fold="auto" if fold == "none" else "none", most=MANY)))


def _line(state: AppState, name: str) -> int | None:
    """The line of a node, an edge or the title of an open fold."""
    drawing = state.drawing
    groups = () if drawing is None else (drawing.nodes, drawing.edges, drawing.titles)
    return next((mark.line for group in groups for mark in group if mark.id == name), None)
