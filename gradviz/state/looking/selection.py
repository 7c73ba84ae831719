"""What lights up in every panel for the thing a person pointed at. Pure; linear in the drawing."""

from collections.abc import Collection, Iterable

from gradviz.drawing.columns import alone, names
from gradviz.drawing.pages.marks import Marks, find
from gradviz.drawing.shapes import Drawing, Mark
from gradviz.model.graph.modules import is_in
from gradviz.picture.picture import TensorRow
from gradviz.state.appstate import AppState
from gradviz.state.values.chosen import NOTHING, Chosen, Selection, among


def reselected(state: AppState, before: AppState) -> AppState:
    """Return the state with its selection made anew; what is no longer there is no longer chosen.

    Args:
        state: the state.
        before: an earlier one: what the same thing reaches in a drawing of the same things need not be found again.
    """
    if state.chosen and state.chosen.marks and state.drawing:
        drawing = state.drawing
        state = state._replace(chosen=among(_still(drawing, name) for name in state.chosen.marks))
    hits = frozenset(state.search.hits) if state.search else frozenset()
    selection = _select(state, state.chosen, before, hits) if state.chosen else NOTHING
    gone = state.chosen is not None and state.chosen.kind != "line" and selection == NOTHING
    if hits:
        selection = selection._replace(lit=hits)
    return state._replace(selection=selection, chosen=None if gone else state.chosen)


def _still(drawing: Drawing, name: str) -> str:
    """What was chosen, or where it is gone the fold that begins with it or the node that the fold began with."""
    beside = (name, f"f{name}", name.removeprefix("f"))
    return next((one for one in beside if find(drawing, one)), name)


def _select(state: AppState, chosen: Chosen, before: AppState, hits: frozenset[str]) -> Selection:
    """What lights up for what was chosen; where hits of a search are lit, what it joins need not be known."""
    match chosen.kind:
        case "line":
            return _of_line(state, int(chosen.value))
        case "module":
            return _of_module(state, str(chosen.value))
        case "mark" if chosen.more:
            return _of_marks(state, chosen.marks)
        case _:
            return _of_mark(state, chosen, before, hits)


def _of_line(state: AppState, line: int) -> Selection:
    on_line = Marks.of(state.drawing.nodes).on_line(line) if state.drawing else ()
    return Selection(frozenset(on_line), None, (), frozenset(row.tensor for row in _rows(state) if row.line == line))


def _of_module(state: AppState, path: str) -> Selection:
    modules = state.ending.table.modules if state.ending else ()
    there = frozenset(name for one in modules if is_in(path, one.path) for name in one.marks)
    return Selection(there, there) if there else NOTHING


def _of_marks(state: AppState, chosen: tuple[str, ...]) -> Selection:
    """What lights up for several marks: they alone, and what joins one with another."""
    drawing, rows = state.drawing, _rows(state)
    if drawing is None:
        return NOTHING
    found = _alike(drawing, chosen)
    marks = frozenset(mark.id for mark in found)
    edges = Marks.of(drawing.edges)
    ends = edges.ends()
    joins = zip(edges.names(), ends[::2], ends[1::2], strict=True)
    between = {name for name, tail, head in joins if tail in marks and head in marks}
    lines = tuple(sorted({mark.line for mark in found if mark.line is not None}))
    return Selection(marks, marks | between | names(drawing), lines, _tensors(found, rows)) if found else NOTHING


def _of_mark(state: AppState, chosen: Chosen, before: AppState, hits: frozenset[str]) -> Selection:
    """What lights up for a mark, or for a tensor, which may have none."""
    drawing, rows = state.drawing, _rows(state)
    row = next((row for row in rows if chosen == Chosen("tensor", row.tensor)), None)
    name = row.mark if row else chosen.value
    same = _alike(drawing, (str(name),)) if drawing else []
    if drawing is None or not same:
        return Selection(lines=_lines([row.line]), tensors=frozenset((row.tensor,))) if row else NOTHING
    tensors = frozenset((row.tensor,)) if row else _tensors(same, rows)
    marks = frozenset(one.id for one in same)
    known = _known(before, drawing, marks) if before.chosen == chosen else None
    lit = hits or known or names(drawing).union(*(reach(drawing, one) for one in same))
    return Selection(marks, lit, _lines([same[0].line]), tensors)


def _rows(state: AppState) -> tuple[TensorRow, ...]:
    return state.table.rows if state.table else ()


def _known(before: AppState, drawing: Drawing, marks: frozenset[str]) -> frozenset[str] | None:
    """What these marks reach, where they reached it in the state before: another step of a run joins the same."""
    was = before.drawing
    if was is None or before.selection.marks != marks or (before.search and before.search.hits):
        return None
    same = names(was) == names(drawing) and Marks.of(was.edges).stand_as(Marks.of(drawing.edges))
    return before.selection.lit if same else None


def _alike(drawing: Drawing, chosen: Collection[str]) -> list[Mark]:
    """The marks with some ids, and where runs stand side by side what they are in each of them."""
    groups = Marks.of(drawing.nodes), Marks.of(drawing.edges)
    if names(drawing):
        bare = {alone(name) for name in chosen}
        chosen = [name for group in groups for name in group.names() if alone(name) in bare]
    return [mark for group in groups for mark in group.some(chosen)]


def _tensors(marks: list[Mark], rows: tuple[TensorRow, ...]) -> frozenset[int]:
    """Return the tensors that marks are, and those whose rows lead to one that is none itself: a grad_fn."""
    others = {mark.id for mark in marks if mark.tensor is None}
    led = {row.tensor for row in rows if row.mark in others}
    return frozenset((*led, *(mark.tensor for mark in marks if mark.tensor is not None)))


def _lines(lines: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(line for line in lines if line is not None)


def reach(drawing: Drawing, mark: Mark) -> frozenset[str]:
    """Return the ids of all marks from which a value can come to `mark`, or to which it can go, and its own."""
    tail, head = mark.ends or (mark.id, mark.id)
    edges = Marks.of(drawing.edges)
    names, ends = list(edges.names()), edges.ends()
    tails, heads = ends[::2], ends[1::2]
    return frozenset({mark.id} | _walk(tail, names, heads, tails) | _walk(head, names, tails, heads))


def _walk(start: str, names: list[str], here: list[str], there: list[str]) -> set[str]:
    """All that is reached from a node along edges from the one end to the other, and those edges."""
    last: dict[str, int] = {}  # the edge at each node; from it to the one before it at the same node, and so on
    before = [-1] * len(names)
    for edge, node in enumerate(here):
        before[edge] = last.get(node, -1)
        last[node] = edge
    last.pop("", None)  # of edges that join nothing
    seen, todo = {start}, [start]
    while todo:
        edge = last.get(todo.pop(), -1)
        while edge >= 0:
            seen.add(names[edge])
            node = there[edge]
            if node not in seen:
                seen.add(node)
                todo.append(node)
            edge = before[edge]
    return seen
