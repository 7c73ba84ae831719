"""What is drawn beside a run: what changed since the run before, and the program in the other grad modes. Pure.

The other modes are run one after another once the picture of the program is there, each under a number of its own.
Any run that begins ends them; a measuring run waits for them.
"""

from gradviz.drawing.pages.marks import paged
from gradviz.drawing.shapes import Drawing
from gradviz.layout.geometry import Size
from gradviz.model.cost import MODES
from gradviz.model.trace import GradMode
from gradviz.model.wire import Request
from gradviz.picture.picture import Changes
from gradviz.state.appstate import AppState
from gradviz.state.effects import Effects, Fade, RunBeside, Watch
from gradviz.state.messages import BesideSet, ChangesPinned, Comparing, ComparisonArrived, Faded
from gradviz.state.values.engine import Phase


def wants(state: AppState) -> bool:
    """Whether the program is to be run in another grad mode now."""
    return (
        state.comparing.seen
        and not state.comparing.stopped
        and state.comparing.mode is None
        and _next(state) is not None
        and state.engine.phase is Phase.READY
        and state.traced
        and state.settled
    )


def begun(state: AppState) -> tuple[AppState, Effects]:
    """Return the state in which the program runs in the next of the modes."""
    run, mode = state.next_run, _next(state)
    assert mode is not None
    comparing = state.comparing._replace(run=run, mode=mode, slow=False)
    return state._replace(comparing=comparing), (RunBeside(run, Request(state.text, mode, state.seed)), Watch(run))


def _next(state: AppState) -> GradMode | None:
    return next((mode for mode in MODES if mode != state.mode and mode not in state.comparing.done), None)


def cut(state: AppState) -> AppState:
    """Return the state in which a run takes the engine: the modes that ran were of the run before it."""
    return state._replace(comparing=state.comparing._replace(mode=None, done=(), stopped=False, slow=False))


def ended(state: AppState, run: int) -> AppState:
    """Return the state after a run's process is gone, which may be one of these."""
    comparing = state.comparing
    if run != comparing.run or comparing.mode is None:
        return state
    return state._replace(comparing=comparing._replace(mode=None, done=(*comparing.done, comparing.mode)))


def stopped(state: AppState) -> AppState:
    """Return the state in which no other mode is run until the program is."""
    return state._replace(comparing=state.comparing._replace(mode=None, stopped=True))


def answered(state: AppState, message: Comparing) -> AppState:
    """Return the state after a message about what stands beside the run."""
    match message:
        case BesideSet(on):
            return state._replace(comparing=state.comparing._replace(seen=on, stopped=False))
        case ComparisonArrived(comparison) if comparison.run == state.run:
            return state._replace(comparing=state.comparing._replace(comparison=comparison, document=state.document))
        case ChangesPinned(on):
            return _pinned(state, on)
        case Faded() if not state.pinned:
            return state._replace(marked=None)
        case _:  # side by side of a run before this one, or what stays in view
            return state


def _pinned(state: AppState, on: bool) -> AppState:
    """Keep what changed in view, or put it away."""
    ending = state.ending
    changes = ending.table.changes if on and ending is not None else None
    marked = None if ending is None or changes is None else with_changes(ending.shown.drawing, changes)
    return state._replace(pinned=on, marked=marked)


def marked(state: AppState, changes: Changes | None) -> tuple[AppState, Effects]:
    """Return the state after a picture of a run: what changed is in view for a moment, or for as long as wanted.

    Another view of the same run brings nothing into view that was not.

    Args:
        state: with that picture.
        changes: that came with the picture.
    """
    if changes is None or state.shown is None or not (state.follows or state.pinned):
        return state._replace(marked=None), ()
    state = state._replace(marked=with_changes(state.shown.drawing, changes), follows=False)
    return state, () if state.pinned else (Fade(),)


def with_changes(drawing: Drawing, changes: Changes) -> Drawing:
    """Return a drawing with the marks of what changed, and the ghosts of what is gone where that stood."""
    instead = {mark.id: mark for mark in changes.nodes}
    nodes = tuple(instead.pop(mark.id, mark) for mark in drawing.nodes)
    size = Size(max(drawing.size.width, changes.size.width), max(drawing.size.height, changes.size.height))
    # A card that says why nothing is drawn would stand on the ghosts.
    legend = drawing.legend if drawing.nodes or not instead else ()
    nodes, edges = (*instead.values(), *nodes), (*changes.edges, *drawing.edges)
    return paged(drawing._replace(size=size, nodes=nodes, edges=edges, legend=legend))
