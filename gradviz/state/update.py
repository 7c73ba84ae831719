"""The one function that changes the window's state.

`update(state, message)` is pure: it returns the next state and the effects that somebody with hands (the window) has
to carry out. A reply that is not of the current run is dropped.
"""

from gradviz.picture.picture import Options
from gradviz.state import restoring
from gradviz.state.appstate import AppState
from gradviz.state.arriving import arrived
from gradviz.state.commands.palette import remembered
from gradviz.state.document import forgotten, let_go, opened, with_text
from gradviz.state.effects import Effects, Rest, Rewrite
from gradviz.state.looking import folding, inspecting
from gradviz.state.looking.search import looked_for, searched
from gradviz.state.looking.selection import reselected
from gradviz.state.looking.stepping import left, redrawn, walked
from gradviz.state.messages import (
    AnswerShown,
    Asking,
    BesideSet,
    ChangesPinned,
    ChoiceTaken,
    ComparisonArrived,
    CostsArrived,
    CostsSeen,
    DrawnAnyway,
    Edited,
    EngineEnded,
    EngineReady,
    Entered,
    Faded,
    FixTaken,
    FlagSwitched,
    FoldClosed,
    FoldOpened,
    FoldsClosed,
    Inspected,
    InspectionArrived,
    InspectorSeen,
    KeysSet,
    LineChosen,
    LiveSet,
    MarkChosen,
    MarksChosen,
    MeasurePressed,
    Message,
    ModeSet,
    ModuleChosen,
    Narrowed,
    NeighboursChanged,
    Opened,
    OptionsSet,
    Picked,
    PictureArrived,
    PictureEnded,
    PresentSet,
    PythonSet,
    QuizArrived,
    QuizSet,
    QuizWentOn,
    RanLong,
    Rested,
    RunExited,
    RunPressed,
    Searched,
    SearchStepped,
    SeedSet,
    Slid,
    SlideRested,
    StopPressed,
    TellAnyway,
    TensorChosen,
    ThemeSet,
    Told,
    WheelSet,
    Widened,
)
from gradviz.state.quiz import predicting, quizzing
from gradviz.state.runs import comparing, engines, measuring, running, sliding
from gradviz.state.switching import changed
from gradviz.state.values.chosen import Chosen

# What the person does. A word about a file has then been read.
_DEEDS = (
    Edited,
    Opened,
    RunPressed,
    StopPressed,
    LiveSet,
    ModeSet,
    OptionsSet,
    FlagSwitched,
    FixTaken,
    FoldOpened,
    Narrowed,
    PythonSet,
    SeedSet,
)

Next = tuple[AppState, Effects]


def update(state: AppState, message: Message) -> Next:
    """Return the state after the message, and what is to be done about it."""
    if isinstance(message, _DEEDS):
        state = let_go(state)._replace(said="")
    after, effects = _answer(state, message)
    if after.newer is not None and sliding.due(after, rested=isinstance(message, SlideRested)):
        after, more = _edited(sliding.begun(after, after.newer), after.newer.text)
        effects = (*effects, *more)
    after = left(after)
    for follow in (restoring.followed, predicting.followed):
        after, more = follow(after)
        effects = (*effects, *more)
    if comparing.wants(after):
        after = after._replace(measuring=measuring.cut(after.measuring)._replace(pressed=after.measuring.pressed))
        after, more = comparing.begun(after)
        effects = (*effects, *more)
    if after.search and after.drawing is not state.drawing:
        after = searched(after, after.search.query, state.drawing)
    after, asked = quizzing.followed(after)
    effects = (*effects, *asked)
    if any(now is not then for now, then in zip(_seen(after), _seen(state), strict=True)):
        after = _reselected(after, state)
    after, questions = inspecting.followed(after)
    effects = (*effects, *questions)
    if measuring.wants(after) and not measuring.wants(state):
        effects = (*effects, Rest(after.run))
    return _settled(after), effects


def _reselected(state: AppState, before: AppState) -> AppState:
    """Make the selection anew. Where a fold was opened or closed round it, the inspector goes along."""
    after = reselected(state, before)
    if after.chosen is None or after.chosen == state.chosen:
        return after
    return inspecting.pointed(after, MarksChosen(after.chosen.marks))


def _seen(state: AppState) -> tuple[object, ...]:
    """Return what the selection is made of."""
    return state.drawing, state.picture, state.chosen, state.search


def _answer(state: AppState, message: Message) -> Next:  # noqa: C901 - one line for each message is the plain table
    match message:
        case Edited(text):
            return _edited(state, text)
        case Opened(text, lesson, session, asks):
            after = predicting.put(opened(with_text(state, text))._replace(lesson=lesson), asks)
            after, effects = running.rerun(restoring.begun(after, session))
            return after if after.current else forgotten(after), effects
        case Slid() | SlideRested():
            return sliding.slid(state, message), ()
        case RunPressed() | StopPressed() | EngineReady() | RunExited() | RanLong():
            return running.answered(state, message)
        case LiveSet(on):
            return running.rerun(state._replace(live=on)) if on and not state.current else (state._replace(live=on), ())
        case ModeSet() | SeedSet() | NeighboursChanged():
            return running.otherwise(state, message)
        case OptionsSet(options):
            return _redrawn(state, options)
        case FoldOpened() | FoldClosed() | FoldsClosed() | DrawnAnyway() | Narrowed() | Widened() | Entered():
            return _redrawn(state, folding.wished(state, message))
        case ThemeSet() | WheelSet() | PresentSet() | KeysSet() | Picked():
            return _looking(state, message), ()
        case Told(text):
            return state._replace(said=text), ()
        case EngineEnded() | PythonSet():
            return engines.answered(state, message)
        case PictureArrived(picture):
            return arrived(state, picture)
        case PictureEnded(reason):
            return state._replace(traced=False, awaited=False, failure=reason), ()
        case FlagSwitched() | FixTaken():
            return _rewritten(state, message)
        case CostsSeen(on):
            return state._replace(measuring=state.measuring._replace(seen=on)), ()
        case MeasurePressed():
            return measuring.pressed(state)
        case Rested(run):
            return measuring.begun(state) if run == state.run and measuring.wants(state) else (state, ())
        case CostsArrived(run, table):
            return inspecting.measured(measuring.arrived(state, run, table)), ()
        case BesideSet() | ComparisonArrived() | ChangesPinned() | Faded():
            return comparing.answered(state, message), ()
        case ModuleChosen(path):
            return state._replace(chosen=Chosen("module", path)), ()
        case MarkChosen() | MarksChosen() | LineChosen() | TensorChosen():
            return inspecting.pointed(state, message), ()
        case InspectorSeen() | Inspected() | InspectionArrived():
            return inspecting.looked(state, message), ()
        case Searched() | SearchStepped():
            return looked_for(state, message), ()
        case QuizSet() | QuizArrived() | ChoiceTaken() | QuizWentOn() | AnswerShown() | TellAnyway():
            return quizzing.answered(state, message)
        case _:  # about stepping
            return walked(state, message)


def _looking(state: AppState, message: ThemeSet | WheelSet | PresentSet | Asking) -> AppState:
    """Return the state that looks otherwise, or is asked otherwise, and shows the same."""
    match message:
        case ThemeSet(theme):
            return state._replace(theme=theme)
        case WheelSet(wheel):
            return state._replace(wheel=wheel)
        case KeysSet(keys):
            return state._replace(keys=keys)
        case Picked(entry):
            return state._replace(used=remembered(state.used, entry))
        case _:
            return state._replace(presenting=message.on)


def _edited(state: AppState, text: str) -> Next:
    return (state, ()) if text == state.text else running.rerun(with_text(state, text))


def _rewritten(state: AppState, message: FlagSwitched | FixTaken) -> Next:
    """Edit the program, if it is to be, and go on as after any edit; or run it in the grad mode that is offered."""
    if isinstance(message, FixTaken) and isinstance(message.edit, str):
        return running.otherwise(state, ModeSet(message.edit))
    state, edit = changed(state, message)
    if edit is None:
        return state, ()
    state, effects = _edited(state, edit.applied(state.text))
    return state, (Rewrite(edit), *effects)


def _redrawn(state: AppState, options: Options) -> Next:
    if options == state.options:
        return state, ()
    state = state._replace(options=options, unfinished=state.running)
    return redrawn(state) if state.traced else running.rerun(state)


def _settled(state: AppState) -> AppState:
    """Decide on dimming. While a quick answer is on its way the canvas stays as it is: it must not flicker."""
    state = state._replace(slow=state.slow and state.busy)
    if state.busy and not state.slow and state.current:
        return state
    beside = state.comparing
    if beside.mode is not None and not beside.slow and state.current:
        return state
    run = state.shown.run if state.shown is not None else 0
    if state.columns is not None and beside.comparison is not None:
        run = beside.comparison.run
    fresh = state.shown is not None and run == state.run and state.current
    return state._replace(dimmed=state.shown is not None and not fresh)
