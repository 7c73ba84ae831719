"""The question of a lesson: the run is shown as it is before the line that it is about, until it is answered. Pure."""

from gradviz.model.moments.course import LINE
from gradviz.model.quiz.wanted import Wanted
from gradviz.state.appstate import AppState
from gradviz.state.effects import Effects
from gradviz.state.looking.stepping import gone_to
from gradviz.state.values.quiz import Prediction


def put(state: AppState, wanted: Wanted | None) -> AppState:
    """Return the state of a lesson that was just opened: it asks this, unless it has done so."""
    if wanted is None or state.lesson in state.predicted:
        return state
    return state._replace(prediction=Prediction(wanted))


def followed(state: AppState) -> tuple[AppState, Effects]:
    """Once the run of the lesson is there, show it as it is before the line is about to run for the last time."""
    prediction = state.prediction
    if prediction is None or prediction.at is not None or state.busy or not state.current:
        return state, ()
    course = state.course
    stops = [at for at, line in enumerate(course.lines) if line == prediction.wanted.line and course.kinds[at] == LINE]
    if not stops or not state.steppable:
        return state._replace(prediction=None), ()
    return gone_to(state._replace(prediction=prediction._replace(at=stops[-1])), stops[-1])


def told(state: AppState) -> AppState:
    """Return the state in which the lesson may tell all."""
    return state._replace(prediction=None, predicted=state.predicted | {state.lesson})


def is_put(state: AppState) -> bool:
    """Whether the run is shown as it is where the question is put, and nothing may be said of what comes after."""
    return state.prediction is not None and state.at is not None and state.at == state.prediction.at
