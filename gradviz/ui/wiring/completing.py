"""Completion as the window has a part in it: what the last run held, what the engine is asked, who gives way."""

from gradviz.model.completion.things import Known
from gradviz.state.appstate import AppState
from gradviz.ui.panels import Panels
from gradviz.ui.processes.runner import Runner


def connect(panels: Panels, runner: Runner) -> None:
    """Have the engine asked about the names of its libraries, and nothing lie on the slider of a number.

    The cards of the editor keep off it; where the list opens, by which one types, it goes as it does when one types.
    """
    completion = panels.completion
    panels.sliding.stood.connect(completion.keep_off)
    completion.opened.connect(panels.sliding.give_way)
    completion.wanted.connect(runner.look)
    runner.found.connect(completion.learn)
    runner.ready.connect(lambda _ready: completion.forget())


def show(panels: Panels, before: AppState, now: AppState) -> None:
    """Tell the editor what the run held that is shown."""
    if now.table is not before.table or now.ending is not before.ending:
        panels.completion.know(known(now))


def known(state: AppState) -> Known:
    """Return what the program held that was run last."""
    rows = () if state.table is None else state.table.rows
    modules = () if state.ending is None else state.ending.table.modules
    tensors = {name: f"Tensor {row.shape} {row.dtype}" for row in rows for name in row.name.split(", ")}
    inside = () if state.ending is None else state.ending.table.locals
    own = {(one.function, one.name): f"Tensor {one.shape} {one.dtype}" for one in inside}
    return Known(tensors, {row.path: ", ".join(row.types) for row in modules}, own)
