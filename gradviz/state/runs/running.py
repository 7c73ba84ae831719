"""How a run begins and ends: at an edit that may run, or when asked for; stopped, ended, or taking long."""

from gradviz.model.wire import Exit, Ready, Request
from gradviz.state.appstate import AppState
from gradviz.state.effects import CancelRun, DropPicture, Effects, KillEngine, Remember, StartEngine, StartRun, Watch
from gradviz.state.messages import (
    EngineReady,
    ModeSet,
    NeighboursChanged,
    RanLong,
    RunExited,
    RunPressed,
    SeedSet,
    StopPressed,
)
from gradviz.state.runs import comparing, measuring
from gradviz.state.values.engine import Engine, Phase

Next = tuple[AppState, Effects]


def answered(state: AppState, message: RunPressed | StopPressed | EngineReady | RunExited | RanLong) -> Next:
    """Return the state after what was asked of a run, or what became of one, and what is to be done about it."""
    match message:
        case RunPressed():
            return _pressed(state)
        case StopPressed():
            return _stopped(state)
        case EngineReady(ready):
            return _ready(state, ready)
        case RunExited(run, exit_):
            return _exited(state, run, exit_), ()
        case _:
            return _ran_long(state, message.run), ()


def rerun(state: AppState) -> Next:
    """Run if an edit may run: live, behind the wall, and ready; else wait for Run."""
    if state.live and state.engine.walled and state.engine.phase is Phase.READY:
        return _start(state)
    return state, (Remember(state.text),)


def otherwise(state: AppState, message: ModeSet | SeedSet | NeighboursChanged) -> Next:
    """Run the same text in another grad mode, from another seed, or with other files beside it.

    What was measured from one seed, or with some files, says nothing of others.
    """
    if isinstance(message, ModeSet):
        after = state._replace(mode=message.mode)
        return rerun(after) if message.mode != state.mode else (state, ())
    if isinstance(message, NeighboursChanged):
        return rerun(state._replace(request=None, measuring=measuring.cleared(state.measuring)))
    after = state._replace(seed=message.seed, measuring=measuring.cleared(state.measuring))
    return rerun(after) if message.seed != state.seed else (state, ())


def _start(state: AppState) -> Next:
    if state.too_long:
        return state._replace(pressed=False), (Remember(state.text),)
    run = state.next_run
    request = Request(state.text, state.mode, state.seed)
    state = comparing.cut(state)._replace(
        run=run,
        request=request,
        pressed=False,
        running=True,
        awaited=True,
        unfinished=False,
        traced=True,
        slow=False,
        stopped=False,
        exit=None,
        failure="",
        asked=state.options,
        follows=state.slide is None and state.shown is not None and state.shown.document == state.document,
        measuring=measuring.cut(state.measuring),
        prediction=state.prediction and state.prediction._replace(at=None),
    )
    # The process starts its work while the text is written to the disk, which takes as long.
    return state, (StartRun(run, request, state.options), Remember(state.text), Watch(run))


def _pressed(state: AppState) -> Next:
    if state.engine.phase is Phase.READY:
        return _start(state)
    waiting = state._replace(pressed=True)
    if state.engine.phase is Phase.STARTING:
        return waiting, ()
    return waiting._replace(engine=Engine(Phase.STARTING)), (StartEngine(0),)


def _stopped(state: AppState) -> Next:
    if state.running and state.stopped:
        return state, (KillEngine(),)
    if state.running:
        return state._replace(stopped=True), (CancelRun(state.run),)
    if state.awaited:
        return state._replace(stopped=True, awaited=False, traced=False), (DropPicture(),)
    if state.comparing.mode is not None:
        return comparing.stopped(state), (CancelRun(state.comparing.run),)
    return state._replace(pressed=False), ()


def _ready(state: AppState, ready: Ready) -> Next:
    state = state._replace(engine=Engine(Phase.READY, ready))
    if state.pressed:
        return _start(state)
    # A program that took the engine down with it is not run again by itself.
    return (state, ()) if state.current else rerun(state)


def _exited(state: AppState, run: int, how: Exit) -> AppState:
    if run == state.run:
        return state._replace(running=False, exit=how)
    return comparing.ended(measuring.ended(state, run, how.killed), run)


def _ran_long(state: AppState, run: int) -> AppState:
    beside = state.comparing
    slow = beside.mode is not None if run == beside.run else beside.slow
    long = state.busy and state.newer is None  # or another follows it as soon as it is seen, or the hand rests
    return state._replace(slow=long if run == state.run else state.slow, comparing=beside._replace(slow=slow))
