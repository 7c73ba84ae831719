"""How the engine process comes and goes: it is started again when it has ended, in the Python that was chosen."""

from gradviz.state.appstate import AppState
from gradviz.state.effects import Effects, StartEngine, UsePython
from gradviz.state.messages import EngineEnded, PythonSet
from gradviz.state.runs import comparing, measuring
from gradviz.state.values.engine import Engine, Phase
from gradviz.state.values.told import NoPython

MAX_STARTS = 3  # ends in a row, none of them ever ready, after which the engine is left alone
START_DELAYS = (0, 1000, 3000)  # milliseconds before each of those starts


def answered(state: AppState, message: EngineEnded | PythonSet) -> tuple[AppState, Effects]:
    """Return the state after the engine's end, or the choice of another Python for it."""
    return _ended(state, message.reason) if isinstance(message, EngineEnded) else _chosen(state, message.python)


def _ended(state: AppState, reason: str) -> tuple[AppState, Effects]:
    """Return the state after the engine's end. A chosen Python in which it could not even start is given up."""
    was_ready = state.engine.phase is Phase.READY
    if state.python and not was_ready:
        after, effects = _chosen(state, "")
        return after._replace(said=NoPython(state.python, reason), pressed=state.pressed), effects
    failures = 0 if was_ready else state.engine.failures + 1
    again = failures < MAX_STARTS
    phase = Phase.STARTING if again else Phase.ENDED
    after = _without(state, Engine(phase, state.engine.ready, reason, failures))
    return after._replace(pressed=state.pressed and again), (StartEngine(START_DELAYS[failures]),) if again else ()


def _chosen(state: AppState, python: str) -> tuple[AppState, Effects]:
    """Return the state in which programs run in another Python: what was recorded in this one says nothing of that."""
    if python == state.python:
        return state, ()
    after = _without(state, Engine(Phase.STARTING, state.engine.ready))
    return after._replace(python=python, request=None, pressed=False), (UsePython(python),)


def _without(state: AppState, engine: Engine) -> AppState:
    """Return the state without what the engine that is gone was at work on."""
    # A picture is still to come only where the run's stream had ended before.
    awaited = state.awaited and not state.running
    state = state._replace(engine=engine, running=False, awaited=awaited)
    return comparing.stopped(measuring.ended(state, state.measuring.run))
