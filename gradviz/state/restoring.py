"""Keeping a session, and bringing one back: the program at once, its stop when the run is there. Pure."""

from gradviz.state.appstate import AppState
from gradviz.state.effects import Effects
from gradviz.state.looking.stepping import gone_to
from gradviz.state.session import FORMAT, Session
from gradviz.state.values.told import Elsewhere


def kept(state: AppState) -> Session:
    """Return the session that brings this back."""
    options, ready = state.options, state.engine.ready
    return Session(
        gradviz=FORMAT,
        program=state.text,
        torch="" if ready is None else ready.torch,
        python="" if ready is None else ready.python,
        mode=state.mode,
        seed=state.seed,
        view=options.view,
        direction=options.direction,
        fold=options.fold,
        heat=options.heat,
        opened=options.opened,
        focus=options.focus,
        module=options.module,
        beside=state.comparing.seen,
        breakpoints=tuple(sorted(state.breakpoints)),
        stop=state.at,
        stops=len(state.course.kinds),
    )


def begun(state: AppState, session: Session | None) -> AppState:
    """Return the state with a program that was just opened as its session has it; None: it is of none."""
    if session is None:
        return state
    last = state.text.count("\n") + 1
    return state._replace(
        session=session,
        mode=session.mode,
        seed=session.seed,
        options=state.options._replace(
            view=session.view,
            direction=session.direction,
            fold=session.fold,
            heat=session.heat,
            opened=session.opened,
            focus=session.focus,
            module=session.module,
        ),
        comparing=state.comparing._replace(seen=session.beside),
        breakpoints=frozenset(line for line in session.breakpoints if 0 < line <= last),
    )


def followed(state: AppState) -> tuple[AppState, Effects]:
    """Once the run of a session is there, go to its stop, and say where that run is not the one that was kept."""
    session, ready = state.session, state.engine.ready
    if session is None or ready is None or state.busy or not state.current:
        return state, ()
    other = session.stops not in (0, len(state.course.kinds))  # 0: it was kept before its run was there
    state = state._replace(session=None)
    if other or session.torch not in ("", ready.torch):
        state = state._replace(said=Elsewhere(session.torch, ready.torch, other))
    return (state, ()) if other or session.stop is None or not state.steppable else gone_to(state, session.stop)
