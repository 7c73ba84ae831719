"""The program in the editor, and what of the state goes along with its text or away with it. Pure."""

from gradviz.model.graph.graph import MANY
from gradviz.state.appstate import AppState
from gradviz.state.looking import folding
from gradviz.state.looking.stepping import carried
from gradviz.state.runs import measuring


def with_text(state: AppState, text: str) -> AppState:
    """Return the state with another text. No program has no graph, not even the last good one."""
    state = state._replace(
        text=text,
        session=None,
        prediction=None,
        breakpoints=carried(state.breakpoints, state.text, text),
        options=folding.carried(state.options, state.text, text),
    )
    return state._replace(shown=None, table=None) if state.empty else state


def opened(state: AppState) -> AppState:
    """Return the state with what was of the program before put away."""
    return state._replace(
        document=state.document + 1,
        chosen=None,
        inspecting=state.inspecting._replace(of=None),
        switch=None,
        measuring=measuring.cleared(state.measuring),
        breakpoints=frozenset(),
        options=state.options._replace(opened=(), most=MANY, focus=(), module="", document=state.document + 1),
    )


def forgotten(state: AppState) -> AppState:
    """Return the state without the graph and the output of another program: they say nothing of this one."""
    if state.shown is None or state.shown.document == state.document:
        return state
    return state._replace(shown=None, table=None, printed=None)


def let_go(state: AppState) -> AppState:
    """Return the state in which no number slides: what is in the editor is the program."""
    state = state._replace(slide=None)
    return state if state.newer is None else with_text(state._replace(newer=None), state.newer.text)
