"""Switching requires_grad of a tensor: an edit of the program that came with its picture, or the way back. Pure."""

from collections.abc import Iterator

from gradviz.model.source.edits import KEYWORD
from gradviz.model.source.place import Edit
from gradviz.model.trace import GradMode
from gradviz.picture.picture import Offer, TensorRow
from gradviz.state.appstate import AppState
from gradviz.state.messages import FixTaken, FlagSwitched
from gradviz.state.values.chosen import Chosen
from gradviz.state.values.switch import Switch
from gradviz.state.values.told import Refusal


def changed(state: AppState, message: FlagSwitched | FixTaken) -> tuple[AppState, Edit | None]:
    """Return the state with the change of the text that was asked for, or with the reason why there is none."""
    if isinstance(message, FixTaken):
        return (state, None) if isinstance(message.edit, str) else _fixed(state, message.edit)
    if message.flag == KEYWORD:
        return _switched(state, message.of)
    return _flagged(state, message.of, message.flag)


def _flagged(state: AppState, of: Chosen, name: str) -> tuple[AppState, Edit | None]:
    """Return the change that switches another flag than requires_grad; or the reason why there is none."""
    row = row_of(state, of)
    flag = None if row is None else next((flag for flag in row.flags if flag.name == name), None)
    if row is None or flag is None:
        return state._replace(said=Refusal.UNNAMED), None
    if flag.locked:
        return state._replace(said=flag.locked), None
    if not _is_of_text(state):
        return state._replace(said=Refusal.STALE), None
    last = state.ending.table.rows if state.ending else ()
    if any(one.tensor == row.tensor and flag not in one.flags for one in last):
        return state._replace(said=Refusal.EARLIER), None
    return state, flag.edit


def _switched(state: AppState, of: Chosen) -> tuple[AppState, Edit | None]:
    """Return the switch and the edit of the text that makes it; or the reason why there is none."""
    row = row_of(state, of)
    if row is None:
        return state._replace(said=Refusal.UNNAMED), None
    change = _change(state, row)
    if not isinstance(change, Edit):
        return state._replace(said=change), None
    after = change.applied(state.text)
    back = Edit(change.start, change.start + len(change.text), state.text[change.start : change.end])
    return state._replace(switch=Switch(row.name, not row.requires_grad, after, back)), change


def offered(state: AppState, line: int) -> Offer | None:
    """Return the first change offered for a problem of the text as it stands: one of this line first, then an error."""
    problems = state.picture.problems if state.picture is not None and state.current else ()
    found = sorted((one for one in problems if one.offers), key=lambda one: (one.line != line, one.severity != "error"))
    return found[0].offers[0] if found else None


def _fixed(state: AppState, edit: Edit) -> tuple[AppState, Edit | None]:
    """Return the change that is offered, if it is one of the text in the editor."""
    if edit in _offered(state):
        return state, edit
    return state._replace(said=Refusal.STALE), None


def _offered(state: AppState) -> Iterator[Edit | GradMode | None]:
    """What the inspector and the problems offer to change in the text as it stands."""
    if not state.current:
        return
    if _is_of_text(state) and state.table is not None:
        yield from (row.unlock.edit for row in state.table.rows if row.unlock is not None)
    found, picture = state.inspecting.found, state.picture
    if found is not None and state.inspecting.run == state.run and found.asked == state.inspecting.asked:
        yield from (fact.edit for section in found.sections for fact in section.facts)
    if picture is not None and picture.run == state.run:
        yield from (offer.edit for problem in picture.problems for offer in problem.offers)


def worth_grad(state: AppState) -> TensorRow | None:
    """Return the first tensor that would give autograd something to record, where it has had nothing to.

    In another grad mode than grad it would still record nothing.
    """
    drawn = state.drawing is None or state.drawing.nodes
    if drawn or state.at is not None or state.mode != "grad" or not _is_of_text(state):
        return None
    rows = shown_rows(state)
    tracked = any(row.requires_grad for row in rows)
    return None if tracked else next((row for row in rows if row.edit), None)


def row_of(state: AppState, of: Chosen) -> TensorRow | None:
    """Return the row of a tensor, or of the tensor that a mark stands for."""
    return next(
        (row for row in shown_rows(state) if of.value == (row.tensor if of.kind == "tensor" else row.mark)), None
    )


def shown_rows(state: AppState) -> tuple[TensorRow, ...]:
    """Return the rows of the table; a flag that was switched shows what is wanted until a run has followed."""
    rows = state.table.rows if state.table else ()
    last = state.switch
    if last is None or last.text != state.text or _is_of_text(state):
        return rows
    return tuple(row._replace(requires_grad=last.on) if row.name == last.name else row for row in rows)


def _change(state: AppState, row: TensorRow) -> Edit | str | Refusal:
    """Return the way back from the last switch if this is the one, else what came with the row."""
    last = state.switch
    if last is not None and (last.name, last.text) == (row.name, state.text):
        return last.back
    if not _is_of_text(state):
        return Refusal.STALE
    return Refusal.EARLIER if _is_before(state, row) else row.edit or row.locked or Refusal.STALE


def _is_before(state: AppState, row: TensorRow) -> bool:
    """Whether a row of a step shows the flag as it was before the run gave it its last value."""
    last = state.ending.table.rows if state.ending else ()
    return any(one.tensor == row.tensor and one.requires_grad != row.requires_grad for one in last)


def _is_of_text(state: AppState) -> bool:
    """Whether the places that the rows speak of are places in the text of the editor."""
    return state.current and state.table is not None and state.table.run == state.run
