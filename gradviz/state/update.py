"""The one function that changes the window's state.

`update(state, message)` is pure: it returns the next state and the effects that somebody with hands (the window) has
to carry out. A reply that is not of the current run is dropped here.
"""

from gradviz.drawing.shapes import Drawing
from gradviz.layout.geometry import Size
from gradviz.model.wire import Exit, Ready, Request
from gradviz.picture.picture import Options, Picture
from gradviz.state import comparing, engines, folding, inspecting, measuring, predicting, quizzing, restoring, sliding
from gradviz.state.appstate import AppState
from gradviz.state.document import forgotten, let_go, opened, with_text
from gradviz.state.effects import (
    CancelRun,
    DropPicture,
    Effects,
    KillEngine,
    Remember,
    Rest,
    Rewrite,
    StartEngine,
    StartRun,
    Watch,
)
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
from gradviz.state.palette import remembered
from gradviz.state.search import looked_for, searched
from gradviz.state.selection import reselected
from gradviz.state.stepping import caught_up, drawn, left, redrawn, seen, walked
from gradviz.state.switching import changed
from gradviz.state.values.chosen import Chosen
from gradviz.state.values.engine import Engine, Phase
from gradviz.state.values.shown import Shown

EMPTY = Drawing(Size(0, 0), (), (), ())  # of a program without tensors

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
    return inspecting.pointed(after, MarkChosen(str(after.chosen.value)))


def _seen(state: AppState) -> tuple[object, ...]:
    """Return what the selection is made of."""
    return state.drawing, state.picture, state.chosen, state.search


def _answer(state: AppState, message: Message) -> Next:  # noqa: C901 - one line for each message is the plain table
    match message:
        case Edited(text):
            return _edited(state, text)
        case Opened(text, lesson, session, asks):
            after = predicting.put(opened(with_text(state, text))._replace(lesson=lesson), asks)
            after, effects = _rerun(restoring.begun(after, session))
            return after if after.current else forgotten(after), effects
        case Slid() | SlideRested():
            return sliding.slid(state, message), ()
        case RunPressed():
            return _pressed(state)
        case StopPressed():
            return _stopped(state)
        case LiveSet(on):
            return _rerun(state._replace(live=on)) if on and not state.current else (state._replace(live=on), ())
        case ModeSet() | SeedSet() | NeighboursChanged():
            return _otherwise(state, message)
        case OptionsSet(options):
            return _redrawn(state, options)
        case FoldOpened() | FoldClosed() | FoldsClosed() | DrawnAnyway() | Narrowed() | Widened() | Entered():
            return _redrawn(state, folding.wished(state, message))
        case ThemeSet() | WheelSet() | PresentSet() | KeysSet() | Picked():
            return _looking(state, message), ()
        case Told(text):
            return state._replace(said=text), ()
        case EngineReady(ready):
            return _ready(state, ready)
        case EngineEnded() | PythonSet():
            return engines.answered(state, message)
        case RunExited(run, exit_):
            return _exited(state, run, exit_), ()
        case RanLong(run):
            return _ran_long(state, run), ()
        case PictureArrived(picture):
            return _arrived(state, picture)
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
        case MarkChosen() | LineChosen() | TensorChosen() | InspectorSeen() | Inspected() | InspectionArrived():
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
    return (state, ()) if text == state.text else _rerun(with_text(state, text))


def _otherwise(state: AppState, message: ModeSet | SeedSet | NeighboursChanged) -> Next:
    """Run the same text in another grad mode, from another seed, or with other files beside it.

    What was measured from one seed, or with some files, says nothing of others.
    """
    if isinstance(message, ModeSet):
        after = state._replace(mode=message.mode)
        return _rerun(after) if message.mode != state.mode else (state, ())
    if isinstance(message, NeighboursChanged):
        return _rerun(state._replace(request=None, measuring=measuring.cleared(state.measuring)))
    after = state._replace(seed=message.seed, measuring=measuring.cleared(state.measuring))
    return _rerun(after) if message.seed != state.seed else (state, ())


def _rewritten(state: AppState, message: FlagSwitched | FixTaken) -> Next:
    """Edit the program, if it is to be, and go on as after any edit; or run it in the grad mode that is offered."""
    if isinstance(message, FixTaken) and isinstance(message.edit, str):
        return _otherwise(state, ModeSet(message.edit))
    state, edit = changed(state, message)
    if edit is None:
        return state, ()
    state, effects = _edited(state, edit.applied(state.text))
    return state, (Rewrite(edit), *effects)


def _rerun(state: AppState) -> Next:
    """Run if an edit may run: live, behind the wall, and ready; else wait for Run."""
    if state.live and state.engine.walled and state.engine.phase is Phase.READY:
        return _start(state)
    return state, (Remember(state.text),)


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


def _exited(state: AppState, run: int, how: Exit) -> AppState:
    if run == state.run:
        return state._replace(running=False, exit=how)
    return comparing.ended(measuring.ended(state, run, how.killed), run)


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


def _redrawn(state: AppState, options: Options) -> Next:
    if options == state.options:
        return state, ()
    state = state._replace(options=options, unfinished=state.running)
    return redrawn(state) if state.traced else _rerun(state)


def _ready(state: AppState, ready: Ready) -> Next:
    state = state._replace(engine=Engine(Phase.READY, ready))
    if state.pressed:
        return _start(state)
    # A program that took the engine down with it is not run again by itself.
    return (state, ()) if state.current else _rerun(state)


def _ran_long(state: AppState, run: int) -> AppState:
    beside = state.comparing
    slow = beside.mode is not None if run == beside.run else beside.slow
    long = state.busy and state.newer is None  # or another follows it as soon as it is seen, or the hand rests
    return state._replace(slow=long if run == state.run else state.slow, comparing=beside._replace(slow=slow))


def _arrived(state: AppState, picture: Picture) -> Next:
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
