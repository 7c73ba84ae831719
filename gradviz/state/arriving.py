"""How a picture comes into the state: it takes the place of the one before when it is whole, or better than none."""

from gradviz.picture.picture import Picture
from gradviz.state.appstate import AppState
from gradviz.state.document import forgotten
from gradviz.state.effects import Effects
from gradviz.state.looking import inspecting
from gradviz.state.looking.stepping import caught_up, drawn, redrawn, seen
from gradviz.state.runs import comparing, sliding
from gradviz.state.values.shown import EMPTY, Shown


def arrived(state: AppState, picture: Picture) -> tuple[AppState, Effects]:
    """Return the state after a picture, and what is to be done about it. One of another run changes nothing."""
    if picture.changes is not None and (state.awaited or state.at is not None):
        return state, ()  # they come behind the picture, when something else is looked at by now
    whole = drawn(state, picture)
    if whole is None:  # it changes a drawing that is no longer shown
        return redrawn(state._replace(awaited=False)) if picture.run == state.run else (state, ())
    after = _pictured(state, whole)
    if after.shown is state.shown or picture.step is not None:
        return caught_up(after)
    after, fading = comparing.marked(after, picture.changes)
    after, effects = caught_up(after)
    return after, (*fading, *effects)


def _pictured(state: AppState, picture: Picture) -> AppState:
    """The state with what a picture brings: what the program printed, and if it is to be seen, its drawing and rows."""
    if picture.run != state.run:
        return state
    state = sliding.pictured(state, picture)
    state = state._replace(picture=picture, awaited=state.awaited and not picture.complete)
    failed = picture.failed
    if picture.complete and failed and picture.drawing is None:
        state = forgotten(state)
    if picture.step is None and (picture.steps or not failed):
        state = state._replace(printed=picture)
    if state.empty:
        return state
    # The old drawing stays until the new one is whole, unless there is none at all, or not as it is wanted.
    if not (picture.complete or state.shown is None or state.unfinished) or (
        picture.drawing is None and (failed or not picture.complete)
    ):
        return state
    shown = Shown(picture.drawing or EMPTY, picture.run, state.document, good=not failed, number=picture.number)
    return inspecting.found_again(state, seen(state, shown, picture))
