"""What the inspector looks at, and asking the picture process about it. Pure.

One question is on its way at a time, and none while a picture is; the newest wish is sent when its answer comes. It
speaks of the step that is shown, and follows what was just done there, unless the person has chosen a thing to stay
with.
"""

from gradviz.drawing.pages.marks import Marks, node
from gradviz.drawing.shapes import Mark
from gradviz.picture.inspection.inspection import Inspect, Subject
from gradviz.state.appstate import AppState
from gradviz.state.effects import AskInspection, Effects
from gradviz.state.looking.folding import folds
from gradviz.state.messages import (
    Inspected,
    InspectionArrived,
    InspectorSeen,
    LineChosen,
    MarkChosen,
    MarksChosen,
    TensorChosen,
)
from gradviz.state.values.chosen import Chosen, among


def pointed(state: AppState, message: MarkChosen | MarksChosen | LineChosen | TensorChosen) -> AppState:
    """Return the state in which that is chosen, and inspected: but a line of the program is nothing to inspect.

    Of several marks the last is inspected.
    """
    match message:
        case LineChosen(line):
            return state._replace(chosen=Chosen("line", line))
        case TensorChosen(tensor):
            return _at(state._replace(chosen=Chosen("tensor", tensor)), Subject("tensor", tensor))
        case MarksChosen(marks):
            return _at(state._replace(chosen=among(marks)), _subject(state, marks[-1] if marks else None))
        case _:
            return pointed(state, MarksChosen(() if message.mark is None else (message.mark,)))


def found_again(before: AppState, after: AppState) -> AppState:
    """Return the state with what was chosen or inspected still so after another run, in which it may have another id.

    A tensor is known by its name, a node by what it says and by how many before it say the same.
    """
    chosen, was, now = after.chosen, before.table, after.table
    if now is None or (was is not None and was.run == now.run):
        return after
    if chosen is None or chosen.kind == "line":
        return _at(after, _same(before, after))
    if chosen.kind == "tensor":
        tensor = _same_tensor(before, after, int(chosen.value))
        return pointed(after, MarkChosen(None) if tensor is None else TensorChosen(tensor))
    marks = [mark for name in chosen.marks if (mark := _node(before, name)) is not None]
    if not marks and was is not None:
        return after  # an edge, or in a column of another run
    same = (_same_node(before, after, mark) for mark in marks)
    return pointed(after, MarksChosen(tuple(name for name in same if name is not None)))


def _same(before: AppState, after: AppState) -> Subject | None:
    """Return what is inspected as another run has it. A fold keeps its key."""
    of = after.inspecting.of
    if of is None or of.kind == "fold":
        return of
    tensor = _same_tensor(before, after, int(of.id)) if of.kind == "tensor" else None
    if tensor is not None:
        return Subject("tensor", tensor)
    names = _nodes(before).recording((of.kind, int(of.id)))
    mark = _node(before, names[0]) if names else None
    return None if mark is None else _subject(after, _same_node(before, after, mark))


def _same_tensor(before: AppState, after: AppState, tensor: int) -> int | None:
    """Return the tensor that has its name in the rows of another run."""
    was, now = before.table, after.table
    name = next((row.name for row in was.rows if row.tensor == tensor), None) if was else None
    return next((row.tensor for row in reversed(now.rows) if row.name == name), None) if now else None


def _same_node(before: AppState, after: AppState, mark: Mark) -> str | None:
    """Return the node of another run that says what this one says."""
    place = _nodes(before).titled(mark.title).index(mark.id)
    same = _nodes(after).titled(mark.title)
    return same[place] if place < len(same) else None


def looked(
    state: AppState,
    message: InspectorSeen | Inspected | InspectionArrived,
) -> AppState:
    """Return the state after what is chosen, or a message of the inspector's own."""
    match message:
        case InspectorSeen(on):
            return state._replace(inspecting=state.inspecting._replace(seen=on))
        case Inspected(of):
            return _inspected(state, of)
        case _:
            return _arrived(state, message)


def measured(state: AppState) -> AppState:
    """Return the state that asks once more about what is inspected, where it has been measured since."""
    table = state.measuring.table
    return state._replace(inspecting=state.inspecting._replace(asked=None)) if table and table.done else state


def followed(state: AppState) -> tuple[AppState, Effects]:
    """Ask about what is inspected, where that has not been asked and no answer is awaited."""
    now, table = state.inspecting, state.table
    if now.run != state.run or not state.traced:
        now = now._replace(run=state.run, asked=None, awaited=False)
    if state.at is not None and (state.chosen is None or state.chosen.kind == "line") and table is not None:
        done = _subject(state, table.now)
        now = now._replace(of=done or now.of)
    if now.of is not None and now.of.kind == "fold" and all(row.key != now.of.id for row in folds(state)):
        now = now._replace(of=None)
    state = state._replace(inspecting=now)
    if table is None or not (now.seen and state.traced and table.complete and table.run == state.run) or now.awaited:
        return state, ()
    if state.awaited and not state.running:
        return state, ()  # of a step that is left already; while a key is held down no picture waits for an answer
    options = state.options
    wanted = None if now.of is None else Inspect(now.of, table.step, options.language, options.view)
    if wanted is None or wanted == now.asked:
        return state, ()
    return state._replace(inspecting=now._replace(asked=wanted, awaited=True)), (AskInspection(state.run, wanted),)


def _inspected(state: AppState, of: Subject) -> AppState:
    """Return the state that inspects a thing which the inspector itself has named, lit where it is drawn."""
    marks = () if of.kind == "fold" else _nodes(state).recording((of.kind, int(of.id)))
    rows = state.table.rows if state.table else ()
    if of.kind == "tensor" and any(row.tensor == of.id for row in rows):
        state = state._replace(chosen=Chosen("tensor", of.id))
    elif marks:
        state = state._replace(chosen=Chosen("mark", marks[0]))
    return _at(state, of)


def _arrived(state: AppState, answer: InspectionArrived) -> AppState:
    """Return the state with an answer, unless it is of an older run."""
    if answer.run != state.inspecting.run:
        return state
    return state._replace(inspecting=state.inspecting._replace(found=answer.inspection, awaited=False))


def _at(state: AppState, of: Subject | None) -> AppState:
    return state._replace(inspecting=state.inspecting._replace(of=of))


def _node(state: AppState, name: str | None) -> Mark | None:
    return None if state.shown is None or name is None else node(state.shown.drawing, name)


def _nodes(state: AppState) -> Marks:
    return Marks.of(() if state.shown is None else state.shown.drawing.nodes)


def _subject(state: AppState, name: str | None) -> Subject | None:
    """What a node or the title of an open fold is to be inspected as."""
    fold = next((row for row in folds(state) if row.mark == name), None)
    if fold is not None:
        return Subject("fold", fold.key)
    mark = _node(state, name)
    return None if mark is None or mark.record is None else Subject(*mark.record)
