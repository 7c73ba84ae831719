"""What stands beside a run, as the panels show it: the other grad modes, and what changed since the run before."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtGui import QAction

from gradviz.model.cost import MODES, NAMES
from gradviz.model.trace import GradMode
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.values.shown import EMPTY
from gradviz.ui.bars.actions import SIDES
from gradviz.ui.graph.around.sides import Row
from gradviz.ui.panels import Panels
from gradviz.ui.wording import wording

Send = Callable[[said.Message], None]


def handlers(send: Send, state: Callable[[], AppState]) -> dict[str, Callable[[], None]]:
    """Return what each command about it does, by its id."""
    return {
        "beside": lambda: send(said.BesideSet(not state().comparing.seen)),
        "pinned": lambda: send(said.ChangesPinned(not state().pinned)),
        **{_command(modes): partial(_choose, modes, send, state) for modes in SIDES},
    }


def fill(panels: Panels, actions: Mapping[str, QAction]) -> None:
    """Let the table of what differs offer the modes that may stand side by side."""
    panels.sides.fill(actions[_command(modes)] for modes in SIDES)


def _command(modes: tuple[GradMode, ...]) -> str:
    return f"beside_{'_'.join(modes)}"


def _choose(modes: tuple[GradMode, ...], send: Send, state: Callable[[], AppState]) -> None:
    """Show those modes side by side."""
    if modes != state().options.beside:
        send(said.OptionsSet(state().options._replace(beside=modes)))
    send(said.BesideSet(True))


def show(panels: Panels, actions: Mapping[str, QAction], before: AppState, now: AppState) -> None:
    """Show what stands beside the run."""
    actions["beside"].setChecked(now.comparing.seen)
    actions["pinned"].setChecked(now.pinned)
    actions[_command(now.options.beside)].setChecked(True)
    if now.table is not before.table or not panels.output.no_changes:
        changes = now.table.changes if now.table else None
        panels.output.show_changes(changes.told if changes else (), wording.no_changes(now))
    comparison = now.comparing.comparison
    if now.columns is not None and comparison is not None:
        sides = tuple((one.name, *one.cells) for one in comparison.sides)
        panels.sides.show_sides(comparison.modes, sides + _costs(now, comparison.modes), comparison.errors)
    panels.sides.setVisible(now.columns is not None)


def show_drawing(panels: Panels, before: AppState, now: AppState) -> None:
    """Show what is on the canvas now; what of it only told what had changed fades away."""
    drawing, canvas = now.drawing or EMPTY, panels.canvas
    # The modes side by side, and a module, are looked at as another document: they begin where those begin.
    document = now.document if now.shown is None else now.shown.document
    canvas.show_drawing(drawing, (document, now.columns is not None, now.asked.module if now.asked else ""))
    if before.marked is not None and now.marked is None and before.shown is now.shown and now.columns is None:
        canvas.let_fade(before.marked)
    panels.minimap.show_layers(canvas.layers, drawing.size, abreast=now.columns is not None)
    panels.minimap.show_seen(canvas.seen)


def _costs(state: AppState, shown: tuple[str, ...]) -> tuple[Row, ...]:
    """What was measured of the program as it stands, in the modes that are shown: what weighs most is seen first."""
    measuring = state.measuring
    if measuring.table is None or measuring.of != state.text:
        return ()
    rows = sorted(measuring.table.rows, key=lambda row: not row.weighty)
    columns = [at for at, mode in enumerate(MODES) if NAMES[mode] in shown]
    return tuple((row.name, *(row.cells[at] for at in columns)) for row in rows)
