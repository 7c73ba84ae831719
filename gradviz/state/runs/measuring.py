"""When the program is measured, and what becomes of the costs that come of it. Pure.

A measuring run ends whatever runs in the engine, so there is none while a picture is awaited, and any run that begins
ends it. All grad modes are measured at once: the mode chosen changes nothing.
"""

from gradviz.model.costs.table import CostTable
from gradviz.model.trace import LimitName
from gradviz.model.wire import Limits, Request
from gradviz.state.appstate import AppState
from gradviz.state.effects import CancelRun, Effects, Measure
from gradviz.state.runs import comparing
from gradviz.state.values.engine import Phase
from gradviz.state.values.measuring import Measuring

BUDGET = 2.0  # seconds of timed runs
LIMITS = Limits(seconds=600.0)  # a slow program is run some ten times, and the person can stop it


def wants(state: AppState) -> bool:
    """Whether the program is to be measured as soon as the person rests."""
    if state.busy or state.measuring.going or state.engine.phase is not Phase.READY or state.empty or state.too_long:
        return False
    if state.comparing.mode is not None or comparing.wants(state):
        return False
    seen = state.measuring.seen or (state.comparing.seen and not state.comparing.stopped)
    seen = seen or state.options.heat == "time"
    return state.measuring.pressed or (seen and state.settled and state.measuring.source != state.text)


def begun(state: AppState) -> tuple[AppState, Effects]:
    """Return the state in which the program is being measured."""
    run = state.next_run
    measuring = state.measuring._replace(pressed=False, run=run, going=True, source=state.text, limit=None)
    return state._replace(measuring=measuring), (
        Measure(run, Request(state.text, seed=state.seed, limits=LIMITS, budget=BUDGET)),
    )


def pressed(state: AppState) -> tuple[AppState, Effects]:
    """Measure once that can be; or stop."""
    if state.measuring.going:
        return state, (CancelRun(state.measuring.run),)
    return state._replace(measuring=state.measuring._replace(pressed=not state.measuring.pressed)), ()


def cut(measuring: Measuring) -> Measuring:
    """Return what is left when another run takes the engine: what is measured in part is measured again."""
    source = None if measuring.going else measuring.source
    return measuring._replace(pressed=False, going=False, source=source)


def cleared(measuring: Measuring) -> Measuring:
    """Return what is left when there is another program: what was seen of this one says nothing of that."""
    return Measuring(measuring.seen, run=measuring.run)


def ended(state: AppState, run: int, limit: LimitName | None = None) -> AppState:
    """Return the state after a run's process is gone, which may be the measuring one, and what limit ended it."""
    if run != state.measuring.run:
        return state
    return state._replace(measuring=state.measuring._replace(going=False, limit=limit))


def arrived(state: AppState, run: int, table: CostTable) -> AppState:
    """Return the state with new costs. Bytes come before times, and take the place of no whole table."""
    measuring, source = state.measuring, state.measuring.source
    if run != measuring.run or source is None:
        return state
    measuring = measuring._replace(going=measuring.going and not table.done)
    if measuring.table is None or table.runs or table.done:
        measuring = measuring._replace(table=table, of=source)
    return state._replace(measuring=measuring)
